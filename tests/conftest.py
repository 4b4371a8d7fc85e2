"""Fixtures shared by all tests."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sextortion_signals import Detector, Message
from sextortion_signals.corpus import build_corpus
from sextortion_signals.model import HEADS, MANIFEST_NAME, resolve_model
from sextortion_signals.semantic import base_path, read_base
from sextortion_signals.train.semantic import add_semantic

CORPUS = Path(__file__).resolve().parents[1] / "data" / "synthetic"

# What most tests look at does not depend on the tier, and the others take a second to load and milliseconds a text.
os.environ["SEXTORTION_SIGNALS_TIER"] = "fast"

# Lines that small labelled conversations are made up from.
DAILY = {
    "ja": [
        "おはよう",
        "今日は雨だね",
        "駅に着いたら連絡する",
        "了解",
        "LINEでもいい?",
        "旅行の写真ありがとう",
        "誕生日にギフトカードもらった",
        "あとでビデオ通話しよ",
        "会費は明日までに払うね",
        "それは内緒w",
        "誰にも言わないでね、サプライズだから",
        "動画消しといたよ",
    ],
    "en": [
        "morning",
        "it rains again",
        "text me when you get to the station",
        "ok",
        "can we use whatsapp?",
        "thanks for the holiday pictures",
        "got a gift card for my birthday",
        "video call later?",
        "I'll pay my share by tomorrow",
        "that's a secret lol",
        "don't tell anyone, it's a surprise",
        "deleted the video",
    ],
}
THREATS = {
    "ja": [
        "録画した動画、フォロワー全員に送るから",
        "払わないなら裸の写真をばらまく",
        "言うことを聞かないなら恥ずかしい写真を家族に送る",
        "今夜までに3万払え。払わなければ動画を流す",
    ],
    "en": [
        "I recorded the call, everyone on your list gets the video",
        "pay or your nudes go to your family",
        "do as I say or your naked pictures get posted",
        "300 by tonight or I post that video",
    ],
}
PLEAS = {
    "ja": ["お願いだから送らないで", "写真を消してください、お金はもうありません", "親にだけは見せないで"],
    "en": ["please don't send it", "please delete the pictures, I have no more money", "please don't show my parents"],
}
TELLS = {
    "ja": ["写真を送ってしまって、お金を払えと脅されてる", "動画をばらまくって言われて怖い"],
    "en": ["I sent him pictures and now he wants money or he posts them", "he says he'll send the video to everyone"],
}


@pytest.fixture(scope="session")
def detector():
    """The bundled model, loaded once, by the tier that needs nothing installed; tests/semantic has the others."""
    return Detector.load(tier="fast")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel of this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(CORPUS.parents[1])]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def uncovered_environment():
    """The environment for a child process that is not to be measured by coverage."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


@pytest.fixture(scope="session")
def base():
    """The base model of the semantic tier."""
    return read_base(base_path())


@pytest.fixture(scope="session")
def two_batches(tmp_path_factory):
    """A corpus of two batches of the real one, built. Tests read it only."""
    folder = tmp_path_factory.mktemp("two_batches")
    (folder / "src").mkdir()
    for name in ("ja-b01.txt", "en-b01.txt"):
        shutil.copy(CORPUS / "src" / name, folder / "src" / name)
    build_corpus(folder)
    return folder


@pytest.fixture(scope="session")
def semantic_model(tmp_path_factory, base, two_batches):
    """The bundled model with a semantic tier that has learnt nothing: random heads, fitted on two batches."""
    folder = tmp_path_factory.mktemp("semantic")
    model, adapter = folder / "model", folder / "adapter.npz"
    shutil.copytree(resolve_model(), model, ignore=shutil.ignore_patterns("*.joblib", "metrics.json"))
    rng = np.random.default_rng(8)
    heads = {"att.w": (384, 1), "head.w": (3 * 384, len(HEADS)), "head.b": (len(HEADS),)}
    np.savez(adapter, **{name: rng.normal(0, 0.1, shape).astype(np.float16) for name, shape in heads.items()})
    add_semantic(model, two_batches, adapter)
    return model


def made_up(number):
    """One conversation on a card of its own as GUIDE.md has them; the same number gives the same one."""
    rng = random.Random(number)
    lang, kind = ("ja", "en")[number % 2], number // 2 % 4
    talk = enumerate(rng.sample(DAILY[lang], rng.randint(4, 7)))
    lines = [f"{'AB'[place] if place < 2 else rng.choice('AB')} | {text}" for place, text in talk]
    category, head = [("cb_daily", "0"), ("cv_financial", "1 A"), ("cv_disclosure", "1 -"), ("cb_daily", "0")][kind]
    if kind == 1:
        threat, again = rng.sample(THREATS[lang], 2)
        lines += [f"A ?! | {threat}", f"A | {again}", f"B | {rng.choice(PLEAS[lang])}"]
    if kind == 2:
        told, more = rng.sample(TELLS[lang], 2)
        lines += [f"B ?! | {told}", f"B | {more}", f"A | {DAILY[lang][3]}"]
    return "\n".join([f"@ {lang}-c01-{number // 2:02d} {category} casual", f"= {head}", *lines, ""])


@pytest.fixture(scope="session")
def conversation_corpus(tmp_path_factory, two_batches):
    """A small corpus with 160 conversations. Tests read it only."""
    folder = tmp_path_factory.mktemp("conversations") / "corpus"
    shutil.copytree(two_batches, folder)
    source = folder / "conversations" / "src"
    source.mkdir(parents=True)
    for first, lang in enumerate(("ja", "en")):
        cards = "".join(made_up(number) for number in range(first, 160, 2))
        (source / f"{lang}-c01.txt").write_text(cards, encoding="utf-8")
    build_corpus(folder)
    return folder


@pytest.fixture(scope="session")
def learned_model(conversation_corpus, tmp_path_factory):
    """The bundled model without its semantic tier, which has learnt from the small corpus of conversations."""
    from sextortion_signals.train import add_conversations

    folder = tmp_path_factory.mktemp("models") / "learned"
    ignored = shutil.ignore_patterns("*.joblib", "metrics.json", "semantic.npy", "encoder.onnx")
    shutil.copytree(resolve_model("ja-en-2026.1"), folder, ignore=ignored)
    manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    manifest.pop("semantic", None)
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest), encoding="utf-8")
    add_conversations(folder, conversation_corpus)
    return folder


@pytest.fixture(scope="session")
def learned(learned_model):
    """A detector that has learnt from conversations."""
    return Detector.load(learned_model)


@pytest.fixture(scope="session")
def chat():
    """`chat("A: hello", "B: hi")`: messages from lines."""

    def read(*lines):
        return [Message(*line.split(": ", 1)) for line in lines]

    return read


@pytest.fixture(scope="session")
def coerced(chat):
    return chat(
        "A: 昨日は楽しかった",
        "B: こちらこそ",
        "A: あのときの通話、録画してあるんだよね",
        "B: え",
        "A: 払わないなら裸の写真をばらまく",
        "B: お願いだから送らないで",
    )

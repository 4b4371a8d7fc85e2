import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from sextortion_signals import Detector
from sextortion_signals.conversation.judge import LearnedJudge
from sextortion_signals.corpus import build_corpus, conversations_hash, read_conversations, split_of
from sextortion_signals.errors import CorpusError
from sextortion_signals.model import CONVERSATION_NAME, MANIFEST_NAME, read_manifest
from sextortion_signals.train import add_conversations
from sextortion_signals.train.conversation_metrics import measure
from sextortion_signals.train.conversation_rows import prefixes
from sextortion_signals.train.conversations import FALSE_ALARMS, fit


@pytest.fixture(scope="module")
def conversations(conversation_corpus):
    return [item for item in read_conversations(conversation_corpus) if split_of(item.card) != "test"]


@pytest.fixture(scope="module")
def held_out(conversation_corpus):
    return [item for item in read_conversations(conversation_corpus) if split_of(item.card) == "test"]


@pytest.fixture(scope="module")
def rows(conversations, learned):
    return prefixes(conversations, learned)


def test_conversations_prefixes_carry_the_labels(conversations, rows):
    first = next(index for index, item in enumerate(conversations) if item.offender)
    item, here = conversations[first], rows.conversation == first
    assert rows.place[here].tolist() == list(range(len(item.messages)))
    assert rows.truth[here].tolist() == [int(place >= item.unmistakable) for place in rows.place[here]]
    assert rows.weight[here].sum() == pytest.approx(1.0)
    senders = np.flatnonzero(here[rows.prefix])
    guilty = [rows.names[row] for row in senders if rows.guilty[row]]
    assert set(guilty) == {item.offender}
    assert not rows.truth[rows.conversation == 0].any()


def test_conversations_messages_in_between_count_for_nothing(conversations, learned):
    item = next(item for item in conversations if item.offender)
    spread = replace(item, first_evidence=item.unmistakable - 2)
    weight = prefixes([spread], learned).weight
    assert (weight == 0).nonzero()[0].tolist() == [item.unmistakable - 2, item.unmistakable - 1]


def test_conversations_runtime_equals_scikit_learn(conversations, rows, learned):
    """Parity: weights in plain floats give what the fitted estimators give, on every prefix."""
    from sextortion_signals.train.conversations import _heads

    accuse, tell = _heads(rows, conversations, np.ones(len(rows.told), dtype=bool))
    judge, _ = fit(conversations, learned)
    judge = LearnedJudge.from_dict(json.loads(json.dumps(judge.to_dict())), 0.5)
    for part, model, features in ((judge.offender, accuse, rows.offender), (judge.disclosure, tell, rows.told)):
        assert np.abs(model.decision_function(features) - (features @ np.array(part[1]) + part[0])).max() < 1e-9


def test_conversations_points_keep_their_budget(learned_model):
    points = read_manifest(learned_model).data["conversation"]["tiers"]["fast"]["thresholds"]
    assert points["elevated"]["risk"] <= points["high"]["risk"]
    for name, budget in FALSE_ALARMS.items():
        assert points[name]["false_alarms_measured"] <= budget
        assert points[name]["recall_measured"] > 0.9


def test_conversations_metrics_are_those_of_the_runtime(learned, held_out):
    figures = learned.manifest.data["conversation"]["tiers"]["fast"]["metrics"]["test"]
    assert measure(held_out, learned) == figures
    assert figures["auc"] > 0.95
    assert figures["wrongly_named"] == 0.0
    assert figures["elevated"]["recall"] > 0.9
    only = [item for item in held_out if not item.risk]
    assert measure(only, learned)["auc"] is None


def test_conversations_fit_is_deterministic(learned_model, conversation_corpus, tmp_path):
    again = shutil.copytree(learned_model, tmp_path / "learned")
    add_conversations(again, conversation_corpus)
    assert (again / CONVERSATION_NAME).read_bytes() == (learned_model / CONVERSATION_NAME).read_bytes()
    assert (again / MANIFEST_NAME).read_bytes() == (learned_model / MANIFEST_NAME).read_bytes()
    assert (again / "MODEL_CARD.md").read_bytes() == (learned_model / "MODEL_CARD.md").read_bytes()


def test_conversations_leave_what_is_said_of_texts_alone(learned_model, conversation_corpus):
    manifest = read_manifest(learned_model)
    part = manifest.data["conversation"]
    assert part["corpus"]["sha256"] == conversations_hash(conversation_corpus)
    bare = replace(manifest, data={name: value for name, value in manifest.data.items() if name != "conversation"})
    assert bare.sha256 == manifest.sha256


def test_conversations_replace_a_part_that_cannot_be_read(learned_model, conversation_corpus, tmp_path):
    broken = shutil.copytree(learned_model, tmp_path / "learned")
    (broken / CONVERSATION_NAME).unlink()
    add_conversations(broken, conversation_corpus)
    assert (broken / CONVERSATION_NAME).read_bytes() == (learned_model / CONVERSATION_NAME).read_bytes()
    assert Detector.load(broken).manifest.conversation_files


def test_conversations_refuse_a_corpus_without_them_or_too_small(
    learned_model, two_batches, conversation_corpus, tmp_path
):
    with pytest.raises(CorpusError, match="no conversations in"):
        add_conversations(learned_model, two_batches)
    small = shutil.copytree(conversation_corpus, tmp_path / "corpus")
    path = small / "conversations" / "src" / "ja-c01.txt"
    cards = path.read_text(encoding="utf-8").split("@ ")
    path.write_text("@ ".join(cards[:5]), encoding="utf-8")
    (small / "conversations" / "src" / "en-c01.txt").unlink()
    with pytest.raises(CorpusError, match="build"):
        add_conversations(learned_model, small)
    build_corpus(small)
    with pytest.raises(CorpusError, match="too few cards"):
        add_conversations(learned_model, small)

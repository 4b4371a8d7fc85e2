"""The catalogue of signals: every signal defined, with examples on both sides, leading to advice that exists."""

import copy
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from sextortion_signals.advice import load_catalog
from sextortion_signals.errors import SextortionSignalsError, UnknownOptionError
from sextortion_signals.signals.catalog import build_signal_catalog, load_signal_catalog, to_markdown
from sextortion_signals.types import SignalId

ROOT = Path(__file__).resolve().parents[2]
RAW = files("sextortion_signals.signals").joinpath("catalog.toml").read_text(encoding="utf-8")
LEAST = {"ja": 6, "en": 4}


def test_catalog_defines_every_signal_in_order():
    assert [signal.id for signal in load_signal_catalog()] == list(SignalId)
    assert load_signal_catalog() is load_signal_catalog()


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("signal", load_signal_catalog(), ids=lambda signal: signal.id.value)
def test_catalog_signal_has_a_definition_and_both_kinds_of_examples(signal, lang):
    wording = signal.wording(lang)
    assert wording.name
    assert len(wording.definition) > 40
    assert len(wording.hits) >= LEAST[lang]
    assert len(wording.near_misses) >= LEAST[lang]
    examples = (*wording.hits, *wording.near_misses)
    assert all(text == text.strip() and text for text in examples)


def test_catalog_no_example_stands_twice():
    examples = [
        text
        for signal in load_signal_catalog()
        for wording in (signal.ja, signal.en)
        for text in (*wording.hits, *wording.near_misses)
    ]
    assert len(examples) == len(set(examples))


def test_catalog_leads_to_exactly_the_advice_that_asks_for_the_signal():
    for signal in load_signal_catalog():
        asking = {rule.id for rule in load_catalog().rules if signal.id in rule.signals}
        assert set(signal.advice) == asking
        assert len(signal.advice) == len(asking)


def test_catalog_refuses_other_languages():
    with pytest.raises(UnknownOptionError, match="ja and en"):
        load_signal_catalog()[0].wording("fr")


def test_catalog_definition_as_json():
    signal = load_signal_catalog()[0]
    assert signal.to_dict() == {
        "id": "image_demand",
        "ja": {
            "name": signal.ja.name,
            "definition": signal.ja.definition,
            "hits": list(signal.ja.hits),
            "near_misses": list(signal.ja.near_misses),
        },
        "en": signal.en.to_dict(),
        "advice": list(signal.advice),
    }


def test_catalog_page_is_the_generated_one():
    page = (ROOT / "docs" / "signals.md").read_text(encoding="utf-8")
    assert page == to_markdown(), "write sextortion_signals.signals.catalog.to_markdown() to docs/signals.md"
    assert all(f"\n## `{signal.value}`\n" in page for signal in SignalId)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda d: d.update(schema=2), "schema 1"),
        (lambda d: d.update(rudeness={}), "no such signal: rudeness"),
        (lambda d: d.pop("pressure"), "pressure: 'ja' is missing"),
        (lambda d: d["pressure"]["en"].pop("hits"), "pressure: 'hits' is missing"),
        (lambda d: d["pressure"]["en"].update(near_misses=[]), "pressure: needs"),
        (lambda d: d["isolation"]["ja"].update(hits=[]), "isolation: needs"),
        (lambda d: d["isolation"]["ja"].update(definition=""), "isolation: needs"),
        (lambda d: d["disclosure"].update(advice=[]), "disclosure: leads to no advice"),
        (lambda d: d["disclosure"].pop("advice"), "disclosure: 'advice' is missing"),
    ],
)
def test_catalog_refuses_an_incomplete_file(spoil, words):
    data = copy.deepcopy(tomllib.loads(RAW))
    spoil(data)
    with pytest.raises(SextortionSignalsError, match=words):
        build_signal_catalog(data)


def test_catalog_is_reached_through_its_package():
    from sextortion_signals import signals

    assert signals.load_signal_catalog is load_signal_catalog
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = signals.nothing

import json

import pytest

from sextortion_signals.advice import load_catalog
from sextortion_signals.cli import ExitCode
from sextortion_signals.cli.advice import fitting_rules
from sextortion_signals.signals.catalog import load_signal_catalog
from sextortion_signals.types import Audience, Role, SignalId


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_catalogues_signals_are_shown_with_their_examples(run, lang):
    shown = "".join(run("signals", "--lang", lang).stdout.split())
    for definition in load_signal_catalog():
        wording = definition.wording(lang)
        assert f"{wording.name}({definition.id.value})".replace(" ", "") in shown
        for example in (*wording.hits, *wording.near_misses):
            assert "".join(example.split()) in shown


def test_catalogues_signals_as_json(run):
    assert json.loads(run("signals", "--json").stdout) == [item.to_dict() for item in load_signal_catalog()]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_catalogues_advice_is_shown_by_audience(run, lang):
    shown = run("advice", "--lang", lang).stdout
    assert [audience for audience in Audience if f"({audience.value})\n" not in shown] == []
    for item in load_catalog().items(lang):
        assert "■ " + item.title[:10] in shown


def test_catalogues_advice_can_be_narrowed(run):
    arguments = (
        "advice",
        "--json",
        "--lang",
        "ja",
        "--role",
        "victim",
        "--signal",
        "payment_demand",
        "--audience",
        "child",
    )
    result = run(*arguments)
    assert result.exit_code == ExitCode.OK
    items = json.loads(result.stdout)
    ids = fitting_rules(load_catalog(), Role.VICTIM, SignalId.PAYMENT_DEMAND)
    assert {item["id"] for item in items} <= ids
    assert {item["audience"] for item in items} == {"child"}
    assert "do_not_pay" in ids
    assert ids < fitting_rules(load_catalog(), None, None)

import pytest
from rich.console import Console

from sextortion_signals.cli.names import signal_names
from sextortion_signals.cli.render import (
    SIGNAL_STYLES,
    mark_evidence,
    merge_evidence,
    percent,
    render_assessment,
    safe_text,
)
from sextortion_signals.cli.words import EN, JA
from sextortion_signals.types import (
    Advice,
    Assessment,
    Audience,
    Evidence,
    Language,
    Level,
    Resource,
    Role,
    Signal,
    SignalId,
)

TEXT = "写真をばらまく。今すぐ払え"
SIGNALS = (
    Signal(SignalId.EXPOSURE_THREAT, 0.97, (Evidence(3, 7, "ばらまく"),)),
    Signal(SignalId.PAYMENT_DEMAND, 0.8, (Evidence(11, 13, "払え"),)),
    Signal(SignalId.PRESSURE, 0.6, (Evidence(8, 12, "今すぐ払"),)),
)
RESOURCE = Resource("paps", "ぱっぷす", "https://www.paps.jp/sextortion", "ページから", "24時間", "無料。", "", "")
BARE = Resource("police", "110番", "", "110", "", "", "", "")
ADVICE = Advice(
    "a", Audience.CHILD, "お金は払わないで", "止まりません。", ("画面を残す",), (RESOURCE, BARE), ("M2",), "ja"
)


def assessment(**changes):
    values = {
        "risk": 0.987,
        "level": Level.HIGH,
        "role": Role.OFFENDER,
        "roles": dict.fromkeys(Role, 0.25),
        "signals": SIGNALS,
        "advice": (ADVICE, ADVICE),
        "language": Language("ja", True),
        "model": "ja-en-2026.1",
        "thresholds": {"elevated": 0.2, "high": 0.9},
    }
    return Assessment(**{**values, **changes})


def render(item, text=TEXT, *, words=JA, colour=False):
    return render_assessment(item, text, words=words, names=signal_names(words.lang), width=60, colour=colour)


def test_render_says_everything_in_japanese():
    lines = render(assessment()).plain.splitlines()
    assert lines[:6] == [
        "危険度    98.7 %  高い（先に見てください）",
        "書き手    脅す・誘う側  25.0 %",
        "言語      日本語：検証済み",
        "モデル    ja-en-2026.1, fast  (elevated 0.2, high 0.9)",
        "",
        lines[5],
    ]
    assert lines[5].startswith("写真を【ばらまく】(")
    assert "【今すぐ払え】(" in lines[5]
    assert any("exposure_threat) 97.0 %  「ばらまく」" in line for line in lines)
    assert [line for line in lines if line.startswith("■")] == ["■ お金は払わないで"] * 2
    for line in ("  止まりません。", "  - 画面を残す", "  > ぱっぷす / ページから / 24時間", "  > 110番 / 110"):
        assert line in lines
    assert "    https://www.paps.jp/sextortion" in lines


def test_render_marks_carry_the_names_of_overlapping_signals():
    names = {signal: signal.value for signal in SignalId}
    marked = mark_evidence(TEXT, SIGNALS, names=names, colour=False).plain
    assert marked == "写真を【ばらまく】(exposure_threat)。【今すぐ払え】(pressure, payment_demand)"
    assert merge_evidence(SIGNALS)[1] == (8, 13, (SignalId.PRESSURE, SignalId.PAYMENT_DEMAND))


def test_render_repeated_signal_in_one_span_is_named_once():
    signal = Signal(SignalId.PRESSURE, 0.5, (Evidence(0, 4, "abcd"), Evidence(2, 3, "c")))
    assert merge_evidence([signal]) == [(0, 4, (SignalId.PRESSURE,))]


def test_render_colour_underlines_exactly_the_evidence():
    marked = mark_evidence(TEXT, SIGNALS, names=signal_names("ja"), colour=True)
    assert marked.plain == TEXT
    spans = {(span.start, span.end, span.style) for span in marked.spans}
    assert spans == {
        (item.start, item.end, SIGNAL_STYLES[signal.id] + " underline")
        for signal in SIGNALS
        for item in signal.evidence
    }


def test_render_without_colour_writes_no_escape(capsys):
    Console(force_terminal=True, color_system="truecolor").print(render(assessment(), colour=False))
    assert "\x1b" not in capsys.readouterr().out


def test_render_with_colour_shows_the_level():
    assert render(assessment(), colour=True).spans[0].style == "bold red"


def test_render_is_honest_about_other_languages_and_long_texts():
    item = assessment(language=Language("ko", False), truncated=True, signals=(), advice=())
    shown = render(item, words=EN).plain
    assert "ko: Not verified for this language: a low risk here does not mean that it is safe." in shown
    assert "only its first part was read" in shown
    assert "Signals\n  none\n" in shown
    assert "Advice" not in shown
    assert "検証していません" in render(item).plain


@pytest.mark.parametrize("colour", [True, False])
def test_render_a_text_cannot_steer_the_terminal(colour):
    hostile = "a\x1b[2Jb\u202ec\x9b\x7f\r\nd\te"
    marked = mark_evidence(hostile, (), names={}, colour=colour).plain
    assert marked == "a␛[2Jb\ufffdc\ufffd␡ \nd\te"
    assert len(safe_text(hostile)) == len(hostile)


def test_render_percent_is_never_certain():
    assert [percent(value) for value in (0.0, 0.5, 1.0)] == ["0.1 %", "50.0 %", "99.9 %"]

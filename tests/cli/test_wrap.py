import pytest

from sextortion_signals.cli.wrap import cells, wrap

BODY = (
    "お金を払っても、おどしは止まりません。「もっと払え」と、ひどくなることもあります。"
    "くわしくは https://www.paps.jp/sextortion を見てください。"
)


@pytest.mark.parametrize("width", range(12, 80, 3))
def test_wrap_lines_fit_and_nothing_is_lost(width):
    lines = wrap(BODY, width, indent="  ", first="- ")
    assert lines[0].startswith("- お")
    assert all(line.startswith("  ") for line in lines[1:])
    assert all(cells(line) <= width or "https://" in line for line in lines)
    assert "".join(line[2:] for line in lines).replace(" ", "") == BODY.replace(" ", "")


@pytest.mark.parametrize("width", range(12, 80))
def test_wrap_keeps_the_line_breaking_rules(width):
    for line in wrap(BODY, width):
        assert line[0] not in "、。」"
        assert line[-1] != "「"


def test_wrap_words_and_addresses_stay_whole():
    assert wrap("do not send any money now", 12) == ["do not send", "any money", "now"]
    assert wrap("見て https://example.com/a/long/address 下さい", 10) == [
        *("見て", "https://example.com/a/long/address", "下さい"),
    ]


def test_wrap_line_breaks_are_kept():
    assert wrap("a\nb", 10, indent="  ", first="- ") == ["- a", "  b"]
    assert wrap("", 10) == [""]

import re

import pytest

from sextortion_signals.text.patterns import lazy


def test_patterns_are_those_of_re_and_compiled_at_their_first_use():
    pattern, wanted = lazy("写(真)", re.IGNORECASE), re.compile("写(真)", re.IGNORECASE)
    assert "search" not in vars(pattern)
    for method in ("search", "match", "fullmatch"):
        assert getattr(pattern, method)("写真")[1] == getattr(wanted, method)("写真")[1]
    assert pattern.findall("写真 写真") == wanted.findall("写真 写真")
    assert [m.start() for m in pattern.finditer("あ写真")] == [1]
    assert pattern.sub("x", "写真だ") == "xだ"
    assert lazy(b"a+").search(b"caa")[0] == b"aa"


def test_patterns_that_are_wrong_say_so_and_nothing_else_is_there():
    with pytest.raises(re.error):
        lazy("(").search("x")
    with pytest.raises(AttributeError, match="split"):
        _ = lazy("x").split

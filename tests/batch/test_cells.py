import pytest

from sextortion_signals.batch.cells import flat_text, is_formula


@pytest.mark.parametrize(
    "cell", ["=1+1", "+SUM(A1)", "-cmd", "@user", "\t=1", "\r=1", "\n=1", "＝1+1", "＋81", "-1 円"]
)
def test_cells_formulas_are_known(cell):
    assert is_formula(cell)


@pytest.mark.parametrize("cell", ["", "払え", "1=1", "-5", "+819000000000", "-1.5e3", "-12,000", "-3%", "'=1"])
def test_cells_numbers_and_words_are_no_formulas(cell):
    assert not is_formula(cell)


def test_cells_values_become_text():
    values = [None, "a", b"\xffb", True, {"k": ["払"]}, [b"x"], 3, 0.5]
    assert [flat_text(value) for value in values] == [
        *("", "a", "\\xffb", "true", '{"k": ["払"]}', '["x"]', "3", "0.5"),
    ]

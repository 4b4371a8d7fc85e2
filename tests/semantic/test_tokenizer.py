import pytest

from sextortion_signals.semantic import PieceTokenizer


@pytest.fixture(scope="module")
def tokenizer(base):
    return PieceTokenizer(base.vocabulary)


def names(base, ids):
    return [base.vocabulary.pieces[number][0] for number in ids]


def test_pieces_add_up_to_the_text_with_its_prefix(base, tokenizer):
    (ids,) = tokenizer.encode(["写真を送れ、さもないと 広める"])
    assert "".join(names(base, ids)).replace("▁", " ") == " query: 写真を送れ、さもないと 広める"


def test_pieces_are_the_likeliest_division(base, tokenizer):
    scores = dict(base.vocabulary.pieces)
    (ids,) = tokenizer.encode(["delete the pictures"])
    found = names(base, ids)
    assert found[-3:] == ["▁delete", "▁the", "▁pictures"]
    assert sum(scores[piece] for piece in found[-1:]) > sum(scores[piece] for piece in ("▁picture", "s"))


@pytest.mark.parametrize("text", ["", " ", "\ud800", "é" * 3, "𝐩𝐚𝐲", "a  b", "\x00"])
def test_any_text_has_pieces_and_a_batch_gives_what_each_gives_alone(tokenizer, text):
    together = tokenizer.encode(["pay", text, "払え"])
    assert together[1] == tokenizer.encode([text])[0]
    assert together[0] == tokenizer.encode(["pay"])[0]


def test_wide_letters_and_runs_of_spaces_are_read_like_plain_ones(tokenizer):
    assert tokenizer.encode(["ＰＡＹ   now"]) == tokenizer.encode(["PAY now"])

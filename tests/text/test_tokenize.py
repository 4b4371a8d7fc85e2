"""Words: exact offsets, nothing that MeCab cannot digest reaches it, one tagger a thread and a process."""

import random
import resource
import threading
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals.text import Token, lemma_lines, normalize, tokenize

_SENTENCE = "裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ"
_CHILD = "from sextortion_signals.text import lemma_lines; print(len(lemma_lines({text!r})))"


def test_lemma_lines_gives_surface_lemma_and_part_of_speech():
    assert lemma_lines("写真を送って").split("\n") == [
        "写真\t写真\t名詞",
        "を\tを\t助詞",
        "送っ\t送る\t動詞",
        "て\tて\t助詞",
    ]


def test_tokenize_gives_exact_offsets():
    assert tokenize("写真 　送って") == (
        Token("写真", "写真", "名詞", 0, 2),
        Token("送っ", "送る", "動詞", 4, 6),
        Token("て", "て", "助詞", 6, 7),
    )


@pytest.mark.parametrize("text", ["ゔぁxqzろん", "ヴぁ%f[7]", "\x00ゔぁ\x00", "🫠xqz㐂"])
def test_unknown_words_do_not_end_the_process(run_python, text):
    assert int(run_python(_CHILD.format(text=text))) > 0


def test_unknown_word_has_a_star_for_its_lemma():
    assert tokenize("xqz")[0] == Token("xqz", "*", "名詞", 0, 3)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\x00", "　\u2028\x85\x1c"])
def test_blank_text_has_no_words(text):
    assert lemma_lines(text) == ""
    assert tokenize(text) == ()


def _is_blank(character: str) -> bool:
    return character.isspace() or not character.isprintable() or character == "\u2800"


def _assert_words_lie_in(text: str) -> None:
    tokens = tokenize(text)
    assert all(text[token.start : token.end] == token.surface != "" for token in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
    left_out = set(range(len(text))).difference(*(range(token.start, token.end) for token in tokens))
    assert all(_is_blank(text[place]) for place in left_out)
    lines = lemma_lines(text).split("\n")
    assert all(line.count("\t") == 2 for line in lines if line)


def test_naughty_string_is_tokenized(naughty):
    _assert_words_lie_in(naughty)
    _assert_words_lie_in(normalize(naughty).text)


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_any_text_is_tokenized(text):
    _assert_words_lie_in(text)


@given(st.text(st.sampled_from("写真をばらまく裸ｶﾞギフト.. /○*nudes\u200b㌔ー "), max_size=30))
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_span_of_a_word_is_a_raw_quote(raw):
    clean = normalize(raw)
    for token in tokenize(clean.text):
        start, end = clean.raw_span(token.start, token.end)
        assert 0 <= start < end <= len(raw)
        assert raw[start:end] != ""


def test_marks_and_surrogates_stand_in_1_to_1():
    text = "写\ud800真\ue000を"
    assert "〓\t*\t" in lemma_lines(text)
    assert [token.surface for token in tokenize(text)] == ["写", "\ud800", "真", "\ue000", "を"]


def test_long_text_is_cut_behind_a_phrase():
    text = f"{_SENTENCE}。" * 40
    assert [token.surface for token in tokenize(text)] == [token.surface for token in tokenize(f"{_SENTENCE}。")] * 40


@pytest.mark.parametrize("unit", ["a", "。", "𝒜", "あ", "x ", "〓", "!?"])
def test_time_is_linear(unit):
    def seconds(length: int) -> float:
        begin = time.thread_time()
        lemma_lines((unit * length)[:length])
        return time.thread_time() - begin

    # MeCab alone is quadratic here: 26 times as long for 5 times the length.
    small = min(seconds(10_000) for _ in range(2))
    assert seconds(40_000) < max(0.5, 10 * small)


def test_threads_get_equal_results():
    texts = [f"{_SENTENCE}{number}回" for number in range(50)]
    expected = [lemma_lines(text) for text in texts]
    results: dict[int, list[str]] = {}

    def work(number: int) -> None:
        results[number] = [lemma_lines(text) for text in texts]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == dict.fromkeys(range(8), expected)


def test_spawned_worker_gets_equal_results(run_python):
    expected = lemma_lines(_SENTENCE)
    code = (
        "import concurrent.futures as f, multiprocessing as m\n"
        "from sextortion_signals.text import lemma_lines\n"
        "if __name__ == '__main__':\n"
        f"    text = {_SENTENCE!r}\n"
        "    lemma_lines(text)\n"
        "    with f.ProcessPoolExecutor(1, mp_context=m.get_context('spawn')) as pool:\n"
        "        print(pool.submit(lemma_lines, text).result() == lemma_lines(text))\n"
    )
    assert run_python(code).split() == ["True"]
    assert expected.startswith("裸\t裸")


def test_forked_worker_makes_its_own_tagger(run_python):
    code = (
        "import os\n"
        "from sextortion_signals.text import lemma_lines\n"
        "from sextortion_signals.text.tokenize import _local\n"
        f"expected = lemma_lines({_SENTENCE!r})\n"
        "inherited = _local.parse\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        f"    same = lemma_lines({_SENTENCE!r}) == expected\n"
        "    os._exit(0 if same and _local.parse is not inherited and _local.process == os.getpid() else 1)\n"
        "print(os.waitpid(child, 0)[1])\n"
    )
    assert run_python(code).split() == ["0"]


def test_memory_stays_bounded_with_ever_new_words():
    shuffled = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyzアイウエオカキクケコ"

    def read_new_words(count: int) -> int:
        for _ in range(count):
            tokenize("写真 " + " ".join("".join(shuffled.choices(letters, k=24)) for _ in range(4)))
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = read_new_words(500)
    grown_kib = read_new_words(5_000) - before
    # fugashi's nodes would have kept 20,000 surfaces, some 8 MiB.
    assert grown_kib < 4_096

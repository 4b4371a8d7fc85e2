from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sextortion_signals.corpus import SPLITS, build_corpus, corpus_hash, read_sources, split_of
from sextortion_signals.errors import CorpusError

MakeCorpus = Callable[..., Path]
FIRST_SPLITS = ["dev", "train", "train", "dev", "test", "train", "train", "dev", "train", "train", "test", "train"]


@pytest.fixture
def folder(make_corpus: MakeCorpus) -> Path:
    cards = "".join(
        f"@ ja-b01-{number:03d} ev_home casual\nN | 朝{number}\nN | 夜{number}\n" for number in range(1, 61)
    )
    return make_corpus(ja_b01=cards)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_build_writes_every_row_once_and_never_divides_a_card(folder: Path) -> None:
    build_corpus(folder)

    rows = {split: _rows(folder / f"{split}.jsonl") for split in SPLITS}
    built = [row for members in rows.values() for row in members]
    assert sorted(row["id"] for row in built) == sorted(row.id for row in read_sources(folder))
    cards = [{row["card"] for row in members} for members in rows.values()]
    assert all(cards)
    assert len(cards[0] | cards[1] | cards[2]) == sum(map(len, cards))


def test_build_is_the_same_every_time(folder: Path) -> None:
    first = [(path.name, path.read_bytes()) for path in build_corpus(folder)]

    assert [(path.name, path.read_bytes()) for path in build_corpus(folder)] == first
    assert [name for name, _ in first] == ["train.jsonl", "dev.jsonl", "test.jsonl", "SHA256SUMS"]


def test_checksums_are_those_of_the_files(folder: Path) -> None:
    *paths, sums = build_corpus(folder)

    assert sums.read_text(encoding="utf-8").splitlines() == [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in paths
    ]
    assert corpus_hash(folder) == hashlib.sha256(sums.read_bytes()).hexdigest()


def test_hash_of_a_corpus_that_is_not_built_says_what_to_run(folder: Path) -> None:
    with pytest.raises(CorpusError, match="run `sextortion-signals corpus build"):
        corpus_hash(folder)


def test_split_of_a_card_is_fixed_for_ever() -> None:
    # Frozen: were one of these to change, texts of a released test split would move into training.
    assert [split_of(f"ja-b01-{number:03d}") for number in range(1, 13)] == FIRST_SPLITS


def test_splits_have_about_their_shares() -> None:
    splits = [split_of(f"ja-b{batch:02d}-{number:03d}") for batch in range(1, 41) for number in range(1, 61)]

    assert splits.count("test") / len(splits) == pytest.approx(0.13, abs=0.02)
    assert splits.count("dev") / len(splits) == pytest.approx(0.12, abs=0.02)

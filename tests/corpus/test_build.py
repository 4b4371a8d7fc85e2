from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sextortion_signals.corpus import (
    SPLITS,
    build_corpus,
    conversations_hash,
    corpus_hash,
    read_conversations,
    read_sources,
    split_of,
)
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


@pytest.fixture
def talks(make_conversations: MakeCorpus) -> Path:
    cards = "".join(
        f"@ ja-c01-{number:02d} cb_daily casual\n= 0\nA | 朝{number}\nB | 昼\nB | 夕\nA | 夜\n"
        for number in range(1, 41)
    )
    return make_conversations(ja_c01=cards)


def test_conversations_are_built_beside_the_texts_by_the_same_split(talks: Path) -> None:
    paths = build_corpus(talks)

    assert [path.relative_to(talks).as_posix() for path in paths] == [
        *(f"{split}.jsonl" for split in SPLITS),
        *(f"conversations/{split}.jsonl" for split in SPLITS),
        "SHA256SUMS",
    ]
    rows = {split: _rows(talks / "conversations" / f"{split}.jsonl") for split in SPLITS}
    assert all(rows.values())
    assert all(split_of(row["card"]) == split for split, members in rows.items() for row in members)
    built = [row for members in rows.values() for row in members]
    assert sorted(built, key=lambda row: row["id"]) == [item.to_dict() for item in read_conversations(talks)]


def test_checksums_name_conversations_by_their_path(talks: Path) -> None:
    *paths, sums = build_corpus(talks)

    assert sums.read_text(encoding="utf-8").splitlines() == [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(talks).as_posix()}" for path in paths
    ]


def test_hash_of_the_texts_knows_nothing_of_conversations(talks: Path) -> None:
    source = talks / "conversations" / "src" / "ja-c01.txt"
    text = source.read_text(encoding="utf-8")
    source.unlink()
    build_corpus(talks)
    alone = corpus_hash(talks)
    source.write_text(text, encoding="utf-8")

    assert corpus_hash(talks) == alone, "conversations that are not built yet are none of its business"
    build_corpus(talks)
    assert corpus_hash(talks) == alone
    assert conversations_hash(talks) != alone


def test_hash_of_the_conversations_knows_nothing_of_the_texts(talks: Path) -> None:
    build_corpus(talks)
    alone = conversations_hash(talks)

    with (talks / "src" / "en-b01.txt").open("a", encoding="utf-8") as stream:
        stream.write("N | one more\n")

    assert conversations_hash(talks) == alone
    with pytest.raises(CorpusError, match="is not that of the sources"):
        corpus_hash(talks)
    build_corpus(talks)
    assert conversations_hash(talks) == alone


def test_hash_of_conversations_that_are_missing_unbuilt_or_changed_says_so(talks: Path) -> None:
    source = talks / "conversations" / "src" / "ja-c01.txt"
    with pytest.raises(CorpusError, match="run `sextortion-signals corpus build"):
        conversations_hash(talks)
    build_corpus(talks)
    with source.open("a", encoding="utf-8") as stream:
        stream.write("A | また明日\n")
    with pytest.raises(CorpusError, match="is not that of the sources"):
        conversations_hash(talks)
    source.unlink()
    with pytest.raises(CorpusError, match="no conversations in"):
        conversations_hash(talks)


def test_files_of_the_project_are_those_of_its_sources(project_corpus: Path) -> None:
    lines = (project_corpus / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = dict(reversed(line.split("  ")) for line in lines)

    assert {f"{split}.jsonl" for split in SPLITS} <= set(sums)
    for name, expected in sums.items():
        assert hashlib.sha256((project_corpus / name).read_bytes()).hexdigest() == expected, "run corpus build"
    assert any("/" in name for name in sums) == bool(read_conversations(project_corpus)), "run corpus build"

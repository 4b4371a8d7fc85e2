from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sextortion_signals.corpus import corpus_stats, replace_section, split_of, update_dataset_card
from sextortion_signals.errors import CorpusError

MakeCorpus = Callable[..., Path]
JAPANESE = """@ ja-b01-001 off_payment polite
Ope | 一二三四
@ ja-b01-002 ben_photo casual
N | 一二
N | 一二三四五六
@ ja-b02-001 pairs polite
Op =1 | 一二三四五
N =1 | 一二三
"""
ENGLISH = """@ en-b01-001 ev_home british
N | ab
@ en-b01-002 vic_consult casual
Vd | abcd
"""


@pytest.fixture
def folder(make_corpus: MakeCorpus) -> Path:
    return make_corpus(ja_b01=JAPANESE, en_b01=ENGLISH)


def test_counts_by_hand(folder: Path) -> None:
    stats = corpus_stats(folder)

    assert stats.languages == ("en", "ja")
    assert stats.rows == {"en": 2, "ja": 5}
    assert stats.cards == {"en": 2, "ja": 3}
    assert stats.batches == {"en": 1, "ja": 2}
    assert stats.pairs == {"en": 0, "ja": 1}
    assert stats.roles == {"offender": {"ja": 2}, "victim": {"en": 1}, "third_party": {}, "other": {"en": 1, "ja": 3}}
    assert stats.signals["payment_demand"] == {"ja": 2}
    assert stats.signals["(none)"] == {"en": 1, "ja": 3}
    assert stats.signals["isolation"] == {}
    assert stats.categories["ben_photo"] == {"ja": 2}
    assert stats.registers == {"british": {"en": 1}, "casual": {"en": 1, "ja": 2}, "polite": {"ja": 3}}


def test_shares_of_risk_0_and_of_hard_rows(folder: Path) -> None:
    stats = corpus_stats(folder)

    assert stats.risk_0_share == {"en": 1 / 2, "ja": 3 / 5, "all": 4 / 7}
    # Japanese: two ben_ rows and one N half of three; English: an ev_ row alone.
    assert stats.hard_share == {"en": 0.0, "ja": 1.0, "all": 3 / 4}


def test_lengths_are_in_code_points(folder: Path) -> None:
    japanese = corpus_stats(folder).lengths["ja"]

    assert (japanese.shortest, japanese.median, japanese.mean, japanese.longest) == (2, 4.0, 4.0, 6)
    assert japanese.ninth_decile == 6.0


def test_ninth_decile_of_ten_texts_is_the_ninth(make_corpus: MakeCorpus) -> None:
    rows = "".join(f"N | {'a' * length}\n" for length in range(1, 11))

    lengths = corpus_stats(make_corpus(en_b01=f"@ en-b01-001 ev_home casual\n{rows}")).lengths

    assert lengths["en"].ninth_decile == lengths["all"].ninth_decile == 9.0


def test_splits_follow_the_cards(folder: Path) -> None:
    splits = corpus_stats(folder).splits

    assert list(splits) == ["train", "dev", "test"]
    assert sum(sum(row.values()) for row in splits.values()) == 7
    assert splits[split_of("ja-b01-002")]["ja"] >= 2


def test_corpus_without_risk_0_has_no_hard_share(make_corpus: MakeCorpus) -> None:
    stats = corpus_stats(make_corpus(en_b01="@ en-b01-001 vic_consult casual\nVd | abcd\n"))

    assert (stats.risk_0_share["en"], stats.hard_share["en"]) == (0.0, 0.0)


def test_forms_hold_the_same_counts(folder: Path) -> None:
    stats = corpus_stats(folder)

    data = json.loads(json.dumps(stats.to_dict()))
    assert data["roles"]["other"] == {"en": 1, "ja": 3}
    assert data["lengths"]["ja"]["longest"] == 6
    assert data["languages"] == ["en", "ja"]
    assert "other         1   3    4" in stats.to_text().split("\n")
    assert "| other | 1 | 3 | 4 |" in stats.to_markdown().split("\n")
    assert "| hard share of risk 0 | 0.000 | 1.000 | 0.750 |" in stats.to_markdown().split("\n")


def test_dataset_card_is_updated_between_its_marks_alone(folder: Path) -> None:
    card = folder / "DATASET_CARD.md"
    card.write_text("# Card\n<!-- stats:begin -->\nold\n<!-- stats:end -->\nend\n", encoding="utf-8")

    assert update_dataset_card(folder) == card

    first = card.read_text(encoding="utf-8")
    assert first.startswith("# Card\n<!-- stats:begin -->\n\n### Overview\n")
    assert first.endswith("\n<!-- stats:end -->\nend\n")
    assert "old" not in first
    update_dataset_card(folder)
    assert card.read_text(encoding="utf-8") == first


def test_dataset_card_without_marks_or_none_at_all_is_refused(folder: Path) -> None:
    with pytest.raises(CorpusError, match="is missing"):
        update_dataset_card(folder)
    with pytest.raises(CorpusError, match="needs the lines"):
        replace_section("# Card <!-- stats:begin -->", "stats", "x")


def test_dataset_card_of_the_project_holds_the_counts_of_its_corpus(project_corpus: Path) -> None:
    card = (project_corpus / "DATASET_CARD.md").read_text(encoding="utf-8")

    fresh = replace_section(card, "stats", corpus_stats(project_corpus).to_markdown())

    assert fresh == card, "run update_dataset_card on data/synthetic"

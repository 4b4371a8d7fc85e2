from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sextortion_signals.corpus.cards import CARDS_PER_BATCH, Card, draw_cards

DIMENSIONS = """
[categories.off_payment]
weight = 1
label = "O with p"
brief = "demand for money"
dims = ["lever", "mood_t"]
[categories.ev_home]
weight = 3
label = "N"
brief = "home"
dims = ["topic_b"]
[registers]
ja = ["polite", "casual"]
en = ["british"]
[dims]
lever = ["pictures", "a call", "a recording", "a chat"]
mood_t = ["calm", "loud", "cold", "warm", "flat", "odd", "shy", "bold"]
topic_b = [TOPICS]
""".replace("TOPICS", ", ".join(f'"topic {number}"' for number in range(50)))


@pytest.fixture
def dimensions(tmp_path: Path) -> Path:
    path = tmp_path / "cards.toml"
    path.write_text(DIMENSIONS, encoding="utf-8")
    return path


def test_deck_holds_every_category_by_its_weight(dimensions: Path) -> None:
    (deck,) = draw_cards(dimensions, "ja", 1).values()

    assert [card.id for card in deck] == [f"ja-b01-{number:03d}" for number in range(1, CARDS_PER_BATCH + 1)]
    assert sum(card.category == "off_payment" for card in deck) == 15
    assert sum(card.category == "ev_home" for card in deck) == 45
    assert {card.register for card in deck} == {"polite", "casual"}


def test_no_situation_is_drawn_twice(dimensions: Path) -> None:
    deck = draw_cards(dimensions, "ja", 2)

    drawn = [(card.category, card.register, card.facts) for cards in deck.values() for card in cards]
    assert list(deck) == ["ja-b01", "ja-b02"]
    assert len(drawn) == len(set(drawn)) == 120


def test_same_seed_gives_the_same_decks_and_another_seed_others(dimensions: Path) -> None:
    assert draw_cards(dimensions, "ja", 1) == draw_cards(dimensions, "ja", 1)
    assert draw_cards(dimensions, "ja", 1) != draw_cards(dimensions, "ja", 1, seed=1)


def test_card_text_is_a_card_of_a_source_file() -> None:
    card = Card(
        "ja-b01-001", "off_payment", "polite", "O with p", "demand for money", (("lever", "a call"), ("mood", "calm"))
    )

    assert card.to_text() == (
        "@ ja-b01-001 off_payment polite\n# O with p. demand for money\n# lever: a call; mood: calm\n"
    )


def test_fractions_of_weights_are_settled_by_chance(dimensions: Path) -> None:
    dimensions.write_text(DIMENSIONS.replace("weight = 3", "weight = 2.9"), encoding="utf-8")

    (deck,) = draw_cards(dimensions, "ja", 1).values()

    assert len(deck) == CARDS_PER_BATCH
    assert sum(card.category == "off_payment" for card in deck) in (15, 16)


def test_suffix_that_tells_word_lists_apart_is_not_shown(dimensions: Path) -> None:
    (deck,) = draw_cards(dimensions, "ja", 1).values()

    assert {name for card in deck for name, _ in card.facts} == {"lever", "mood", "topic"}


def test_decks_of_the_project_hold_numbered_cards_of_known_categories_and_registers(project_corpus: Path) -> None:
    table = tomllib.loads((project_corpus / "cards.toml").read_text(encoding="utf-8"))

    decks = sorted((project_corpus / "cards").glob("*.txt"))

    assert decks
    for deck in decks:
        lines = deck.read_text(encoding="utf-8").splitlines()
        cards = [line.split()[1:] for line in lines if line.startswith("@")]
        # Decks drawn for one purpose (the plain wordings, the counselling posts) may be shorter.
        assert 0 < len(cards) <= CARDS_PER_BATCH
        # A card that was drawn and not written leaves its number out: splits hang on the names of the others.
        drawn = [f"{deck.stem}-{number:03d}" for number in range(1, CARDS_PER_BATCH + 1)]
        assert [card for card, _, _ in cards] == sorted({card for card, _, _ in cards} & set(drawn))
        assert {category for _, category, _ in cards} <= set(table["categories"])
        assert {register for _, _, register in cards} <= set(table["registers"][deck.stem[:2]])

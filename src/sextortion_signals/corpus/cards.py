"""Situation cards: what a writer is asked to imagine, drawn so that no two cards are the same.

A card fixes the category, the register and a few facts of the situation. Writers of different batches
get different cards, and the split into train, dev and test never divides a card.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CARDS_PER_BATCH = 60


@dataclass(frozen=True, slots=True)
class Card:
    """One situation: `id` names language, batch and number; `facts` are (dimension, value) pairs."""

    id: str
    category: str
    register: str
    label: str
    brief: str
    facts: tuple[tuple[str, str], ...]

    def to_text(self) -> str:
        """Return the card as a writer reads it."""
        facts = "; ".join(f"{name}: {value}" for name, value in self.facts)
        return f"@ {self.id} {self.category} {self.register}\n# {self.label}. {self.brief}\n# {facts}\n"


def draw_cards(dimensions: Path, lang: str, batches: int, seed: int = 2026) -> dict[str, list[Card]]:
    """Draw `batches` decks of cards for one language; the same arguments give the same decks.

    Every category appears in every deck in proportion to its weight (fractions are settled by chance),
    and no combination of category, register and facts is drawn twice.
    """
    table = tomllib.loads(dimensions.read_text(encoding="utf-8"))
    rng = random.Random(f"{seed}-{lang}")
    seen: set[tuple[Any, ...]] = set()
    decks: dict[str, list[Card]] = {}
    for number in range(1, batches + 1):
        batch = f"{lang}-b{number:02d}"
        names = _draw_categories(table["categories"], rng)
        decks[batch] = [_draw_card(f"{batch}-{i:03d}", name, table, lang, rng, seen) for i, name in enumerate(names, 1)]
    return decks


def _draw_categories(categories: dict[str, Any], rng: random.Random) -> list[str]:
    total = sum(entry["weight"] for entry in categories.values())
    names: list[str] = []
    rest: list[tuple[float, str]] = []
    for name, entry in categories.items():
        share = entry["weight"] * CARDS_PER_BATCH / total
        names += [name] * int(share)
        rest.append((share - int(share), name))
    while len(names) < CARDS_PER_BATCH:
        (pick,) = rng.choices(range(len(rest)), weights=[weight for weight, _ in rest])
        names.append(rest.pop(pick)[1])
    rng.shuffle(names)
    return names


def _draw_card(
    card_id: str, category: str, table: dict[str, Any], lang: str, rng: random.Random, seen: set[tuple[Any, ...]]
) -> Card:
    entry = table["categories"][category]
    while True:
        register = rng.choice(table["registers"][lang])
        facts = tuple((_plain(name), rng.choice(table["dims"][name])) for name in entry["dims"])
        key = (category, register, *facts)
        if key not in seen:
            seen.add(key)
            return Card(card_id, category, register, entry["label"], entry["brief"], facts)


def _plain(dimension: str) -> str:
    """`relation_t` and `relation_b` are lists of their own for one dimension, the relation."""
    return dimension.removesuffix("_t").removesuffix("_b")

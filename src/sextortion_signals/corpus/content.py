"""The content guard: word lists that keep out of the corpus what the guide forbids (`content_rules.toml`)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sextortion_signals.types import Role

_SCOPES: Mapping[str, frozenset[Role]] = {
    "any": frozenset(Role),
    "case": frozenset({Role.OFFENDER, Role.VICTIM, Role.THIRD_PARTY}),
    "offender": frozenset({Role.OFFENDER}),
}


@dataclass(frozen=True, slots=True)
class ContentRule:
    """One rule of the guard: `find` and `allow` are matched on text after NFKC and case folding."""

    name: str
    roles: frozenset[Role]
    why: str
    find: re.Pattern[str]
    allow: re.Pattern[str] | None

    def breaks(self, text: str, role: Role) -> bool:
        """Return whether a text holds what this rule forbids to the role of its author."""
        if role not in self.roles:
            return False
        folded = unicodedata.normalize("NFKC", text).casefold()
        finds = [match.span() for match in self.find.finditer(folded)]
        allowed = [match.span() for match in self.allow.finditer(folded)] if finds and self.allow else []
        return any(not any(start >= low and end <= high for low, high in allowed) for start, end in finds)


@cache
def load_content_rules() -> tuple[ContentRule, ...]:
    """Return the rules of the guard, in file order."""
    source = files(__package__).joinpath("content_rules.toml").read_text(encoding="utf-8")
    return tuple(_rule(entry) for entry in tomllib.loads(source)["rule"])


def find_forbidden(text: str, role: Role) -> Iterator[ContentRule]:
    """Yield the rules that a text by an author of this role breaks."""
    return (rule for rule in load_content_rules() if rule.breaks(text, role))


def _rule(entry: Mapping[str, Any]) -> ContentRule:
    ja = [re.escape(word.casefold()) for word in entry.get("ja", ())]
    en = [re.escape(word) for word in entry.get("en", ())]
    whole_words = [rf"(?<![a-z0-9])(?:{'|'.join(en)})(?![a-z0-9])"] if en else []
    find = _any_of([*ja, *whole_words, *entry.get("patterns", ())])
    allow = _any_of(entry["allow"]) if "allow" in entry else None
    return ContentRule(entry["name"], _SCOPES[entry["scope"]], entry["why"], find, allow)


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))

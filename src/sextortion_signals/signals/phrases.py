"""Cuts a text as a pen would underline it: into clauses, and these into phrases.

A Japanese phrase is a content word with what hangs on it (bunsetsu), an English one a content word with the articles,
pronouns and prepositions before it. A clause ends at punctuation, before a conjunction, and behind the endings that
make a condition, a reason or a quotation of what stands before them (たら, から, って).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sextortion_signals.text import NormalizedText, Token, tokenize

_SENTENCE_ENDS = frozenset("。.!?！？…")
_PAUSES = frozenset('、,;:；：「」『』()（）[]【】"“”・|/')
_SIGNS = ("補助記号", "記号")
_ATTACHED = ("助詞", "助動詞", "接尾辞")
_NEGATION = "無い"  # ばらまかれたく + なかったら: an adjective to the dictionary, an ending to a reader
# Verbs that only finish the word before them: 通報 + したら, 送って + くれ.
_LIGHT_VERBS = frozenset(["為る", "呉れる", "下さる", "致す", "居る", "有る", "御座る", "成る", "遣る", "頂く", "貰う"])
_TE = ("て", "で", "ちゃ", "じゃ")
_CLAUSE_ENDS = frozenset(
    ["たら", "だら", "なら", "ば", "ので", "けど", "けれど", "のに", "なきゃ", "って", "んで", "けん", "けえ", "ちゃ"]
)
# These end a clause where a predicate stands before them: 送るから, but not 明日から.
_ENDS_OF_PREDICATES = frozenset(["から", "と", "とか", "が", "し"])
_LAST_PARTICLES = frozenset(["よ", "ね", "な", "わ", "ぞ", "か"])
# What belongs together where it touches: don't, $500, in-laws; and inside of a number: 17:00, 1,200.
_TOUCHING = re.compile(r"[a-z0-9][a-z0-9'’&%_-]|['’$€£¥&%_#@-][a-z0-9]", re.IGNORECASE)
_IN_NUMBER = re.compile(r"\d[.,:]\d")
# English words by what they do here: join a clause to the one before and belong to none; open a clause; go with the
# word before them (send it); wait for the word they belong to (your video).
_JOINS, _OPENS, _GOES_BACK, _WAITS = range(1, 5)
_KINDS = {
    **dict.fromkeys(["&", "and", "but", "else", "n", "or", "so", "then"], _JOINS),
    **dict.fromkeys(["after", "because", "before", "cause", "coz", "cuz", "if", "otherwise", "till", "unless"], _OPENS),
    **dict.fromkeys(["until", "when", "while"], _OPENS),
    **dict.fromkeys(["him", "it", "me", "them", "us"], _GOES_BACK),
    **dict.fromkeys(["a", "an", "are", "as", "at", "be", "by", "do", "for", "from", "he", "her", "his", "i"], _WAITS),
    **dict.fromkeys(
        ["in", "is", "its", "my", "of", "on", "our", "she", "that", "the", "their", "they", "this"], _WAITS
    ),
    **dict.fromkeys(["to", "u", "ur", "was", "we", "were", "will", "with", "you", "your"], _WAITS),
}


class Clause(NamedTuple):
    """The number of its sentence, and its phrases in order: (start, end) in characters of the clean text, half open."""

    sentence: int
    phrases: tuple[tuple[int, int], ...]


def clauses(text: NormalizedText, lines: str | None = None) -> tuple[Clause, ...]:
    """Return the clauses of a text in order. Punctuation and joining words between clauses belong to none.

    `lines` are the clean text's `lemma_lines`, where they are known already.
    """
    pen = _Pen(text)
    for token in tokenize(text.text, lines):
        pen.read(token)
    pen.part()
    return tuple(pen.done)


class _Pen:
    """Where the reading of a text stands; lives as long as that."""

    __slots__ = ("before", "broken", "done", "open", "sentence", "text", "two_before", "waits")

    def __init__(self, text: NormalizedText) -> None:
        self.text = text
        self.broken = "\n" in text.raw
        self.done: list[Clause] = []
        self.sentence = 0
        self.open: list[tuple[int, int]] = []  # the phrases of this clause
        self.waits = False  # the last of them has function words only
        self.before: Token | None = None  # the word before, None behind a sign
        self.two_before: Token | None = None

    def read(self, token: Token) -> None:
        """Take in the next word or sign."""
        before = self.before
        if before is not None and token.start == before.end and (_hangs_on(token, before) or self._touches(token)):
            self._grow(token)
            if before.surface.isdecimal():
                self.waits = False  # 3 + 万円 is whole, 5 waits for its minutes
        elif token.pos not in _SIGNS:
            self._begin(token)
        elif not _SENTENCE_ENDS.isdisjoint(token.surface):
            self.part(sentence=True)
        elif not _PAUSES.isdisjoint(token.surface):
            self.part()
        else:
            self._begin(token)  # an emoji says as much as a word

    def part(self, *, sentence: bool = False) -> None:
        """End the clause, if there is one."""
        if self.waits and len(self.open) > 1:
            (start, _), (_, end) = self.open[-2:]
            self.open[-2:] = [(start, end)]
        if self.open:
            self.done.append(Clause(self.sentence, tuple(self.open)))
        self.open, self.waits, self.before, self.two_before = [], False, None, None
        self.sentence += sentence

    def _begin(self, token: Token) -> None:
        kind = _KINDS.get(token.surface.lower(), 0)
        if self.broken and self._new_line(token):
            self.part(sentence=True)
        elif kind in (_JOINS, _OPENS) or self._clause_ended(token):
            self.part()
        if kind == _JOINS:
            return
        goes_back = kind == _GOES_BACK and not self.waits and bool(self.open)
        if goes_back or self.waits:
            self._grow(token)
        else:
            self.open.append((token.start, token.end))
            self.two_before, self.before = None, token
        self.waits = not goes_back and (kind > 0 or token.surface.isdecimal())

    def _grow(self, token: Token) -> None:
        self.open[-1] = (self.open[-1][0], token.end)
        self.two_before, self.before = self.before, token

    def _touches(self, token: Token) -> bool:
        """Tell whether a token and the one before it, which it touches, are parts of one English word or number."""
        text, start = self.text.text, token.start
        if not text[start].isascii() and not text[start - 1].isascii():
            return False
        return bool(
            _TOUCHING.match(text, start - 1) or _IN_NUMBER.match(text, start - 1) or _IN_NUMBER.match(text, start - 2)
        )

    def _clause_ended(self, token: Token) -> bool:
        before, two_before = self.before, self.two_before
        if before is None or before.pos not in ("助詞", "助動詞"):
            return False
        if before.surface in _CLAUSE_ENDS:
            return True
        if two_before is None:
            return False
        predicate = two_before.pos in ("動詞", "助動詞", "形容詞")
        if before.surface in _ENDS_OF_PREDICATES:
            return predicate or two_before.surface in _LAST_PARTICLES
        # A sentence without punctuation: 払わないよ + a blank.
        return predicate and before.surface in _LAST_PARTICLES and token.start > before.end

    def _new_line(self, token: Token) -> bool:
        """Tell whether a line break, a blank in the clean text, stands between the token and the last phrase."""
        if not self.open:
            return False
        _, end = self.text.raw_span(0, self.open[-1][1])
        start, _ = self.text.raw_span(token.start, token.end)
        return "\n" in self.text.raw[end:start]


def _hangs_on(token: Token, before: Token) -> bool:
    """Tell whether a token goes on with the Japanese phrase that the token before it, which it touches, is in."""
    pos = token.pos
    if pos in _ATTACHED or before.pos == "接頭辞" or token.lemma == _NEGATION:
        return True
    if pos == "名詞":
        return before.pos == "名詞"
    te = before.pos == "助詞" and before.surface in _TE
    if token.lemma in _LIGHT_VERBS:
        return te or before.pos in ("名詞", "動詞", "形容詞")
    return te and pos in ("動詞", "形容詞")  # auxiliary use: 消して + やる, 送って + ほしい

"""Step 5 of cleaning: characters torn apart by separators are joined (「ギ フ ト」, 「裸.の.写.真」, "n u d e s").

Lists, initials and headings look alike (「木・金・土」, "U.S.A.", "A/B/C"), so a stretch is joined only when
(a) what comes out holds a key word, or (b) it is a long run of single characters that no list would hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from sextortion_signals.text.draft import Draft, Edit
from sextortion_signals.text.fold import fold
from sextortion_signals.text.keywords import Keyword, load_keywords, script_of
from sextortion_signals.text.patterns import lazy

EMOJI = (
    "\u231a\u231b\u23e9-\u23fa\u2600-\u2604\u260e-\u27bf\u2b50-\u2b55"
    "\U0001f000-\U0001f0ff\U0001f18e-\U0001f19a\U0001f300-\U0001faff"
)
_LIST = "・/、,|()\\[\\]「」『』【】"
_STRONG = ".。_*+=^'’`\":;!?\\-‐–—•○●★☆◆◇■□▲△▼▽※♪♡♥×✕✖\\\\" + EMOJI
SEPARATORS = " " + _LIST + _STRONG
JAPANESE = "ぁ-ゖァ-ヺー々一-鿿㐀-䶿"
_LETTER = f"A-Za-z0-9{JAPANESE}"
_WIDEST = 4
_GAP = f"[{SEPARATORS}]{{1,{_WIDEST}}}"
_CHAIN = lazy(f"[{_LETTER}](?:{_GAP}[{_LETTER}]){{2,}}")
# The letter behind a gap may stand before the next one, so it is only looked at.
_ONE_GAP = lazy(f"[{_LETTER}]{_GAP}(?=[{_LETTER}])")
_ONE_LETTER = lazy(f"[{_LETTER}]")
_ONE_JAPANESE = lazy(f"[{JAPANESE}]")
TEARING_LATIN = f".*_\\-|{EMOJI}"
_TEARING_LATIN = lazy(f"[{TEARING_LATIN}]+")
TEARING = f".*_+=^'’`\"\\-‐–—•○●★☆◆◇■□▲△▼▽※♪♡♥×✕✖\\\\/|{EMOJI}"
# A text that this does not match has nothing to join.
_HINT = lazy(
    f"[A-Za-z](?:[{TEARING_LATIN}]{{1,3}}[A-Za-z]|(?<![A-Za-z0-9].){_GAP}[A-Za-z0-9]{_GAP}[A-Za-z0-9](?![A-Za-z0-9]))"
    f"|[{JAPANESE}](?:[{TEARING}]{{1,{_WIDEST}}}[{JAPANESE}]|{_GAP}[{JAPANESE}]{_GAP}[{JAPANESE}]"
    f"|(?<![{_LETTER}].) {{1,3}}[{JAPANESE}]| {{1,3}}[{JAPANESE}](?![{_LETTER}]))"
)

# Between two whole words these are punctuation, so they tear a word only when they stand between all its letters.
_SENTENCE = frozenset("・、,。!?:;")
_LIST_KINDS = frozenset("・/、,|()[]「」『』【】。!?;:")
_EMOJI = lazy(f"[{EMOJI}]")
_KANA = lazy(r"[ぁ-ゖァ-ヺー]")
_HIRAGANA = lazy(r"[ぁ-ゖ]")
_ALONE = 3
_ALONE_LIST = 4
_ALONE_LATIN = 4
_ALONE_BLANK = 5
_ATTACHED_GAPS = 3
_LAST_EMOJI = 0x1FAFF


def join_split(draft: Draft) -> None:
    """Remove separators from between characters that belong together."""
    if _HINT.search(draft.text) is None:
        return
    edits: list[Edit] = []
    for match in _CHAIN.finditer(draft.text):
        for run in _runs(draft.text, match):
            edits += [(start, end, "") for start, end in _gaps_to_close(run, draft.text)]
    draft.apply(edits)
    if _HINT.search(draft.text) is not None:
        draft.apply([(start, end, "") for start, end in _gaps_inside_keywords(draft.text)])


@dataclass(frozen=True, slots=True)
class _Run:
    """Single characters of one script at `positions` (rising), with separators between each two.

    `kind` is what the separators of a Japanese run have in common; `attached` tells whether its first or last
    character belongs to a longer stretch of text.
    """

    positions: tuple[int, ...]
    latin: bool
    attached: bool
    kind: str

    def gaps(self) -> list[tuple[int, int]]:
        return [(a + 1, b) for a, b in pairwise(self.positions)]


def _runs(text: str, match: re.Match[str]) -> Iterator[_Run]:
    """Cut a chain where the script changes, and Japanese where the kind of separator changes."""
    positions = [match.start() + m.start() for m in _ONE_LETTER.finditer(match[0])]
    before = match.start() > 0 and _ONE_LETTER.match(text[match.start() - 1]) is not None
    after = match.end() < len(text) and _ONE_LETTER.match(text[match.end()]) is not None
    attached = {positions[0]} if before else set()
    attached |= {positions[-1]} if after else set()
    latin = False
    groups: list[tuple[bool, list[int]]] = []
    for position in positions:
        # A digit goes with what stands before it: よ.る.1.2.時, g.1.f.t
        latin = latin if text[position].isdigit() and groups else text[position].isascii()
        if latin and position in attached:
            continue
        if not groups or groups[-1][0] != latin:
            groups.append((latin, []))
        groups[-1][1].append(position)
    for latin, group in groups:
        stretches = [("", group)] if latin else _stretches(text, group)
        for kind, stretch in stretches:
            own = _own_part(text, stretch, attached, kind)
            if len(own) >= _ALONE:
                yield _Run(tuple(own), latin, not attached.isdisjoint(own), kind)


def _own_part(text: str, stretch: list[int], attached: set[int], kind: str) -> list[int]:
    """Leave attached ends out where blanks, or commas around a key word, part them from the rest (で、は、だ、か)."""
    inner = [place for place in stretch if place not in attached]
    if kind == " " or (kind in _LIST_KINDS and _holds_keyword("".join(text[place] for place in inner))):
        return inner
    return stretch


def _stretches(text: str, group: list[int]) -> Iterator[tuple[str, list[int]]]:
    """Cut a group into stretches with one kind of gap; neighbouring stretches share a character."""
    stretch = group[:1]
    kind = ""
    for a, b in pairwise(group):
        new_kind = _gap_kind(text[a + 1 : b])
        if kind not in ("", new_kind):
            yield kind, stretch
            stretch = [a]
        kind = new_kind
        stretch.append(b)
    yield kind, stretch


def _gap_kind(gap: str) -> str:
    inner = gap.strip(" ")
    return "emoji" if _EMOJI.match(inner) else inner[:1] or " "


def _gaps_to_close(run: _Run, text: str) -> list[tuple[int, int]]:
    return _close_latin(run, text) if run.latin else _close_japanese(run, text)


def _close_japanese(run: _Run, text: str) -> list[tuple[int, int]]:
    gaps = run.gaps()
    joined = "".join(text[position] for position in run.positions)
    varied = len(set(joined)) >= _ALONE and not _is_ascending(joined)
    if run.kind in _LIST_KINDS:
        wanted = varied and len(joined) >= _ALONE_LIST and _is_half_hiragana(joined)
    else:
        wanted = varied and _KANA.search(joined) is not None and (not run.attached or len(gaps) >= _ATTACHED_GAPS)
    return gaps if wanted or (not run.attached and _holds_keyword(joined)) else []


def _is_half_hiragana(joined: str) -> bool:
    """Tell speech from a list, whose items are rather kanji, katakana or letters."""
    return 2 * len(_HIRAGANA.findall(joined)) >= len(joined)


def _is_ascending(joined: str) -> bool:
    return all(a < b for a, b in pairwise(joined.lower())) or joined.startswith(("いろは", "イロハ"))


def _holds_keyword(joined: str) -> bool:
    folded = fold(joined)
    by_pair = load_keywords().by_pair
    return any(
        folded.startswith(keyword.folded, start)
        for start in range(len(folded) - 1)
        for keyword in by_pair.get(folded[start : start + 2], ())
    )


def _close_latin(run: _Run, text: str) -> list[tuple[int, int]]:
    """Join each word of "g.i.f.t c.a.r.d" or "s e n d  i t"; wider or blank gaps between others part words."""
    gaps = run.gaps()
    breaks = _word_breaks([text[start:end] for start, end in gaps])
    closed: list[tuple[int, int]] = []
    first = 0
    for last in [*breaks, len(gaps)]:
        word = "".join(text[position] for position in run.positions[first : last + 1]).lower()
        inner = gaps[first:last]
        if (cuts := _segment(word)) is not None:
            closed += [gap for place, gap in enumerate(inner, 1) if place not in cuts]
        elif _is_torn_latin(word, [text[start:end] for start, end in inner]):
            closed += inner
        first = last + 1
    return closed


def _word_breaks(gaps: list[str]) -> list[int]:
    """Return the places of the gaps that part words: blanks among other separators, or wide blanks among narrow."""
    blank = [gap.isspace() for gap in gaps]
    if not any(blank):
        return []
    if not all(blank):
        return [place for place, gap in enumerate(gaps) if " " in gap]
    narrow = min(map(len, gaps))
    return [place for place, gap in enumerate(gaps) if len(gap) > narrow]


def _is_torn_latin(word: str, gaps: list[str]) -> bool:
    """Judge a torn word that is in no list: long enough, no list, no initials, no "x o x o x"."""
    blank = any(gap.isspace() for gap in gaps)
    listed = not blank and all(set(gap) <= _LIST_KINDS | {" "} for gap in gaps)
    long_enough = len(word) >= (_ALONE_BLANK if blank else _ALONE_LATIN)
    return long_enough and not listed and len(set(word)) >= _ALONE and not word.isdigit() and not _is_ascending(word)


def _segment(word: str) -> frozenset[int] | None:
    """Return where known words meet when the whole is made of them ("sendnudes" -> {4}), longest first; else None."""
    keywords = load_keywords()
    cuts: set[int] = set()
    start = 0
    while start < len(word):
        ends = range(min(len(word), start + keywords.longest_latin), start + 2, -1)
        end = next((e for e in ends if word[start:e] in keywords.latin or word[start:e] in keywords.respellings), None)
        if end is None:
            return None
        cuts.add(end)
        start = end
    return frozenset(cuts - {len(word)}) if word else None


def _gaps_inside_keywords(text: str) -> list[tuple[int, int]]:
    """Find key words with separators in them (動★画, ギ フ トカード, gi.ft) by reading the text without separators."""
    beside = load_keywords().beside[0]
    whole = fold(text)
    if not any(whole[m.start()] + whole[m.end()] in beside for m in _ONE_GAP.finditer(text)):
        return []
    separators = _separator_set()
    positions = [place for place, character in enumerate(text) if character not in separators]
    folded = fold("".join(text[place] for place in positions))
    by_pair = load_keywords().by_pair
    closed: list[tuple[int, int]] = []
    free_from = 0
    for start in range(len(folded) - 1):
        keywords = by_pair.get(folded[start : start + 2])
        if keywords is None or start < free_from:
            continue
        here = [keyword for keyword in keywords if folded.startswith(keyword.folded, start)]
        own = next((own for keyword in here if (own := _torn(text, positions, start, keyword))), [])
        closed += [(a + 1, b) for a, b in pairwise(own) if b > a + 1]
        free_from = start + len(own)
    return closed


@cache
def _separator_set() -> frozenset[str]:
    pattern = re.compile(f"[{SEPARATORS}]")
    return frozenset(character for character in map(chr, range(_LAST_EMOJI + 1)) if pattern.match(character))


def _torn(text: str, positions: list[int], start: int, keyword: Keyword) -> list[int]:
    """Return the places of the letters of the key word at `start` if it was torn apart, else an empty list."""
    end = start + len(keyword.folded)
    if positions[end - 1] - positions[start] == end - 1 - start:
        return []
    own = positions[start:end]
    return own if _is_torn(text, own, keyword) else []


def _is_torn(text: str, places: list[int], keyword: Keyword) -> bool:
    """Decide whether a key word that lies across separators was torn apart or is two neighbours (運動 画像)."""
    gaps = [text[a + 1 : b] for a, b in pairwise(places) if b > a + 1]
    if max(map(len, gaps)) > _WIDEST:
        return False
    full = len(gaps) == len(places) - 1
    before = text[places[0] - 1] if places[0] else " "
    after = text[places[-1] + 1] if places[-1] + 1 < len(text) else " "
    if keyword.script == "latin":
        inside = all(_TEARING_LATIN.fullmatch(gap) for gap in gaps)
        edges = not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
        return edges and (full or inside)
    if full and len(places) >= _ALONE:
        return True
    if keyword.script == "hiragana":
        return False
    free_before, free_after = (not _same_script(edge, keyword) for edge in (before, after))
    if any(gap.isspace() for gap in gaps):
        alone = _ONE_LETTER.match(before) is None
        return free_before and (free_after or (alone and len(places) == 2))
    return free_before and free_after and not any(set(gap) & _SENTENCE for gap in gaps)


def _same_script(edge: str, keyword: Keyword) -> bool:
    """Tell whether a neighbouring letter would belong to the same word; hiragana is taken for a particle."""
    own = "kanji" if keyword.script == "mixed" else keyword.script
    return own != "hiragana" and _ONE_JAPANESE.match(edge) is not None and script_of(edge) == own

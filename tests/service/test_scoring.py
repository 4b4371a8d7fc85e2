"""How texts get their turn: together, in order, short ones beside long ones, and never for nobody."""

import asyncio
import threading

import pytest

from sextortion_signals.errors import EmptyTextError
from sextortion_signals.types import Tier
from sextortion_signals_service.scoring import (
    INLINE_CODE_POINTS,
    PIECE_CODE_POINTS,
    PIECE_TEXTS,
    PLAIN,
    Options,
    Scorer,
    pieces,
)

LONG = "明日の部活は何時からだっけ？" * 300


class Recording:
    """A detector that notes in which thread it was asked for how many texts."""

    def __init__(self, detector, tier=Tier.FAST):
        self._detector, self.tier, self.asked = detector, tier, []

    def _note(self, count):
        self.asked.append((threading.current_thread().name.startswith("scoring"), count))

    def assess(self, text, **options):
        self._note(1)
        return self._detector.assess(text, **options)

    def assess_many(self, texts, **options):
        self._note(len(texts))
        return self._detector.assess_many(texts, **options)


@pytest.fixture
def recording(detector):
    return Recording(detector)


def run(main):
    return asyncio.run(main())


@pytest.mark.parametrize(
    "lengths",
    [
        [],
        [1],
        [1] * PIECE_TEXTS,
        [1] * (PIECE_TEXTS + 1),
        [1] * 200,
        [PIECE_CODE_POINTS] * 3,
        [1, PIECE_CODE_POINTS, 1],
        [20_000],
    ],
)
def test_scoring_pieces_hold_everything_once_and_are_small(lengths):
    cut = list(pieces(lengths))
    assert [position for first, last in cut for position in range(first, last)] == list(range(len(lengths)))
    assert all(1 <= last - first <= PIECE_TEXTS for first, last in cut)
    assert all(sum(lengths[first : last - 1]) < PIECE_CODE_POINTS for first, last in cut)


def test_scoring_texts_that_come_together_are_assessed_together(recording, detector, rounded, threat_ja, harmless_ja):
    scorer = Scorer(recording)
    texts = [threat_ja, harmless_ja, threat_ja + "！"] * 4

    async def main():
        return await asyncio.gather(*(scorer.assess(text) for text in texts))

    outcomes = run(main)
    assert recording.asked == [(False, len(texts))]
    assert rounded([outcome.to_dict() for outcome in outcomes]) == rounded(
        [detector.assess(text).to_dict() for text in texts]
    )


def test_scoring_different_options_are_kept_apart_and_in_order(recording, detector, rounded, threat_ja):
    scorer = Scorer(recording)
    options = [PLAIN, PLAIN, Options(lang="en"), PLAIN]

    async def main():
        return await asyncio.gather(*(scorer.assess(threat_ja, option) for option in options))

    outcomes = run(main)
    assert recording.asked == [(False, 2), (False, 1), (False, 1)]
    expected = [detector.assess(threat_ja, **option.keywords()).to_dict() for option in options]
    assert rounded([outcome.to_dict() for outcome in outcomes]) == rounded(expected)


def test_scoring_others_get_a_turn_between_pieces(recording):
    scorer = Scorer(recording)
    turns = []

    async def others():
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    async def main():
        task = asyncio.create_task(others())
        outcomes = await scorer.assess_many(["短い文です"] * (PIECE_TEXTS * 5))
        task.cancel()
        return outcomes

    assert len(run(main)) == PIECE_TEXTS * 5
    assert recording.asked == [(False, PIECE_TEXTS)] * 5
    assert len(turns) >= 5


def test_scoring_no_piece_on_the_event_loop_is_longer_than_the_limit(recording):
    scorer = Scorer(recording)
    text = "あ" * (INLINE_CODE_POINTS // 2)

    async def main():
        await asyncio.gather(*(scorer.assess(text) for _ in range(5)))

    run(main)
    assert recording.asked == [(False, 2), (False, 2), (False, 1)]


def test_scoring_long_texts_go_to_a_thread_and_short_ones_pass_them(recording):
    scorer = Scorer(recording)
    finished = []

    async def ask(name, text):
        await scorer.assess(text)
        finished.append(name)

    async def main():
        await asyncio.gather(ask("long", LONG), ask("longer", LONG * 2), ask("short", "短い文です"))

    run(main)
    scorer.close()
    assert sorted(recording.asked) == [(False, 1), (True, 1), (True, 1)]
    assert finished[0] == "short"


def test_scoring_long_texts_of_two_requests_take_turns(recording):
    scorer = Scorer(recording)
    finished = []

    async def ask(name, count):
        await scorer.assess_many([LONG] * count)
        finished.append(name)

    async def main():
        await asyncio.gather(ask("twelve", 12), ask("three", 3))

    run(main)
    scorer.close()
    assert finished == ["three", "twelve"]


@pytest.mark.parametrize("tier", [Tier.CASCADE, Tier.FULL])
def test_scoring_a_tier_that_reads_by_meaning_has_the_thread(detector, tier):
    recording = Recording(detector, tier)
    scorer = Scorer(recording)

    async def main():
        return await asyncio.gather(*(scorer.assess("短い文です") for _ in range(4)))

    assert len(run(main)) == 4
    scorer.close()
    # Those that came while the thread was busy are taken together.
    assert recording.asked == [(True, 1), (True, 3)]


def test_scoring_a_bad_text_has_its_own_error_and_the_others_their_results(detector, broken, threat_ja):
    seen = []
    scorer = Scorer(broken(KeyError("合言葉"), trigger="合言葉"), observe=seen.extend)
    scorer.detector.tier = Tier.FAST

    async def main():
        return await scorer.assess_many([threat_ja, "合言葉", "", threat_ja])

    good, fault, empty, last = run(main)
    assert good == last == detector.assess(threat_ja)
    assert isinstance(fault, KeyError)
    assert isinstance(empty, EmptyTextError)
    assert seen == [good, fault, empty, last]

    async def alone():
        return await scorer.assess("合言葉")

    with pytest.raises(KeyError):
        run(alone)


@pytest.mark.parametrize("text", ["短い文です", LONG])
def test_scoring_a_text_nobody_waits_for_is_not_assessed(recording, text):
    scorer = Scorer(recording)

    async def main():
        waiting = [asyncio.create_task(scorer.assess(LONG)) for _ in range(len(text) > INLINE_CODE_POINTS)]
        given_up = asyncio.create_task(scorer.assess(text))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        await asyncio.gather(*waiting)
        await asyncio.sleep(0.01)
        return len(waiting)

    asked_for = run(main)
    scorer.close()
    assert len(recording.asked) == asked_for


@pytest.mark.parametrize(
    ("texts", "tier", "is_thread"),
    [
        (["また明日"] * 3, Tier.FAST, False),
        (["また明日"] * (PIECE_TEXTS + 1), Tier.FAST, True),
        (["あ" * (INLINE_CODE_POINTS + 1)], Tier.FAST, True),
        (["また明日"], Tier.CASCADE, True),
    ],
)
def test_scoring_what_is_concluded_from_much_is_concluded_in_the_thread(detector, texts, tier, is_thread):
    async def main():
        scorer = Scorer(Recording(detector, tier))
        with pytest.raises(EmptyTextError):
            await scorer.conclude(texts, lambda: scorer.detector.assess(""))
        return await scorer.conclude(texts, lambda: threading.current_thread().name.startswith("scoring"))

    assert run(main) is is_thread

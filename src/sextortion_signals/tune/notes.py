"""What somebody who reads the figures has to know about them, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sextortion_signals.profile import POINTS, Budget, Stream
from sextortion_signals.text import detect_language
from sextortion_signals.tune.labelled import LabelledTexts


def percent(share: float) -> str:
    """Return a share in percent with three digits, as many as a labelled file can bear."""
    return f"{100 * share:.3g} %"


def sample_notes(rows: LabelledTexts, stream: Stream) -> Iterator[str]:
    """Say what the rows can stand for, and which were left out."""
    cases = percent(float(rows.risk.mean()))
    if stream.base_rate is None:
        yield (
            f"{cases} of the labelled rows are cases. That is fine for recall and false alarms, each measured within "
            "its own kind of rows. Precision and reviews a day depend on the share of cases in your stream: state it "
            "with --base-rate."
        )
    else:
        yield (
            f"{cases} of the labelled rows are cases, {percent(stream.base_rate)} of your stream as you state it. That "
            "is fine: recall and false alarms are each measured within their own kind of rows. Precision and reviews a "
            "day rest on the stated share, and on risk-0 rows that are like your other texts."
        )
    if rows.unlabelled:
        yield f"{rows.unlabelled:,} row(s) without a label were left out."
    if rows.unreadable:
        yield f"{rows.unreadable:,} row(s) without a text that can be assessed were left out."
    unverified = sum(not detect_language(text).verified for text in rows.texts)
    if unverified:
        yield (
            f"{unverified:,} row(s) are in a language in which the detector was never measured; they count in all "
            "figures."
        )


def point_notes(
    budgets: Mapping[str, Budget], stream: Stream, thresholds: Mapping[str, float], before: Mapping[str, float]
) -> Iterator[str]:
    """Say where a point is not what one would expect; `before` are the points in use until now."""
    for point in POINTS:
        reviews = budgets[point].reviews_per_day
        cases = (stream.base_rate or 0.0) * (stream.messages_per_day or 0.0)
        if reviews is not None and cases > reviews:
            yield (
                f"The cases alone are about {cases:,.0f} a day, more than the {reviews:,.0f} reviews allowed at "
                f"{point}: cases are passed over to keep to that number."
            )
    elevated, high = POINTS
    if thresholds[elevated] < thresholds[high]:
        return
    if budgets[high].asked:
        yield f"What is asked for {high} is kept at the threshold of {elevated} already, so both are one."
    else:
        yield f"{elevated} lies above the {high} in use until now ({before[high]:.3g}), so {high} was raised to it."

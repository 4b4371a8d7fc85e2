"""What a team asks for, checked before any text is read."""

from __future__ import annotations

from collections.abc import Mapping

from sextortion_signals.errors import UnknownOptionError
from sextortion_signals.profile import POINTS, Budget, Stream


def check_request(budgets: Mapping[str, Budget], stream: Stream) -> None:
    """Raise `UnknownOptionError` unless at least one point has a budget, and every number is there and makes sense."""
    if set(budgets) != set(POINTS) or not any(budget.asked for budget in budgets.values()):
        raise UnknownOptionError(
            f"say what you can afford at {POINTS[0]} or {POINTS[1]}: reviews a day, a share of false alarms, "
            "or a precision"
        )
    _check_stream(stream)
    for point, budget in budgets.items():
        _check_budget(point, budget, stream)


def _check_stream(stream: Stream) -> None:
    if stream.base_rate is not None:
        _check_share("the base rate", stream.base_rate)
    if stream.messages_per_day is not None:
        _check_amount("the number of messages a day", stream.messages_per_day)


def _check_budget(point: str, budget: Budget, stream: Stream) -> None:
    if budget.false_alarms is not None:
        _check_share(f"the share of false alarms at {point}", budget.false_alarms)
    if budget.precision is not None:
        _check_share(f"the precision at {point}", budget.precision)
        if stream.base_rate is None:
            raise UnknownOptionError(f"a precision at {point} needs the share of cases in your stream (--base-rate)")
    if budget.reviews_per_day is not None:
        _check_amount(f"the reviews a day at {point}", budget.reviews_per_day)
        if stream.base_rate is None or stream.messages_per_day is None:
            raise UnknownOptionError(
                f"reviews a day at {point} need the size of your stream and its share of cases: "
                "--messages-per-day and --base-rate"
            )


def _check_share(what: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise UnknownOptionError(f"{what} must lie between 0 and 1, both excluded, not {value:g}")


def _check_amount(what: str, value: float) -> None:
    if not 0.0 < value < float("inf"):
        raise UnknownOptionError(f"{what} must be above 0, not {value:g}")

"""From probabilities to a level and a role.

A text at `elevated` or above is taken for a case, and then the role is the likeliest of the three roles of a case;
below, the role is `other`. A victim called an offender does more harm than the reverse, so `offender` asks for more
than the others: the model's `offender_floor`, set at training on data not used for fitting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sextortion_signals.errors import UnknownOptionError
from sextortion_signals.model import CASE_ROLES
from sextortion_signals.types import Level, Role, Tier

ELEVATED, HIGH = "elevated", "high"


@dataclass(frozen=True, slots=True)
class RiskRule:
    """Operating points as risks in 0..1, `elevated` <= `high`, and the least probability for the role `offender`."""

    elevated: float
    high: float
    offender_floor: float

    @classmethod
    def from_dict(cls, points: Mapping[str, Any]) -> RiskRule:
        """Read the operating points of a manifest, or of its semantic tier."""
        risk = {name: float(points["thresholds"][name]["risk"]) for name in (ELEVATED, HIGH)}
        return cls(risk[ELEVATED], risk[HIGH], float(points["offender_floor"]))

    def level(self, risk: float) -> Level:
        """Return the level that a risk reaches."""
        if risk >= self.high:
            return Level.HIGH
        return Level.ELEVATED if risk >= self.elevated else Level.LOW

    def role(self, level: Level, case_roles: Mapping[Role, float]) -> Role:
        """Return the role, given the level and the probability of each role if this is a case."""
        if level is Level.LOW:
            return Role.OTHER
        if case_roles[Role.OFFENDER] >= self.offender_floor:
            return Role.OFFENDER
        rest = [role for role in CASE_ROLES if role is not Role.OFFENDER]
        return max(rest, key=lambda role: case_roles[role])

    @property
    def thresholds(self) -> dict[str, float]:
        return {ELEVATED: self.elevated, HIGH: self.high}

    def override(self, thresholds: Mapping[str, float]) -> RiskRule:
        """Return a rule with the caller's operating points; refuses unknown names, values outside 0..1, wrong order."""
        unknown = sorted(set(thresholds) - {ELEVATED, HIGH})
        if unknown:
            raise UnknownOptionError(f"unknown threshold {', '.join(unknown)}; there are {ELEVATED} and {HIGH}")
        merged = {**self.thresholds, **thresholds}
        for name, value in merged.items():
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0.0 <= value <= 1.0:
                raise UnknownOptionError(f"threshold {name} must be a number from 0 to 1, not {value!r}")
        if merged[ELEVATED] > merged[HIGH]:
            problem = f"threshold {ELEVATED} ({merged[ELEVATED]}) is above {HIGH} ({merged[HIGH]})"
            raise UnknownOptionError(f"{problem}; {ELEVATED} must be the lower one")
        return RiskRule(float(merged[ELEVATED]), float(merged[HIGH]), self.offender_floor)


def conversation_points(manifest: Mapping[str, Any], tier: Tier) -> Mapping[str, Any] | None:
    """Return the numbers of a manifest that go with conversations read by a tier; None where the model has none."""
    points: Mapping[str, Any] | None = manifest.get("conversation", {}).get("tiers", {}).get(tier.value)
    return points


def conversation_rule(manifest: Mapping[str, Any], tier: Tier, texts: RiskRule) -> RiskRule:
    """Return the operating points of conversations, which are those of single texts where the model has no others."""
    points = conversation_points(manifest, tier)
    return texts if points is None else RiskRule.from_dict(points)


def role_probabilities(risk: float, case_roles: Mapping[Role, float]) -> dict[Role, float]:
    """Return a probability for each of the four roles; they add up to 1."""
    return {**{role: risk * case_roles[role] for role in CASE_ROLES}, Role.OTHER: 1.0 - risk}

import pytest

from sextortion_signals.errors import UnknownOptionError
from sextortion_signals.risk import RiskRule, role_probabilities
from sextortion_signals.types import Level, Role

RULE = RiskRule(elevated=0.3, high=0.8, offender_floor=0.6)


def case(offender, victim, third):
    return {Role.OFFENDER: offender, Role.VICTIM: victim, Role.THIRD_PARTY: third}


@pytest.mark.parametrize(
    ("risk", "level"),
    [
        (0.0, Level.LOW),
        (0.29, Level.LOW),
        (0.3, Level.ELEVATED),
        (0.79, Level.ELEVATED),
        (0.8, Level.HIGH),
        (1.0, Level.HIGH),
    ],
)
def test_risk_level_is_reached_at_the_threshold(risk, level):
    assert RULE.level(risk) is level


@pytest.mark.parametrize(
    ("level", "probabilities", "role"),
    [
        (Level.LOW, case(0.99, 0.005, 0.005), Role.OTHER),
        (Level.ELEVATED, case(0.6, 0.3, 0.1), Role.OFFENDER),
        (Level.HIGH, case(0.59, 0.3, 0.11), Role.VICTIM),
        (Level.HIGH, case(0.59, 0.11, 0.3), Role.THIRD_PARTY),
        (Level.HIGH, case(0.1, 0.8, 0.1), Role.VICTIM),
    ],
)
def test_risk_role_follows_level_and_floor(level, probabilities, role):
    assert RULE.role(level, probabilities) is role


def test_risk_roles_add_up_to_one():
    roles = role_probabilities(0.25, case(0.5, 0.3, 0.2))
    assert roles[Role.OTHER] == 0.75
    assert sum(roles.values()) == pytest.approx(1.0)


def test_risk_override_keeps_the_rest():
    rule = RULE.override({"elevated": 0.5})
    assert rule.thresholds == {"elevated": 0.5, "high": 0.8}
    assert rule.offender_floor == RULE.offender_floor


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ({"medium": 0.5}, "unknown threshold medium"),
        ({"high": 1.5}, "from 0 to 1"),
        ({"high": True}, "from 0 to 1"),
        ({"high": "0.5"}, "from 0 to 1"),
        ({"elevated": float("nan")}, "from 0 to 1"),
        ({"elevated": 0.9}, "must be the lower one"),
    ],
)
def test_risk_override_refuses_nonsense(thresholds, message):
    with pytest.raises(UnknownOptionError, match=message):
        RULE.override(thresholds)

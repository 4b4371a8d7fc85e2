"""The systemd unit, as far as it can be checked without systemd."""

import re
from pathlib import Path

from sextortion_signals_service.settings import ENVIRONMENT_PREFIX, Settings

UNIT = Path(__file__).resolve().parents[2] / "service" / "deploy" / "sextortion-signals.service"
LINES = UNIT.read_text(encoding="utf-8").splitlines()
SECTIONS = {"Unit", "Service", "Install"}


def directives():
    pairs = [line.split("=", 1) for line in LINES if line and not line.startswith(("#", "["))]
    return {name: value for name, value in pairs if name != "Environment"}


def test_systemd_every_line_is_a_directive_in_a_section():
    assert {line.strip("[]") for line in LINES if line.startswith("[")} == SECTIONS
    for line in LINES:
        assert not line or line.startswith(("#", "[")) or re.fullmatch(r"[A-Z][A-Za-z]+=.*", line), line


def test_systemd_starts_the_service_and_gives_it_time_to_finish():
    found = directives()
    assert found["ExecStart"].endswith("/python -m sextortion_signals_service")
    assert int(found["TimeoutStopSec"]) > Settings().shutdown_seconds
    assert found["RestartPreventExitStatus"] == "2 3"


def test_systemd_gives_it_no_rights():
    found = directives()
    assert found["DynamicUser"] == found["NoNewPrivileges"] == found["PrivateTmp"] == "yes"
    assert found["ProtectSystem"] == "strict"
    assert found["CapabilityBoundingSet"] == ""
    assert "User" not in found


def test_systemd_names_only_settings_that_exist():
    names = re.findall(rf"{ENVIRONMENT_PREFIX}([A-Z_]+)=", "\n".join(LINES))
    assert {name.lower() for name in names} - {"name"} <= set(Settings.model_fields)
    assert "api_keys_file" in {name.lower() for name in names}

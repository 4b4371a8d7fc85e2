"""The Dockerfile, as far as it can be checked without building it."""

import ast
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINES = (ROOT / "service" / "Dockerfile").read_text(encoding="utf-8").splitlines()
IGNORED = (ROOT / "service" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
INSTRUCTIONS = re.sub(r"\\\n", " ", "\n".join(line for line in LINES if not line.lstrip().startswith("#"))).splitlines()


def instructions(name):
    return [line.split(maxsplit=1)[1] for line in INSTRUCTIONS if line.startswith(f"{name} ")]


def test_dockerfile_copies_only_what_exists_and_is_sent():
    copied = [source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]]
    assert {"pyproject.toml", "src", "models"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in IGNORED, source
    assert IGNORED[1] == "*"


def test_dockerfile_runs_without_privileges_and_with_the_right_command():
    assert instructions("USER") == ["signals"]
    last_stage = INSTRUCTIONS[max(i for i, line in enumerate(INSTRUCTIONS) if line.startswith("FROM ")) :]
    assert any(line.startswith("USER ") for line in last_stage)
    assert json.loads(instructions("CMD")[0]) == ["python", "-m", "sextortion_signals_service"]
    assert not instructions("ADD")


def test_dockerfile_health_check_asks_for_readiness():
    (check,) = instructions("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    ast.parse(command[2])
    assert "/readyz" in command[2]


def test_dockerfile_sets_only_settings_that_exist():
    from sextortion_signals_service.settings import ENVIRONMENT_PREFIX, Settings

    names = re.findall(rf"{ENVIRONMENT_PREFIX}([A-Z_]+)=", " ".join(instructions("ENV")))
    assert names
    assert {name.lower() for name in names} <= set(Settings.model_fields)


def test_dockerfile_needs_nothing_from_outside_when_it_runs():
    last_stage = INSTRUCTIONS[max(i for i, line in enumerate(INSTRUCTIONS) if line.startswith("FROM ")) :]
    text = " ".join(last_stage)
    assert not re.search(r"\b(pip|apt|apt-get|curl|wget|git)\b", text)
    bases = {line.split()[0] for line in instructions("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", bases.pop())
    assert not re.search(r"(?i)(key|secret|token|password)\w*=", text)


def test_dockerfile_says_how_to_start_it_without_keys_and_with():
    head = "\n".join(LINES[: next(i for i, line in enumerate(LINES) if line.startswith("FROM"))])
    assert "SEXTORTION_SIGNALS_ALLOW_ANONYMOUS=true" in head
    assert "SEXTORTION_SIGNALS_API_KEYS_FILE=/keys" in head
    assert "127.0.0.1:8000:8000" in head

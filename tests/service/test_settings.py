"""Settings: read from the environment, refused early, never quoted."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from sextortion_signals_service import __main__ as entry
from sextortion_signals_service.settings import Settings


def test_settings_defaults_are_safe():
    settings = Settings()
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.model_path is None
    assert settings.profile is None
    assert settings.max_batch_items == 256


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("SEXTORTION_SIGNALS_PORT", "9000")
    monkeypatch.setenv("SEXTORTION_SIGNALS_MODEL_PATH", "/models/x")
    monkeypatch.setenv("SEXTORTION_SIGNALS_PROFILE", "/profiles/night.json")
    monkeypatch.setenv("SEXTORTION_SIGNALS_THRESHOLDS", '{"elevated": 0.3}')
    monkeypatch.setenv("SEXTORTION_SIGNALS_ACCESS_LOG", "false")
    monkeypatch.setenv("SEXTORTION_SIGNALS_MODELS", "a variable of the library")
    settings = Settings()
    assert settings.port == 9000
    assert settings.model_path == Path("/models/x")
    assert settings.profile == Path("/profiles/night.json")
    assert settings.thresholds == {"elevated": 0.3}
    assert settings.access_log is False
    assert Settings(port=9001).port == 9001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"),
        ("workers", "0"),
        ("max_body_bytes", "77"),
        ("log_level", "trace"),
        ("root_path", "signals/"),
        ("thresholds", '{"elevated": 2}'),
        ("thresholds", '{"hihg": 0.5}'),
    ],
)
def test_settings_bad_values_are_refused_without_quoting_them(monkeypatch, name, value):
    monkeypatch.setenv(f"SEXTORTION_SIGNALS_{name.upper()}", value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert value not in str(caught.value)


def test_settings_are_frozen():
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1


def test_settings_errors_end_the_program_with_one_clear_line(monkeypatch, capsys):
    monkeypatch.setenv("SEXTORTION_SIGNALS_PORT", "not-a-port")
    assert entry.main() == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("SEXTORTION_SIGNALS_PORT: ")
    assert len(captured.err.splitlines()) == 1
    assert "not-a-port" not in captured.err


def test_settings_that_are_no_json_end_the_program_with_one_clear_line(monkeypatch, capsys):
    monkeypatch.setenv("SEXTORTION_SIGNALS_THRESHOLDS", "elevated: 0.5")
    assert entry.main() == 2
    error = capsys.readouterr().err
    assert error.startswith("SEXTORTION_SIGNALS_THRESHOLDS: ")
    assert "elevated" not in error

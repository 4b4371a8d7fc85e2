"""The generated reference: `service/openapi.json` and `docs/settings.md`.

`python -m sextortion_signals_service.reference` in a checkout writes both; a test fails while they are out of date.
"""

from __future__ import annotations

import json
from pathlib import Path

from sextortion_signals_service.app import create_app
from sextortion_signals_service.settings import ENVIRONMENT_PREFIX, Settings

_SETTINGS_HEAD = """# Settings of the service

Read once at start-up from the environment; `sextortion-signals serve` has options for some that win over it.
Written by `python -m sextortion_signals_service.reference`.

| variable | default | meaning |
|---|---|---|
"""


def documents() -> dict[str, str]:
    """Return every generated file of the service: its path in a checkout, and its content."""
    return {"service/openapi.json": openapi_json(), "docs/settings.md": settings_markdown()}


def openapi_json() -> str:
    """Return the OpenAPI document of the service with default settings."""
    app = create_app(settings=Settings.model_construct())  # the defaults, whatever this environment says
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def settings_markdown() -> str:
    """Return the page of all settings: variable, default and meaning."""
    rows = (
        f"| `{ENVIRONMENT_PREFIX}{name.upper()}` | {_shown(field.default)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )
    return _SETTINGS_HEAD + "".join(rows)


def _shown(default: object) -> str:
    if default in (None, ""):
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def main(root: Path) -> None:
    """Write the generated files below `root`, the top of a checkout."""
    for path, content in documents().items():
        (root / path).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[2])

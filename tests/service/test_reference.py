"""The generated files are what the code says, and the written ones leave nothing out."""

import json
from pathlib import Path

import pytest

from sextortion_signals_service.dialects import DISCOVERY_PREFIX, OPENAI_PATH, PERSPECTIVE_PREFIX
from sextortion_signals_service.problems import KINDS
from sextortion_signals_service.reference import documents, main
from sextortion_signals_service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
HINT = "run: python -m sextortion_signals_service.reference"
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", list(documents()))
def test_reference_files_are_up_to_date(path):
    assert (ROOT / path).read_text(encoding="utf-8") == documents()[path], HINT


def test_reference_does_not_depend_on_the_environment(monkeypatch):
    before = documents()
    monkeypatch.setenv("SEXTORTION_SIGNALS_PORT", "1")
    monkeypatch.setenv("SEXTORTION_SIGNALS_ROOT_PATH", "/x")
    assert documents() == before


def test_reference_writes_below_the_given_root(tmp_path):
    for path in documents():
        (tmp_path / path).parent.mkdir()
    main(tmp_path)
    assert {path: (tmp_path / path).read_text(encoding="utf-8") for path in documents()} == documents()


def test_reference_names_every_setting():
    page = documents()["docs/settings.md"]
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"`SEXTORTION_SIGNALS_{name.upper()}`" in page


def test_reference_errors_are_problems_everywhere():
    document = json.loads(documents()["service/openapi.json"])
    seen = set()
    for path, operations in document["paths"].items():
        other = path == OPENAI_PATH or path.startswith((PERSPECTIVE_PREFIX, DISCOVERY_PREFIX))
        for operation in operations.values():
            for status, response in operation["responses"].items():
                seen.add(status)
                problem = int(status) >= 400 and not other
                media_type = "application/problem+json" if problem else "application/json"
                if (path, status) == ("/metrics", "200"):
                    media_type = "text/plain"
                assert list(response["content"]) == [media_type]
    assert seen == {"200", "400", "401", "404", "408", "413", "415", "422", "429", "500", "503"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_reference_has_no_way_to_name_a_file_or_a_place():
    document = json.loads(documents()["service/openapi.json"])
    requests = ("AssessRequest", "BatchRequest")
    names = {name for schema in requests for name in document["components"]["schemas"][schema]["properties"]}
    assert names == {"text", "texts", "items", "lang", "audience", "truncate", "awareness"}
    assert not any("{" in path for path in document["paths"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_reference_api_page_explains_every_problem(kind):
    assert f"| `{kind.slug}` | {kind.status} |" in API


def test_reference_api_page_names_every_endpoint():
    document = json.loads(documents()["service/openapi.json"])
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path}`" in API

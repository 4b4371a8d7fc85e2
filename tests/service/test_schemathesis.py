"""Schemathesis over openapi.json: requests that fit the document and such that do not, and no answer is a surprise."""

import json
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sextortion_signals_service.app import create_app
from sextortion_signals_service.settings import Settings

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
# 20 of each operation take seconds; the service is the same for all of them.
BOUNDED = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


DOCUMENT = json.loads((Path(__file__).resolve().parents[2] / "service" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations]


@pytest.fixture(scope="module")
def schema(detector):
    return schemathesis.openapi.from_asgi("/openapi.json", create_app(detector, Settings()))


def cases():
    for path, method in OPERATIONS:
        yield path, method, GenerationMode.POSITIVE
        described = DOCUMENT["paths"][path][method]
        if "parameters" in described or "requestBody" in described:
            yield path, method, GenerationMode.NEGATIVE


@pytest.mark.parametrize(("path", "method", "mode"), list(cases()), ids=lambda value: getattr(value, "value", value))
def test_schemathesis_every_operation_answers_as_its_document_says(schema, path, method, mode):
    operation = schema[path][method.upper()]

    @BOUNDED
    @given(operation.as_strategy(generation_mode=mode))
    def check(case):
        case.call_and_validate(checks=CHECKS)

    check()


def test_schemathesis_sees_every_operation(schema):
    assert {(result.ok().path, result.ok().method) for result in schema.get_all_operations()} == set(OPERATIONS)

"""What does not depend on a text: advice, signals, the model."""

import pytest

from sextortion_signals.advice import load_catalog
from sextortion_signals.advice.entries import LANGUAGES
from sextortion_signals.signals.catalog import load_signal_catalog
from sextortion_signals.types import Audience
from sextortion_signals_service.schemas import AdviceQuery, AdviceResponse, ModelDescription, SignalsResponse


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("audience", [None, *(audience.value for audience in Audience)])
def test_catalogues_advice_is_the_library_s(client, lang, audience):
    query = {"lang": lang} | ({"audience": audience} if audience else {})
    document = client.get("/v1/advice", params=query).json()
    catalog = load_catalog()
    wanted = Audience(audience) if audience else None
    assert document["items"] == [item.to_dict() for item in catalog.items(lang, wanted)]
    assert document["resources"] == [resource.to_dict() for resource in catalog.resources(lang)]
    assert (document["lang"], document["audience"]) == (lang, audience)
    assert AdviceResponse.model_validate(document).model_dump(mode="json") == document


def test_catalogues_advice_is_japanese_by_default_and_names_its_campaign(client):
    document = client.get("/v1/advice").json()
    assert document == client.get("/v1/advice?lang=ja").json()
    named = {message for item in document["items"] for message in item["campaign"]}
    assert named <= set(document["campaign"]["messages"])
    english = client.get("/v1/advice?lang=en").json()["campaign"]
    assert document["campaign"]["messages"]["M1"] != english["messages"]["M1"]


def test_catalogues_languages_of_the_query_are_those_of_the_catalogue():
    assert tuple(AdviceQuery.model_json_schema()["properties"]["lang"]["enum"]) == LANGUAGES


@pytest.mark.parametrize(
    ("query", "pointer"), [("lang=fr", "/lang"), ("audience=all", "/audience"), ("language=ja", "/language")]
)
def test_catalogues_advice_refuses_what_it_does_not_know(client, is_problem, query, pointer):
    problem = is_problem(client.get(f"/v1/advice?{query}"), 422, "invalid-request")
    assert [(error["in"], error["pointer"]) for error in problem["errors"]] == [("query", pointer)]


def test_catalogues_signals_are_the_library_s(client):
    document = client.get("/v1/signals").json()
    assert document == {"signals": [definition.to_dict() for definition in load_signal_catalog()]}
    assert SignalsResponse.model_validate(document).model_dump(mode="json") == document


def test_catalogues_model_is_what_the_detector_says_of_itself(client, detector):
    document = client.get("/v1/model").json()
    assert document == {**detector.describe(), "max_text_length": detector.max_length}
    assert ModelDescription.model_validate(document).model_dump(mode="json") == document

"""The discovery document that Google's API client builds itself from: no copy of it ships with that client."""

from __future__ import annotations

from typing import Any

VERSION = "v1alpha1"


def _schema(name: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {name: {"id": name, "type": "object", "properties": properties}}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": name}


def _map_of(name: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _reference(name)}


def _list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_STRING = {"type": "string"}
_NUMBER = {"type": "number", "format": "float"}
_INTEGER = {"type": "integer", "format": "int32"}
_BOOLEAN = {"type": "boolean"}

_SCHEMAS = {
    **_schema("TextEntry", text=_STRING, type=_STRING),
    **_schema("Context", entries=_list_of(_reference("TextEntry"))),
    **_schema("AttributeParameters", scoreType=_STRING, scoreThreshold=_NUMBER),
    **_schema("Score", value=_NUMBER, type=_STRING),
    **_schema("SpanScore", begin=_INTEGER, end=_INTEGER, score=_reference("Score")),
    **_schema("AttributeScores", summaryScore=_reference("Score"), spanScores=_list_of(_reference("SpanScore"))),
    **_schema(
        "AnalyzeCommentRequest",
        comment=_reference("TextEntry"),
        context=_reference("Context"),
        requestedAttributes=_map_of("AttributeParameters"),
        spanAnnotations=_BOOLEAN,
        languages=_list_of(_STRING),
        doNotStore=_BOOLEAN,
        clientToken=_STRING,
        sessionId=_STRING,
        communityId=_STRING,
    ),
    **_schema(
        "AnalyzeCommentResponse",
        attributeScores=_map_of("AttributeScores"),
        languages=_list_of(_STRING),
        detectedLanguages=_list_of(_STRING),
        clientToken=_STRING,
    ),
    **_schema(
        "SuggestCommentScoreRequest",
        comment=_reference("TextEntry"),
        context=_reference("Context"),
        attributeScores=_map_of("AttributeScores"),
        languages=_list_of(_STRING),
        communityId=_STRING,
        clientToken=_STRING,
    ),
    **_schema("SuggestCommentScoreResponse", clientToken=_STRING),
}


def _method(name: str, request: str, response: str) -> dict[str, Any]:
    path = f"{VERSION}/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "path": path,
        "flatPath": path,
        "httpMethod": "POST",
        "parameters": {},
        "parameterOrder": [],
        "request": _reference(request),
        "response": _reference(response),
    }


def discovery_document(root_url: str) -> dict[str, Any]:
    """Return the document for a service that its callers reach at `root_url`, which ends with a slash."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": f"commentanalyzer:{VERSION}",
        "name": "commentanalyzer",
        "version": VERSION,
        "title": "sextortion-signals",
        "description": "Scores comments for sextortion in the format of the Perspective Comment Analyzer API.",
        "protocol": "rest",
        "rootUrl": root_url,
        "servicePath": "",
        "baseUrl": root_url,
        "batchPath": "batch",
        "parameters": {"key": {"type": "string", "location": "query", "description": "API key."}},
        "schemas": _SCHEMAS,
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeCommentRequest", "AnalyzeCommentResponse"),
                    "suggestscore": _method(
                        "suggestscore", "SuggestCommentScoreRequest", "SuggestCommentScoreResponse"
                    ),
                }
            }
        },
    }

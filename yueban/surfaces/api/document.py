"""The OpenAPI 3.1 document and the page that shows it to people."""

from __future__ import annotations

import functools
import json
import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yueban.surfaces.api.app import api, speak
from yueban.surfaces.api.problems import CONTENT_TYPE, TITLES

PREFIX: Final = "/api/v1"
_CONVERTER: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_BRACES: Final = r"{\1}"
_FIRST_ERROR: Final = 400
_ERRORS: Final = {
    "400": "The body cannot be read.",
    "401": "No token, or not a good one.",
    "403": "The token is not for this.",
    "404": "Unknown, or not yours to see.",
    "409": "Refused by the regulation, every reason with its clause.",
    "413": "The body is larger than 256 KiB.",
    "415": "The body is not JSON in UTF-8.",
    "422": "A field is wrong.",
    "429": "Too fast: try again after `Retry-After` seconds.",
}
_POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@functools.cache
def document() -> dict[str, Any]:
    """Give the document: ninja's, with our media type, headers and words on every error."""
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/"), default=str))
    made["paths"] = {f"{PREFIX}{path}": item for path, item in made["paths"].items()}
    for item in made["paths"].values():
        for operation in item.values():
            _describe(operation["responses"])
            for parameter in operation.get("parameters", []):
                parameter["schema"] = _never_null(parameter["schema"])
    return made


def query_names(route: str) -> dict[str, frozenset[str]]:
    """Give the names of the query parameters of a URL pattern (`centres/<code>`), by method."""
    item = document()["paths"][f"{PREFIX}/{_CONVERTER.sub(_BRACES, route)}"]
    return {
        method.upper(): frozenset(p["name"] for p in operation.get("parameters", []) if p["in"] == "query")
        for method, operation in item.items()
    }


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave out null: a parameter that is not sent is simply not there."""
    if "anyOf" not in schema:
        return schema
    kept: dict[str, Any] = next(each for each in schema["anyOf"] if each.get("type") != "null")
    return kept | {"title": schema.get("title", "")}


def _describe(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status in _ERRORS:
            response["description"] = _ERRORS[status]
        if int(status) >= _FIRST_ERROR:
            response["content"] = {CONTENT_TYPE: next(iter(response["content"].values()))}
    if "429" in responses:
        responses["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}


@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """The document as JSON."""
    return HttpResponse(json.dumps(document(), ensure_ascii=False), content_type="application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The document for people: one page without scripts, which prints."""
    speak(request)
    made = document()
    context = {
        "info": made["info"],
        "groups": _groups(made),
        "shapes": [_shape(name, shape) for name, shape in sorted(made["components"]["schemas"].items())],
        "errors": _ERRORS.items(),
        "kinds": TITLES.items(),
    }
    response = render(request, "api/docs.html", context)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _groups(made: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in made["paths"].items():
        for method, operation in item.items():
            shown = _shown(path, method.upper(), operation)
            groups.setdefault(operation["tags"][0], []).append(shown)
    return list(groups.items())


def _shown(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "id": operation["operationId"],
        "path": path,
        "method": method,
        "summary": operation["summary"],
        "description": operation.get("description", "").replace("`", ""),
        "parameters": [_parameter(parameter) for parameter in operation.get("parameters", [])],
        "body": _name(body),
        "successes": [
            (status, _name(_schema(answer)))
            for status, answer in operation["responses"].items()
            if int(status) < _FIRST_ERROR
        ],
        "errors": sorted(status for status in operation["responses"] if int(status) >= _FIRST_ERROR),
    }


def _parameter(parameter: dict[str, Any]) -> tuple[str, str, bool, str]:
    """Give name, place, whether it is needed, and what it may be."""
    schema = parameter["schema"]
    bounds = f"{schema['minimum']}–{schema['maximum']}" if {"minimum", "maximum"} <= schema.keys() else ""
    said = (_kind(schema), schema.get("pattern", ""), bounds, parameter.get("description", ""))
    return parameter["name"], parameter["in"], parameter["required"], " · ".join(filter(None, said))


def _shape(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    needed = set(shape.get("required", ()))
    fields = [
        (key, _kind(field), key in needed, field.get("description", ""))
        for key, field in shape.get("properties", {}).items()
    ]
    return {"name": name, "description": shape.get("description", ""), "fields": fields}


def _kind(field: dict[str, Any]) -> str:
    """Say a field's type in a few words."""
    if "anyOf" in field:
        return " | ".join(_kind(each) for each in field["anyOf"])
    if "enum" in field:
        return " | ".join(str(each) for each in field["enum"])
    if field.get("type") == "array":
        return f"{_kind(field['items'])}[]"
    return _name(field) or str(field.get("format") or field.get("type", ""))


def _schema(answer: dict[str, Any]) -> dict[str, Any]:
    for content in answer.get("content", {}).values():
        found: dict[str, Any] = content["schema"]
        return found
    return {}


def _name(schema: dict[str, Any]) -> str:
    """Give the name of the schema that is referred to, directly or as one of several."""
    refs = [schema.get("$ref", ""), *(each.get("$ref", "") for each in schema.get("anyOf", schema.get("allOf", [])))]
    return next((ref.rpartition("/")[2] for ref in refs if ref), "")

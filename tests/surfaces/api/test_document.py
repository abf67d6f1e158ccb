"""The OpenAPI document and its page."""

import json

import pytest
from django.test import Client

from yueban.surfaces.api.document import document

CONTRACT = {
    ("GET", "/centres"), ("GET", "/centres/{code}"), ("GET", "/departments"), ("GET", "/matters"), ("GET", "/matters/{id}"),
    ("GET", "/packages"), ("GET", "/availability"), ("POST", "/appointments"), ("GET", "/appointments/{code}"),
    ("POST", "/appointments/search"), ("POST", "/appointments/{code}/cancel"), ("POST", "/appointments/{code}/reschedule"),
    ("POST", "/appointments/{code}/ticket"), ("POST", "/tickets"), ("GET", "/tickets/{id}"),
    ("POST", "/counters/{id}/call-next"), ("POST", "/tickets/{id}/recall"), ("POST", "/tickets/{id}/missed"),
    ("POST", "/tickets/{id}/park"), ("POST", "/tickets/{id}/resume"), ("POST", "/tickets/{id}/transfer"),
    ("POST", "/tickets/{id}/finish"), ("GET", "/events"),
}  # fmt: skip


def test_the_document_is_openapi_3_1_and_holds_the_whole_contract(client: Client) -> None:
    made = client.get("/api/v1/openapi.json").json()
    assert made["openapi"].startswith("3.1")
    found = {(verb.upper(), path.removeprefix("/api/v1")) for path, item in made["paths"].items() for verb in item}
    assert found == CONTRACT


def test_every_operation_documents_its_errors_as_problems() -> None:
    for item in document()["paths"].values():
        for operation in item.values():
            errors = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
            assert {"401", "429"} <= errors.keys()
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in errors.values())
            assert operation["security"] == [{"Bearer": []}]


def test_every_reference_in_the_document_leads_somewhere() -> None:
    made = document()
    names = {part.split('"')[0] for part in json.dumps(made).split('"#/components/schemas/')[1:]}
    assert names <= made["components"]["schemas"].keys()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_needs_no_script_and_no_other_host(client: Client, language: str) -> None:
    response = client.get("/api/docs", headers={"accept-language": language})
    text = response.content.decode()
    assert response.status_code == 200
    assert "<script" not in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert all(path.split("{")[0] in text for _verb, path in CONTRACT)

"""Bad input: every answer is a problem+json in the caller's language, nothing is half-written, and never a 5xx."""

import json

import pytest
from django.test import Client
from pytest_django.fixtures import Settings as SettingsWrapper

from tests.factories import Hall
from tests.surfaces.api.conftest import Caller, asked
from yueban.domain.booking.models import Appointment
from yueban.domain.people import operations as people
from yueban.kernel import clock

POSTS = ["/appointments", "/appointments/search", "/tickets"]
BODIES: dict[str, tuple[bytes, str, int]] = {
    "nothing": (b"", "application/json", 422),
    "half an object": (b'{"centre": "a', "application/json", 400),
    "words": (b"hello", "application/json", 400),
    "NaN": (b'{"slot": NaN}', "application/json", 400),
    "a list": (b"[]", "application/json", 422),
    "null": (b"null", "application/json", 422),
    "a number": (b"1", "application/json", 422),
    "latin": ('{"centre": "é"}'.encode("latin-1"), "application/json", 400),
    "gb18030": ('{"centre": "县"}'.encode("gb18030"), "application/json", 400),
    "utf-16": ('{"centre": "a"}'.encode("utf-16"), "application/json", 400),
    "utf-8 with a BOM": (b'\xef\xbb\xbf{"centre": "a"}', "application/json", 400),
    "deep": (b"[" * 100_000, "application/json", 400),
    "deep and closed": (b"[" * 50_000 + b"]" * 50_000, "application/json", 400),
    "a number of 5000 digits": (b'{"slot": ' + b"9" * 5000 + b"}", "application/json", 400),
    "a NUL": (b'{"centre": "a\\u0000"}', "application/json", 422),
    "half a pair": (b'{"centre": "\\ud800"}', "application/json", 422),
    "a control character as key": (b'{"\\u0007": 1}', "application/json", 422),
    "a form": (b"centre=a", "application/x-www-form-urlencoded", 415),
    "xml": (b"<centre/>", "application/xml", 415),
    "no type": (b"{}", "", 415),
    "another charset": (b"{}", "application/json; charset=gbk", 415),
    "too large": (b'{"centre": "' + b"a" * 300_000 + b'"}', "application/json", 413),
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_gets_a_clear_answer(owner: Caller, path: str, name: str) -> None:
    raw, kind, status = BODIES[name]
    answer = owner.send("POST", path, raw, kind)
    assert (answer.status, answer.kind) == (status, "application/problem+json"), answer.text
    assert (answer.body["status"], bool(answer.body["title"]), bool(answer.body["detail"])) == (status, True, True)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", BODIES)
def test_a_stranger_with_a_bad_body_is_only_a_stranger(stranger: Caller, path: str, name: str) -> None:
    raw, kind, _status = BODIES[name]
    assert stranger.send("POST", path, raw, kind).status == 401


@pytest.mark.parametrize("path", ["/centres", "/centres/hall", "/availability?centre=hall&matter=x"])
def test_a_parameter_that_does_not_exist_is_said(owner: Caller, hall: Hall, path: str) -> None:
    answer = owner.send("GET", f"{path}{'&' if '?' in path else '?'}day=7")
    assert answer.status == 422
    assert [(each["field"], each["code"]) for each in answer.body["errors"]] == [("day", "unknown_field")]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic abc", "Bearer \x00", "Bearer " + "x" * 5000, "bearer yb_x", "Bearer ys_x"],
)
def test_a_header_that_is_no_token_is_401(client: Client, db: None, header: str) -> None:
    response = client.get("/api/v1/centres", headers={"authorization": header})
    assert (response.status_code, response.headers["Content-Type"]) == (401, "application/problem+json")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/", "/api/v2/centres", "/api/v1/centres/", "/api/x/../y", "/api/v1/%00"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_routes_are_problems_too(client: Client, db: None, path: str, method: str) -> None:
    response = client.generic(method, path)
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["status"] == 404


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/centres"), ("GET", "/tickets"), ("PUT", "/appointments"), ("PATCH", "/events")]
)
def test_a_wrong_method_is_a_problem_that_names_the_right_ones(owner: Caller, method: str, path: str) -> None:
    answer = owner.send(method, path)
    assert (answer.status, answer.kind) == (405, "application/problem+json")
    assert answer.headers["Allow"]


def test_too_fast_is_429_with_the_seconds_to_wait(owner: Caller, settings: SettingsWrapper) -> None:
    settings.CHANNEL_RATE = 3
    answers = [owner.get("/centres") for _ in range(12)]
    slow = [answer for answer in answers if answer.status == 429]
    assert slow
    assert (slow[0].kind, slow[0].headers["Retry-After"]) == ("application/problem+json", "1")


def test_a_certificate_is_not_booked_for_more_often_than_allowed(
    owner: Caller, colleague: Caller, hall: Hall, settings: SettingsWrapper
) -> None:
    settings.CERTIFICATE_RATE = 2
    callers = [owner, colleague, owner, colleague, owner, colleague]
    answers = [caller.post("/appointments", asked(hall)) for caller in callers]
    assert answers[-1].status == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert owner.post("/appointments", asked(hall, n=2)).status == 201


def test_a_revoked_channel_is_out_at_once(owner: Caller) -> None:
    assert owner.get("/centres").status == 200
    people.revoke_channel(name="owner", by="system:test", now=clock.now())
    assert owner.get("/centres").status == 401


def test_a_failure_of_ours_is_a_problem_that_tells_nothing(owner: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("yueban.domain.directory.queries.centres", break_down)
    answer = owner.get("/centres")
    assert (answer.status, answer.kind) == (500, "application/problem+json")
    assert "secret" not in answer.text


def test_the_sentences_of_errors_are_readable_json(owner: Caller) -> None:
    answer = owner.send("POST", "/appointments", b"{}")
    assert json.loads(answer.text)["errors"][0] == {"field": "centre", "code": "missing", "message": "缺少这一项。"}

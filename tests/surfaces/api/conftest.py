"""A hall, tokens of every kind, and a caller that speaks JSON through the slim middleware of the API."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings as SettingsWrapper

from tests.factories import Hall, instant, make_hall, phone, resident
from yueban.domain.people import operations as people
from yueban.domain.people.operations.staff import NewStaff
from yueban.domain.people.rules import ChannelProgram, Role
from yueban.kernel import clock

FRIDAY = instant("2026-11-27 10:00:00")
"""The working day before `factories.MONDAY`."""


@dataclass
class Answer:
    """What came back."""

    status: int
    kind: str
    body: Any
    text: str
    headers: Any


class Caller:
    """Calls /api/v1 with one token."""

    def __init__(self, token: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {} if token is None else {"authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Answer:
        return self._answer(self.client.get(f"/api/v1{path}", query, headers=self.headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        raw, kind = (b"", "") if body is None else (body, "application/json")
        return self._answer(self.client.post(f"/api/v1{path}", raw, content_type=kind, headers=sent))

    def send(self, method: str, path: str, raw: bytes = b"", kind: str = "application/json") -> Answer:
        return self._answer(self.client.generic(method, f"/api/v1{path}", raw, content_type=kind, headers=self.headers))

    @staticmethod
    def _answer(response: Any) -> Answer:
        text = response.content.decode()
        kind = response.headers.get("Content-Type", "")
        return Answer(response.status_code, kind, response.json() if "json" in kind else None, text, response.headers)


def at(moment: datetime) -> None:
    """Let the clock stand at a moment."""
    clock.simulate(clock.frozen(moment))


@pytest.fixture(autouse=True)
def _slim(settings: SettingsWrapper) -> None:
    settings.MIDDLEWARE = settings.API_MIDDLEWARE


@pytest.fixture(autouse=True)
def _standing_clock() -> Iterator[None]:
    before = clock.simulate(clock.frozen(FRIDAY))
    yield
    clock.simulate(before)


@pytest.fixture
def hall(db: None) -> Hall:
    """A centre with a queue, two counters, a matter and the hours of a Monday."""
    return make_hall()


def token_of(name: str, kind: ChannelProgram = ChannelProgram.APP, centre_id: int | None = None) -> str:
    return people.add_channel(name=name, kind=kind, centre_id=centre_id, by="system:test", now=FRIDAY)


def staff_token(login: str, role: Role, centre_id: int | None = None) -> str:
    people.add_staff(NewStaff(login, role, centre_id=centre_id), by="system:test", now=FRIDAY)
    return people.issue_staff_token(login, by="system:test", now=FRIDAY)


@pytest.fixture
def owner(hall: Hall) -> Caller:
    """The channel that books."""
    return Caller(token_of("owner"))


@pytest.fixture
def colleague(hall: Hall) -> Caller:
    """Another channel."""
    return Caller(token_of("colleague"))


@pytest.fixture
def stranger(db: None) -> Caller:
    """Somebody with a token that was never given out."""
    return Caller("yb_" + "x" * 32)


@pytest.fixture
def nobody(db: None) -> Caller:
    """Somebody without a token."""
    return Caller(None)


@pytest.fixture
def upstream(hall: Hall) -> Caller:
    """The upper platform."""
    return Caller(token_of("upper", ChannelProgram.UPSTREAM))


@pytest.fixture
def clerk(hall: Hall) -> Caller:
    """A clerk of the hall."""
    return Caller(staff_token("clerk", Role.CLERK, hall.centre.pk))


def asked(hall: Hall, n: int = 1, hour: int = 9, **fields: Any) -> dict[str, Any]:
    """The body of a booking of the n-th sample applicant."""
    certificate = resident(n)
    body: dict[str, Any] = {
        "centre": hall.centre.code,
        "matter": hall.matter.code,
        "slot": hall.slot(hour).pk,
        "applicant": {
            "name": "样例申请人",
            "certificate": {"kind": "resident_id", "number": certificate.number},
            "phone": phone(n),
        },
    }
    return body | fields


@pytest.fixture
def code(owner: Caller, hall: Hall) -> str:
    """The code of an appointment that the owner booked for Monday 9:00."""
    answer = owner.post("/appointments", asked(hall))
    assert answer.status == 201, answer.text
    return str(answer.body["code"])

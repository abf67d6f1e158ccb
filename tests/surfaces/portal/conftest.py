"""A small hall, a Friday morning, and visitors with a phone in their hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.factories import MONDAY, Hall, instant, make_hall, make_working_days, phone, resident
from yueban.domain.notices.models import Message
from yueban.domain.people.models import LoginCode
from yueban.kernel import clock, crypto

FRIDAY = date(2026, 11, 27)
FRIDAY_MORNING = instant("2026-11-27 08:40")


def set_clock(text: str) -> None:
    """Let the whole process stand at an instant."""
    clock.simulate(clock.frozen(instant(text)))


@pytest.fixture(autouse=True)
def _friday_morning() -> Iterator[None]:
    before = clock.simulate(clock.frozen(FRIDAY_MORNING))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    """A hall with hours on Friday and Monday."""
    make_working_days()
    return make_hall(days=(FRIDAY, MONDAY))


def last_code() -> str:
    """The SMS code that was sent last, as its receiver reads it."""
    message = Message.objects.filter(template="login_code").latest("id")
    found = re.search(r"\d{6}", crypto.unseal(message.body_sealed))
    assert found is not None
    return found[0]


@dataclass
class Visitor:
    """A browser, and the person who holds it."""

    n: int = 1
    client: Client = field(default_factory=Client)

    @property
    def person(self) -> dict[str, str]:
        """What the form of who comes wants of this person."""
        return {"name": "样例甲", "kind": "resident_id", "number": resident(self.n).number, "phone": phone(self.n)}

    def choose(self, hall: Hall, hour: int, day: date = MONDAY) -> str:
        """Touch an hour; gives the address of the draft."""
        answer = self.client.post(hours_of(hall), {"slot": hall.slot(hour, day).pk})
        assert answer.status_code == 302, answer.content.decode()
        return str(answer["Location"]).removesuffix("who/")

    def send_code(self, draft: str, **typed: str) -> None:
        """Ask for the SMS code on the form."""
        LoginCode.objects.all().delete()  # the pause between two codes is real time
        answer = self.client.post(f"{draft}who/", self.person | typed | {"do": "send"})
        assert answer.status_code == 302, answer.content.decode()

    def fill(self, draft: str, **typed: str) -> Any:
        """Fill in who comes with the right SMS code, unless it is proved already."""
        if "phone" not in self.client.session:
            self.send_code(draft, **typed)
            typed = {"code": last_code()} | typed
        return self.client.post(f"{draft}who/", self.person | typed | {"do": "next"})

    def book(self, hall: Hall, hour: int, day: date = MONDAY) -> str:
        """Go the whole way; gives the appointment's code."""
        draft = self.choose(hall, hour, day)
        assert self.fill(draft).status_code == 302
        answer = self.client.post(f"{draft}confirm/")
        assert answer.status_code == 302, answer.content.decode()
        return code_on(self.client.get(answer["Location"]))


@pytest.fixture
def visitor() -> Visitor:
    """Somebody with a phone."""
    return Visitor()


def hours_of(hall: Hall) -> str:
    """The address of a hall's hours."""
    return f"/book/matter/{hall.matter.code}/{hall.centre.code}/"


def code_on(answer: Any) -> str:
    """The appointment's code on the page of success."""
    found = re.search(r'id="code">([\d ]+)<', answer.content.decode())
    assert found is not None, answer.content.decode()
    return found[1].replace(" ", "")


def clauses_on(answer: Any) -> list[str]:
    """The clauses that the page's refusals cite."""
    return re.findall(r'<li data-clause="([^"]+)">', answer.content.decode())

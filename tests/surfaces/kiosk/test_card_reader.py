"""A terminal with a card reader: what its page is told, whom it may ask, and what a reading leads to."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import Hall, instant, request_for, resident
from yueban.domain.booking import operations as booking
from yueban.domain.queueing.models import Reader, Ticket

pytestmark = pytest.mark.django_db


def sources(answer: object) -> str:
    policy: str = answer.headers["Content-Security-Policy"]  # type: ignore[attr-defined]
    return next(part for part in policy.split("; ") if part.startswith("connect-src"))


def test_a_hall_whose_readers_type_asks_nobody(terminal: Client) -> None:
    answer = terminal.get("/kiosk/")
    assert 'id="reader"' not in answer.content.decode()
    assert "127.0.0.1:8899" not in sources(answer)


def test_the_page_may_ask_the_service_of_its_terminal_and_no_other(terminal: Client, hall: Hall) -> None:
    Reader.objects.create(centre=hall.centre, url="ws://127.0.0.1:8899/read?x=1", number_path="data.idNum")
    answer = terminal.get("/kiosk/")
    assert '"number_path": "data.idNum"' in answer.content.decode()
    assert sources(answer).endswith(" ws://127.0.0.1:8899")
    assert "127.0.0.1:8899" not in sources(Client().get("/"))


@pytest.mark.parametrize("typed", ["张三|{number}", "{number}\r", "姓名:张三;公民身份号码:{number};住址:沈丘县"])
def test_r4_1_3_an_id_card_takes_the_ticket_of_its_holder(terminal: Client, hall: Hall, typed: str) -> None:
    booking.book(request_for(hall, hall.slot(10)), by="test", now=instant("2026-11-26 12:00"))
    answer = terminal.post("/kiosk/booked/", {"text": typed.format(number=resident(1).number)}, follow=True)
    assert "YA 001" in answer.content.decode()
    assert Ticket.objects.get().label == "YA001"


def test_a_card_without_an_appointment_says_so(terminal: Client) -> None:
    answer = terminal.post("/kiosk/booked/", {"text": f"张三|{resident(2).number}"})
    assert "这个证件今天没有预约。" in answer.content.decode()


def test_what_is_no_card_says_what_is_wrong(terminal: Client) -> None:
    answer = terminal.post("/kiosk/booked/", {"text": f"张三|{resident(1).number[:-2]}00"})
    assert answer.status_code == 422

"""Whoever shows a certificate without an appointment: a number, first by law for the old, and never a second one."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, make_queue, request_for, resident
from yueban.domain.booking import operations as booking
from yueban.domain.queueing import operations
from yueban.domain.queueing.models import CentreHall, Ticket
from yueban.domain.queueing.rules import Outcome
from yueban.kernel import clock, crypto

pytestmark = pytest.mark.django_db

OLD = resident(1)
"""Born in 1950."""


@pytest.fixture
def hall() -> Hall:
    made = make_hall()
    CentreHall.objects.create(centre=made.centre, statutory_age=70)
    return made


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def hidden(page: str, name: str) -> str:
    """A hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def shown(terminal: Client) -> str:
    """The page after the card of the old man was read."""
    return words(terminal.post("/kiosk/booked/", {"text": OLD.number}))


def take(terminal: Client, queue: int) -> object:
    """Card, then 现场取号, then the queue; the page with the number."""
    card = hidden(shown(terminal), "card")
    page = words(terminal.post("/kiosk/walk-in/", {"card": card}))
    fields = {"queue": queue, "card": hidden(page, "card"), "press": hidden(page, "press")}
    return terminal.post("/kiosk/walk-in/issue/", fields, follow=True)


def test_r5_3_an_old_man_who_walks_in_and_shows_his_card_goes_first_by_law(hall: Hall, terminal: Client) -> None:
    operations.issue(hall.queue.pk, by="test", now=instant("2026-11-30 09:20"))
    page = words(take(terminal, hall.queue.pk))
    assert "A 002" in page
    assert "依法优先" in page
    kept = Ticket.objects.get(label="A002")
    assert (kept.rank_class, kept.ground) == ("statutory", "elderly")
    called = operations.call_next(hall.counters[0].pk, by="test", now=clock.now())
    assert called is not None
    assert called.label == "A002"


def test_r5_3_the_page_says_from_which_age_a_card_should_be_shown(hall: Hall, terminal: Client) -> None:
    assert "满 70 岁请先刷身份证" in words(terminal.get("/kiosk/walk-in/"))
    CentreHall.objects.update(statutory_age=None)
    assert "请先刷身份证" not in words(terminal.get("/kiosk/walk-in/"))


def test_one_open_ticket_a_person_and_queue_and_the_card_prints_it_again(hall: Hall, terminal: Client) -> None:
    take(terminal, hall.queue.pk)
    assert "补打" in words(take(terminal, hall.queue.pk))
    assert Ticket.objects.count() == 1


def test_a_lost_slip_is_printed_again_by_the_card(hall: Hall, terminal: Client) -> None:
    take(terminal, hall.queue.pk)
    page = shown(terminal)
    assert "您今天取过号" in page
    again = terminal.post("/kiosk/again/", {"ticket": hidden(page, "ticket")}, follow=True)
    assert "A 001" in words(again)
    assert "补打" in words(again)


def test_a_number_that_ended_meanwhile_is_not_printed_again(hall: Hall, terminal: Client) -> None:
    take(terminal, hall.queue.pk)
    token, ticket = hidden(shown(terminal), "ticket"), Ticket.objects.get()
    operations.call_next(hall.counters[0].pk, by="test", now=clock.now())
    operations.finish(ticket.pk, outcome=Outcome.COMPLETED, by="test", now=clock.now())
    assert terminal.post("/kiosk/again/", {"ticket": token}).status_code == 409
    assert "您今天取过号" not in shown(terminal)


@pytest.mark.parametrize("token", ["", "1", "ticket:1", "x.y"])
def test_only_our_own_page_prints_again(terminal: Client, token: str) -> None:
    answer = terminal.post("/kiosk/again/", {"ticket": token})
    assert answer.status_code == 404
    assert "请重新选择" in words(answer)


def test_the_number_of_another_hall_is_not_printed_here(hall: Hall, terminal: Client) -> None:
    elsewhere = make_hall(code="elsewhere")
    ticket = operations.issue(elsewhere.queue.pk, by="test", now=clock.now())
    assert terminal.post("/kiosk/again/", {"ticket": crypto.sign(f"ticket:{ticket.ticket_id}")}).status_code == 404


def test_a_second_appointment_of_the_same_queue_offers_to_print_the_open_number_again(
    hall: Hall, terminal: Client
) -> None:
    before = instant("2026-11-26 12:00")
    codes = [booking.book(request_for(hall, hall.slot(hour), 1), by="test", now=before).code for hour in (9, 10)]
    operations.check_in(codes[0], by="test", now=clock.now())
    page = words(terminal.post("/kiosk/booked/number/", {"text": codes[1]}))
    assert "已经有一个号" in page
    assert "YA 001" in words(terminal.post("/kiosk/again/", {"ticket": hidden(page, "ticket")}, follow=True))


def test_in_a_large_hall_the_card_goes_along_from_the_departments(hall: Hall, terminal: Client) -> None:
    department = hall.queue.departments.get()
    for n in range(9):
        make_queue(hall.centre, f"q{n}", "BCDEFGHIJ"[n], department)
    page = words(terminal.post("/kiosk/walk-in/", {"card": hidden(shown(terminal), "card")}))
    queues = words(terminal.post("/kiosk/walk-in/department/", {"card": hidden(page, "card"), "name": "样例"}))
    fields = {"queue": hall.queue.pk, "card": hidden(queues, "card")}
    assert "依法优先" in words(terminal.post("/kiosk/walk-in/issue/", fields, follow=True))


def test_the_certificate_is_in_no_page_and_a_forged_one_is_refused(hall: Hall, terminal: Client) -> None:
    page = words(terminal.post("/kiosk/walk-in/", {"card": hidden(shown(terminal), "card")}))
    assert OLD.number not in page
    assert OLD.masked in page
    for forged in ("x", "eA==", "é"):
        assert terminal.post("/kiosk/walk-in/", {"card": forged}).status_code == 404


def test_one_press_whose_answer_was_lost_gives_the_same_number_to_the_card(hall: Hall, terminal: Client) -> None:
    fields = {"queue": hall.queue.pk, "card": hidden(shown(terminal), "card"), "press": "one-press-0123456789"}
    for _ in range(2):
        assert "A 001" in words(terminal.post("/kiosk/walk-in/issue/", fields, follow=True))
    assert Ticket.objects.count() == 1

"""Booking at the terminal by the online rules, one question a page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import Hall, instant, phone, request_for, resident
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment

pytestmark = pytest.mark.django_db

ANSWER = "/kiosk/book/answer/"


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def sealed(page: str) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def answers(terminal: Client, hall: Hall, hour: int = 14) -> str:
    """Answer every question; give the summary."""
    page = words(terminal.post(ANSWER, {"matter": hall.matter.code, "slot": hall.slot(hour).pk}))
    for text in (resident(1).number, phone(1), "王建国"):
        page = words(terminal.post(ANSWER, {"sealed": sealed(page), "text": text}))
    return page


def test_r2_3_a_person_books_at_the_terminal_by_the_online_rules(hall: Hall, terminal: Client) -> None:
    assert "样例" in words(terminal.get("/kiosk/book/"))
    assert hall.matter.name in words(terminal.get("/kiosk/book/matters/", {"department": "dept"}))
    hours = words(terminal.get("/kiosk/book/hours/", {"matter": hall.matter.code}))
    assert (f'value="{hall.slot(14).pk}"' in hours, f'value="{hall.slot(11).pk}"' in hours) == (True, False)
    summary = answers(terminal, hall)
    assert ("王建国" in summary, resident(1).number in summary) == (True, False)
    done = words(terminal.post(ANSWER, {"sealed": sealed(summary), "confirm": "yes"}))
    made = Appointment.objects.get()
    assert (made.channel_kind, made.name, f"{made.code[:4]} {made.code[4:]}" in done) == ("online", "王建国", True)


def test_r5_2_a_refusal_says_why_and_books_nothing(hall: Hall, terminal: Client) -> None:
    booking.book(request_for(hall, hall.slot(14)), by="t", now=instant("2026-11-27 12:00"))
    summary = answers(terminal, hall)
    refused = terminal.post(ANSWER, {"sealed": sealed(summary), "confirm": "yes"})
    assert (refused.status_code, "R5.2" in words(refused), Appointment.objects.count()) == (409, True, 1)


def test_a_wrong_answer_is_asked_again_and_the_known_name_is_offered(hall: Hall, terminal: Client) -> None:
    booking.book(request_for(hall, hall.slot(15), name="李秀英"), by="t", now=instant("2026-11-27 12:00"))
    page = words(terminal.post(ANSWER, {"matter": hall.matter.code, "slot": hall.slot(14).pk}))
    wrong = terminal.post(ANSWER, {"sealed": sealed(page), "text": "411624195001010011"})
    assert (wrong.status_code, "aria-invalid" in words(wrong)) == (422, True)
    page = words(terminal.post(ANSWER, {"sealed": sealed(words(wrong)), "text": resident(1).number}))
    wrong = terminal.post(ANSWER, {"sealed": sealed(page), "text": "123"})
    assert wrong.status_code == 422
    page = words(terminal.post(ANSWER, {"sealed": sealed(words(wrong)), "text": phone(1)}))
    assert 'value="李秀英"' in page


def test_odd_requests_are_404(hall: Hall, terminal: Client) -> None:
    odd = [
        {"sealed": "AAAA"},
        {"sealed": "%%%"},
        {"matter": "none"},
        {"matter": hall.matter.code, "slot": "999999999"},
        {},
    ]
    assert [terminal.post(ANSWER, each).status_code for each in odd] == [404] * 5
    assert terminal.get("/kiosk/book/hours/", {"matter": "x\0"}).status_code == 404
    assert terminal.get("/kiosk/book/matters/", {"department": "none"}).status_code == 404
    assert Client().get("/kiosk/book/").status_code == 302

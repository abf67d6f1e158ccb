"""What a terminal does beside printing: large letters, the next seven days, quotas, and a network that goes away."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from django.test import Client

from tests.factories import MONDAY, Hall, instant, make_hall, request_for, resident
from yueban.domain.booking import operations as booking
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.domain.queueing.models import QueueBand, Ticket
from yueban.kernel import crypto

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-26 12:00")
TUESDAY = date(2026, 12, 1)
IN_TEN_DAYS = date(2026, 12, 10)


@pytest.fixture
def hall() -> Hall:
    return make_hall(days=(MONDAY, TUESDAY, IN_TEN_DAYS))


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_the_certificate_shows_the_next_seven_days_when_nothing_is_today(hall: Hall, terminal: Client) -> None:
    for day in (TUESDAY, IN_TEN_DAYS):
        slot = hall.slot(10, day)
        booking.book(request_for(hall, slot), by="t", now=instant(f"{day - timedelta(days=1)} 09:00"))
    page = words(terminal.post("/kiosk/booked/certificate/", {"kind": "resident_id", "text": resident(1).number}))
    assert ("到那天再来取号" in page, "12月1日" in page, "12月10日" in page) == (True, True, False)


def test_todays_and_later_appointments_are_shown_together(hall: Hall, terminal: Client) -> None:
    for hour in (10, 14):
        booking.book(request_for(hall, hall.slot(hour)), by="t", now=BEFORE)
    booking.book(request_for(hall, hall.slot(10, TUESDAY)), by="t", now=BEFORE)
    page = words(terminal.post("/kiosk/booked/certificate/", {"kind": "resident_id", "text": resident(1).number}))
    assert ("取哪一个" in page, "12月1日" in page) == (True, True)


def test_a_press_whose_answer_was_lost_gives_the_same_number_again(hall: Hall, terminal: Client) -> None:
    pressed = {"queue": hall.queue.pk, "press": "abcdefgh1234"}
    lost = terminal.post("/kiosk/walk-in/issue/", pressed)
    again = terminal.post("/kiosk/walk-in/issue/", pressed, follow=True)
    assert (lost.status_code, "A 001" in words(again), Ticket.objects.count()) == (302, True, 1)
    assert "再打印一次" in words(terminal.post("/kiosk/walk-in/issue/", pressed, follow=True))
    other = terminal.post("/kiosk/walk-in/issue/", pressed | {"press": "zyxwvuts9876"}, follow=True)
    assert "A 002" in words(other)


def test_a_press_of_another_hall_or_an_odd_one_gives_nothing_away(hall: Hall, terminal: Client) -> None:
    elsewhere = make_hall(code="elsewhere")
    Client()
    other = Client()
    other.cookies["kiosk"] = crypto.sign("kiosk:elsewhere")
    other.post("/kiosk/walk-in/issue/", {"queue": elsewhere.queue.pk, "press": "abcdefgh1234"})
    taken = terminal.post("/kiosk/walk-in/issue/", {"queue": hall.queue.pk, "press": "abcdefgh1234"})
    assert taken.status_code == 404
    odd = terminal.post("/kiosk/walk-in/issue/", {"queue": hall.queue.pk, "press": "<script>\0"})
    assert odd.status_code == 302


def test_outside_the_times_of_a_queue_and_beyond_its_quota_the_terminal_says_so(hall: Hall, terminal: Client) -> None:
    band = QueueBand.objects.create(queue=hall.queue, starts=time(14), ends=time(17), quota=0)
    said = terminal.post("/kiosk/walk-in/issue/", {"queue": hall.queue.pk})
    assert (said.status_code, "现在不取号" in words(said)) == (409, True)
    band.starts = time(8)
    band.save()
    assert "已经取完" in words(terminal.post("/kiosk/walk-in/issue/", {"queue": hall.queue.pk}))
    assert not Ticket.objects.exists()


def test_large_letters_are_this_persons_and_go_with_them(terminal: Client) -> None:
    assert terminal.post("/kiosk/size/", {"back": "/kiosk/walk-in/"})["Location"] == "/kiosk/walk-in/"
    assert "data-elder" in words(terminal.get("/kiosk/"))
    assert terminal.get("/kiosk/?idle")["Location"] == "/kiosk/"
    assert "data-elder" not in words(terminal.get("/kiosk/"))
    assert terminal.post("/kiosk/size/", {"back": "https://elsewhere/"})["Location"] == "/kiosk/"
    terminal.post("/kiosk/size/")
    assert "data-elder" not in words(terminal.get("/kiosk/"))


def test_the_offline_page_and_what_keeps_it_need_no_terminal() -> None:
    page, worker = Client().get("/kiosk/offline/"), Client().get("/kiosk/sw.js")
    assert ("网络断了" in words(page), worker["Content-Type"], "/kiosk/offline/" in words(worker)) == (
        True,
        "text/javascript",
        True,
    )


def test_large_letters_lead_back_to_the_page_with_its_question_or_home(hall: Hall, terminal: Client) -> None:
    department = words(terminal.get("/kiosk/walk-in/department/", {"name": "样例"}))
    assert 'value="/kiosk/walk-in/department/?name=%E6%A0%B7%E4%BE%8B"' in department
    for back, to in (
        ("/kiosk/walk-in/department/?name=%E6%A0%B7%E4%BE%8B", "/kiosk/walk-in/department/?name=%E6%A0%B7%E4%BE%8B"),
        ("", "/kiosk/"),
        ("https://example.test/kiosk/", "/kiosk/"),
        ("/kiosk/\r\nx: y", "/kiosk/"),
    ):
        assert terminal.post("/kiosk/size/", {"back": back})["Location"] == to
    answered = words(terminal.post("/kiosk/booked/number/", {"text": "12345678"}))
    assert re.search(r'name="back"\s+value=""', answered)


def test_what_is_gone_meanwhile_leads_on_and_home_by_itself(terminal: Client) -> None:
    answer = terminal.get("/kiosk/walk-in/department/", {"name": "别处"})
    assert (answer.status_code, "请重新选择" in words(answer)) == (404, True)
    assert 'data-home="/kiosk/?idle"' in words(answer)


@pytest.mark.parametrize(
    ("path", "refresh"),
    [("/kiosk/nowhere", "15; url=/kiosk/?idle"), ("/display/board/nowhere/", "15"), ("/nowhere", None)],
)
def test_a_device_that_nobody_attends_tries_again_after_an_error(path: str, refresh: str | None) -> None:
    assert Client().get(path).get("Refresh") == refresh


def test_whoever_leaves_through_the_hidden_exit_and_goes_away_leaves_no_login_behind(
    hall: Hall, terminal: Client
) -> None:
    people.add_staff(
        people.NewStaff("guide", Role.GUIDE, centre_id=hall.centre.pk), by="t", now=BEFORE, password="guide-guide-guide"
    )
    page = terminal.get("/kiosk/setup/", follow=True)
    assert page["Refresh"] == "120; url=/kiosk/?idle"
    assert Client().get("/staff/login?next=/counter/").get("Refresh") is None
    terminal.post("/staff/login", {"username": "guide", "password": "guide-guide-guide"})
    assert terminal.get("/kiosk/setup/")["Refresh"] == "120; url=/kiosk/?idle"
    terminal.get("/kiosk/?idle")
    assert terminal.get("/kiosk/setup/")["Location"].startswith("/staff/login")

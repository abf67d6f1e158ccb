"""My appointments: who may see them, and cancelling, moving, ticketing and watching."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories import MONDAY, Hall, instant, phone, request_for
from tests.surfaces.portal.conftest import FRIDAY, Visitor, clauses_on, last_code, set_clock
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment
from yueban.domain.calendar.models import Slot
from yueban.domain.credit.models import Strike
from yueban.domain.people.models import LoginCode
from yueban.domain.queueing import operations as queueing
from yueban.domain.queueing.models import Ticket
from yueban.kernel import clock, crypto

pytestmark = pytest.mark.django_db


def log_in(client: Client, n: int = 1) -> Any:
    LoginCode.objects.all().delete()  # the pause between two codes is real time
    client.post("/me/login/", {"phone": phone(n), "do": "send"})
    return client.post("/me/login/", {"phone": phone(n), "code": last_code(), "do": "enter"})


@pytest.fixture
def code(visitor: Visitor, hall: Hall) -> str:
    """An appointment of the visitor on Monday at nine."""
    return visitor.book(hall, 9)


def test_the_way_to_my_appointments_leads_over_the_sms_code_and_back(hall: Hall) -> None:
    code = booking.book(request_for(hall, hall.slot(9)), by="test", now=clock.now()).code
    client = Client()
    assert client.get(f"/me/{code}/")["Location"] == f"/me/login/?next=%2Fme%2F{code}%2F"
    client.post("/me/login/", {"phone": phone(1), "do": "send", "next": f"/me/{code}/"})
    answer = client.post("/me/login/", {"phone": phone(1), "code": last_code(), "do": "enter", "next": f"/me/{code}/"})
    assert answer["Location"] == f"/me/{code}/"
    assert client.get(f"/me/{code}/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/admin/", "me"])
def test_login_leads_nowhere_else(hall: Hall, target: str) -> None:
    client = Client()
    client.post("/me/login/", {"phone": phone(1), "do": "send"})
    answer = client.post("/me/login/", {"phone": phone(1), "code": last_code(), "do": "enter", "next": target})
    assert answer["Location"] == "/me/"


@pytest.mark.parametrize("typed", [{"phone": "1"}, {"phone": "13800000001", "code": ""}, {"phone": "\0", "code": "1"}])
def test_a_login_that_is_not_right_says_why(hall: Hall, typed: dict[str, str]) -> None:
    answer = Client().post("/me/login/", typed | {"do": "enter"})
    assert answer.status_code == 422
    assert 'id="errors"' in answer.content.decode()


PAGES = ["", "cancel/", "reschedule/", "ticket/", "waiting/", "calendar.ics"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_cannot_tell_a_foreign_code_from_none(code: str, page: str) -> None:
    stranger = Client()
    log_in(stranger, 2)
    assert stranger.get(f"/me/{code}/{page}").status_code == 404
    assert stranger.get(f"/me/12345678/{page}").status_code == 404
    assert Client().get(f"/me/{code}/{page}").status_code == 302


@pytest.mark.parametrize("page", ["cancel/", "reschedule/", "ticket/"])
def test_a_stranger_changes_nothing(code: str, page: str, hall: Hall) -> None:
    stranger = Client()
    log_in(stranger, 2)
    answer = stranger.post(f"/me/{code}/{page}", {"costs": "1", "slot": hall.slot(10).pk, "sure": "1"})
    assert answer.status_code == 404
    assert Appointment.objects.get().status == "booked"


def test_the_next_appointment_stands_on_the_home_page(visitor: Visitor, code: str) -> None:
    page = visitor.client.get("/").content.decode()
    assert "我的下一个预约" in page
    assert f"/me/{code}/" in page


def test_logging_out_forgets_everything(visitor: Visitor, code: str) -> None:
    visitor.client.post("/me/logout/")
    assert "我的下一个预约" not in visitor.client.get("/").content.decode()
    assert visitor.client.get(f"/me/{code}/").status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_overview_takes_the_same_queries_for_one_and_three(
    visitor: Visitor, hall: Hall, count: int, django_assert_num_queries: Any
) -> None:
    visitor.book(hall, 9)
    for n in range(count - 1):
        booking.book(request_for(hall, hall.slot(10 + n), 10 + n, phone=phone(1)), by="test", now=clock.now())
    visitor.client.get("/me/")
    with django_assert_num_queries(6):  # session, appointments, strikes, suspensions, revision, hotline
        visitor.client.get("/me/")


def test_r5_4_the_credit_of_this_month_is_shown(visitor: Visitor, hall: Hall) -> None:
    visitor.book(hall, 14, FRIDAY)
    assert "良好" in visitor.client.get("/me/").content.decode()
    set_clock("2026-11-27 12:00")
    visitor.client.post(f"/me/{Appointment.objects.get().code}/cancel/", {"costs": "1"})
    assert "爽约 1 次" in visitor.client.get("/me/").content.decode()


def test_r4_3_cancelling_in_time_says_that_it_is_free_and_offers_another_booking(
    visitor: Visitor, hall: Hall, code: str
) -> None:
    assert "现在取消，没有任何影响" in visitor.client.get(f"/me/{code}/cancel/").content.decode()
    page = visitor.client.post(f"/me/{code}/cancel/", {"costs": "0"}).content.decode()
    assert "再约一次" in page
    assert f"/book/matter/{hall.matter.code}/{hall.centre.code}/" in page
    assert Appointment.objects.get().status == "cancelled"
    assert not Strike.objects.exists()


def test_r4_3_cancelling_is_free_until_three_hours_before_to_the_second(visitor: Visitor, code: str) -> None:
    set_clock("2026-11-30 06:00:00")
    log_in(visitor.client)
    visitor.client.post(f"/me/{code}/cancel/", {"costs": "0"})
    assert Appointment.objects.get().status == "cancelled"


def test_r4_3_a_late_cancellation_says_that_it_costs_a_strike(visitor: Visitor, code: str) -> None:
    set_clock("2026-11-30 06:00:01")
    assert "要算一次爽约" in visitor.client.get(f"/me/{code}/cancel/").content.decode()
    visitor.client.post(f"/me/{code}/cancel/", {"costs": "1"})
    assert Appointment.objects.get().status == "late_cancelled"
    assert Strike.objects.count() == 1


def test_r4_3_a_page_read_in_time_does_not_cost_a_strike_unasked(visitor: Visitor, code: str) -> None:
    set_clock("2026-11-30 06:00:01")
    answer = visitor.client.post(f"/me/{code}/cancel/", {"costs": "0"})
    assert "要算一次爽约" in answer.content.decode()
    assert Appointment.objects.get().status == "booked"


def test_r4_3_after_the_start_cancelling_is_refused_with_its_clause_and_a_telephone(
    visitor: Visitor, code: str
) -> None:
    set_clock("2026-11-30 09:00:01")
    answer = visitor.client.post(f"/me/{code}/cancel/", {"costs": "1"})
    assert answer.status_code == 409
    assert clauses_on(answer) == ["R4.3"]
    assert "tel:0394-5100000" in answer.content.decode()


def test_cancelling_twice_shows_the_same_answer(visitor: Visitor, code: str) -> None:
    first = visitor.client.post(f"/me/{code}/cancel/", {"costs": "0"})
    second = visitor.client.post(f"/me/{code}/cancel/", {"costs": "0"})
    assert (first.status_code, second.status_code) == (200, 200)
    assert Strike.objects.count() == 0


def test_rescheduling_shows_both_hours_before_it_moves(visitor: Visitor, hall: Hall, code: str) -> None:
    assert "改到什么时候" in visitor.client.get(f"/me/{code}/reschedule/").content.decode()
    asked = visitor.client.post(f"/me/{code}/reschedule/", {"slot": hall.slot(11).pk}).content.decode()
    assert "09:00" in asked
    assert "11:00" in asked
    assert Appointment.objects.get().slot_id == hall.slot(9).pk
    answer = visitor.client.post(f"/me/{code}/reschedule/", {"slot": hall.slot(11).pk, "sure": "1"})
    assert answer["Location"] == f"/me/{code}/"
    assert Appointment.objects.get().slot_id == hall.slot(11).pk


@pytest.mark.parametrize("slot", ["", "0", "nonsense", "99999999999999999999"])
def test_rescheduling_to_no_slot_keeps_the_old_one(visitor: Visitor, code: str, slot: str) -> None:
    answer = visitor.client.post(f"/me/{code}/reschedule/", {"slot": slot, "sure": "1"})
    assert answer.status_code == 409
    assert "原来的预约还在" in answer.content.decode()
    assert Appointment.objects.get().status == "booked"


def test_rescheduling_into_a_full_hour_keeps_the_old_one(visitor: Visitor, hall: Hall, code: str) -> None:
    Slot.objects.filter(pk=hall.slot(11).pk).update(capacity=0)
    answer = visitor.client.post(f"/me/{code}/reschedule/", {"slot": hall.slot(11).pk, "sure": "1"})
    assert clauses_on(answer)[0] == "R1.2"
    assert Appointment.objects.get().slot_id == hall.slot(9).pk


def test_r4_3_rescheduling_too_late_says_why(visitor: Visitor, code: str) -> None:
    set_clock("2026-11-30 06:00:01")
    answer = visitor.client.get(f"/me/{code}/reschedule/")
    assert answer.status_code == 409
    assert clauses_on(answer) == ["R4.3"]


def test_r4_1_3_a_ticket_is_refused_before_the_hour_before_the_slot(visitor: Visitor, code: str) -> None:
    set_clock("2026-11-30 07:59:59")
    assert clauses_on(visitor.client.get(f"/me/{code}/ticket/")) == ["R4.1.3"]
    answer = visitor.client.post(f"/me/{code}/ticket/")
    assert answer.status_code == 409
    assert not Ticket.objects.exists()


def test_r4_1_3_a_ticket_is_taken_on_the_phone_and_the_people_ahead_are_counted(
    visitor: Visitor, hall: Hall, code: str
) -> None:
    set_clock("2026-11-30 08:30")
    queueing.issue(hall.queue.pk, by="test", now=instant("2026-11-30 08:05"))
    assert "用手机取号" in visitor.client.get(f"/me/{code}/").content.decode()
    answer = visitor.client.post(f"/me/{code}/ticket/", follow=True).content.decode()
    ticket = Ticket.objects.get(appointment__isnull=False)
    assert ticket.remote
    assert "YA 001" in answer
    assert 'data-poll="/me/' in answer
    assert 'http-equiv="refresh"' in answer.split("<noscript>")[1]
    waiting = visitor.client.get(f"/me/{code}/waiting/").content.decode()
    assert "YA 001" in waiting
    assert "<html" not in waiting


def test_taking_the_ticket_twice_gives_the_same_one(visitor: Visitor, code: str) -> None:
    set_clock("2026-11-30 08:30")
    visitor.client.post(f"/me/{code}/ticket/")
    assert visitor.client.post(f"/me/{code}/ticket/")["Location"] == f"/me/{code}/ticket/"
    assert Ticket.objects.count() == 1


def test_without_a_ticket_there_is_nothing_to_watch(visitor: Visitor, code: str) -> None:
    assert visitor.client.get(f"/me/{code}/waiting/").status_code == 204


def test_a_matter_that_left_the_directory_still_shows_its_appointment(visitor: Visitor, hall: Hall, code: str) -> None:
    hall.matter.active = False
    hall.matter.save()
    page = visitor.client.get(f"/me/{code}/").content.decode()
    assert "居民身份证" in page


def test_the_calendar_file_holds_the_hour_the_place_and_no_person(visitor: Visitor, code: str) -> None:
    answer = visitor.client.get(f"/me/{code}/calendar.ics")
    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART:20261130T010000Z\r\n" in text
    assert "DTEND:20261130T020000Z\r\n" in text
    assert "样例甲" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert MONDAY.isoformat() not in text  # instants only, in UTC


def test_after_the_keys_were_rotated_a_visitor_proves_the_phone_again(
    visitor: Visitor, hall: Hall, code: str, tmp_path: Path
) -> None:
    draft = visitor.choose(hall, 10)
    new = tmp_path / "keys.json"
    crypto.create_keys(new)
    crypto.use_keys(new)
    try:
        assert visitor.client.get("/").status_code == 200
        assert visitor.client.get("/me/")["Location"] == "/me/login/?next=%2Fme%2F"
        assert visitor.client.get(f"{draft}who/").status_code == 404
        assert visitor.choose(hall, 11)
    finally:
        crypto.use_keys(None)


def test_more_time_is_asked_for_once_on_the_phone(visitor: Visitor, hall: Hall, code: str) -> None:
    set_clock("2026-11-30 09:00")
    assert visitor.client.post(f"/me/{code}/ticket/more-time")["Location"] == f"/me/{code}/ticket/"
    visitor.client.post(f"/me/{code}/ticket/")
    assert "我还要一会儿" in visitor.client.get(f"/me/{code}/ticket/").content.decode()
    assert visitor.client.post(f"/me/{code}/ticket/more-time").status_code == 302
    assert Ticket.objects.get().more_time_at is not None
    assert "我还要一会儿" not in visitor.client.get(f"/me/{code}/ticket/").content.decode()
    assert visitor.client.post(f"/me/{code}/ticket/more-time").status_code == 409

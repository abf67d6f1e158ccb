"""The link in a reminder: what it shows, what its one button does, and what it never tells (R4.3)."""

import pytest
from django.test import Client

from tests.factories import Hall, phone, request_for, resident
from tests.surfaces.portal.conftest import set_clock
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.queries import cancel_token
from yueban.domain.credit.models import Strike
from yueban.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(hall: Hall) -> str:
    code = booking.book(request_for(hall, hall.slot(9)), by="applicant", now=clock.now()).code
    return f"/q/{cancel_token(code)}"


def status() -> str:
    return str(Appointment.objects.values_list("status", flat=True).get())


def test_r4_3_looking_changes_nothing_and_shows_nothing_of_the_person(hall: Hall, link: str) -> None:
    answer = [Client().get(link) for _ in range(3)][-1]
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("max-age=0")
    assert "11月30日 周一 09:00" in page
    assert hall.matter.name in page
    assert hall.centre.name in page
    for secret in ("样例申请人", phone(1), phone(1)[-4:], resident(1).number, resident(1).masked):
        assert secret not in page
    assert status() == "booked"
    assert Client().head(link).status_code == 200


def test_r4_3_one_button_cancels_without_a_login_and_frees_the_hour(hall: Hall, link: str) -> None:
    answer = Client().post(link, {"costs": "0"})
    assert "已取消" in answer.content.decode()
    assert status() == "cancelled"
    slot = hall.slot(9)
    slot.refresh_from_db()
    assert slot.booked == 0
    again = Client().post(link, {"costs": "0"})
    assert again.status_code == 200
    assert "已取消" in again.content.decode()


@pytest.mark.parametrize(
    ("now", "after", "strikes"),
    [
        ("2026-11-30 06:00:00", "cancelled", 0),
        ("2026-11-30 06:00:01", "late_cancelled", 1),
        ("2026-11-30 09:00:00", "late_cancelled", 1),
    ],
)
def test_r4_3_what_it_costs_is_said_before_and_is_what_it_costs(link: str, now: str, after: str, strikes: int) -> None:
    set_clock(now)
    page = Client().get(link).content.decode()
    assert ("要算一次爽约" in page) == bool(strikes)
    Client().post(link, {"costs": str(strikes)})
    assert status() == after
    assert Strike.objects.count() == strikes


def test_r4_3_a_cost_that_rose_since_the_page_was_read_is_said_again_first(link: str) -> None:
    set_clock("2026-11-30 06:00:01")
    answer = Client().post(link, {"costs": "0"})
    assert "要算一次爽约" in answer.content.decode()
    assert status() == "booked"


def test_r4_3_once_the_hour_has_begun_the_page_says_why_and_whom_to_call(hall: Hall, link: str) -> None:
    set_clock("2026-11-30 09:00:01")
    answer = Client().post(link, {"costs": "1"})
    assert answer.status_code == 409
    assert "0394-5100000" in answer.content.decode()
    assert status() == "booked"


def test_a_made_up_link_is_not_there(link: str) -> None:
    assert Client().get("/q/82641907AAAAAAAAAAAA").status_code == 404
    assert Client().get(link.replace("/q/", "/r/")).status_code == 404


def test_a_foreign_site_cannot_press_the_button(link: str) -> None:
    assert Client(enforce_csrf_checks=True).post(link, {"costs": "0"}).status_code == 403
    assert status() == "booked"

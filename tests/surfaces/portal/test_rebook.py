"""The link in a counter's message: what it shows, what a tap does, and what it never tells (R4.3)."""

import re

import pytest
from django.test import Client

from tests.factories import Hall, make_hours, phone, request_for, resident
from tests.surfaces.portal.conftest import FRIDAY, Visitor, set_clock
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.queries import rebooking_token
from yueban.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(hall: Hall) -> str:
    """The link of somebody whose Monday at nine the counter cancelled."""
    make_hours(hall.centre)
    code = booking.book(request_for(hall, hall.slot(9)), by="applicant", now=clock.now()).code
    booking.cancel_for_counter(code, reason="窗口停电检修", by="staff:clerk", now=clock.now())
    return f"/r/{rebooking_token(code)}"


def offered(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'name="slot" value="(\d+)"', page)]


def test_r4_3_the_nearest_free_hours_come_first_and_looking_books_nothing(hall: Hall, link: str) -> None:
    answer = [Client().get(link) for _ in range(3)][-1]
    page = answer.content.decode()
    today = [hall.slot(hour, FRIDAY).pk for hour in (14, 15, 16)]  # 11:00 begins within three hours of 08:40
    monday = [hall.slot(hour).pk for hour in (10, 11, 14, 15, 16)]  # nine o'clock is what the counter does not keep
    assert offered(page) == [today[2], *monday, *today[:2]]
    assert answer["Cache-Control"].startswith("max-age=0")
    assert Appointment.objects.filter(status="booked").count() == 0
    assert Client().head(link).status_code == 200


def test_r4_3_a_tap_books_and_the_link_then_shows_the_new_hour(hall: Hall, link: str) -> None:
    client = Client()
    assert client.post(link, {"slot": hall.slot(10).pk})["Location"] == link
    page = client.get(link).content.decode()
    assert "改约好了" in page
    assert "11月30日 周一 10:00" in page
    assert offered(page) == []
    assert client.post(link, {"slot": hall.slot(11).pk}).status_code == 200
    assert Appointment.objects.filter(status="booked").count() == 1


def test_r4_3_the_page_shows_matter_hall_and_hour_and_nothing_of_the_person(hall: Hall, link: str) -> None:
    client = Client()
    pages = [client.get(link).content.decode()]
    client.post(link, {"slot": hall.slot(10).pk})
    pages.append(client.get(link).content.decode())
    for page in pages:
        assert hall.matter.name in page
        assert hall.centre.name in page
        for secret in ("样例申请人", phone(1), phone(1)[-4:], resident(1).number, resident(1).masked):
            assert secret not in page


def test_a_full_hour_says_why_and_keeps_the_others(hall: Hall, link: str) -> None:
    slot = hall.slot(10)
    slot.capacity = 0
    slot.save()
    answer = Client().post(link, {"slot": slot.pk})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'data-clause="R1.2"' in page or "R1.2" in page
    assert hall.slot(11).pk in offered(page)


@pytest.mark.parametrize("slot", ["", "0", "x", "9" * 30, "-1", "１"])
def test_nonsense_is_a_closed_hour(hall: Hall, link: str, slot: str) -> None:
    assert Client().post(link, {"slot": slot}).status_code == 409


def test_r4_3_a_forged_link_is_unknown(hall: Hall, link: str) -> None:
    for wrong in (link[:-1] + ("A" if link[-1] != "A" else "B"), "/r/x", "/r/" + "A" * 20):
        assert Client().get(wrong).status_code == 404
        assert Client().post(wrong, {"slot": hall.slot(9).pk}).status_code == 404


def test_r4_3_an_expired_link_says_so_and_books_nothing(hall: Hall, link: str) -> None:
    set_clock("2026-12-09 00:00:00")
    page = Client().get(link).content.decode()
    assert "这个链接已经过期" in page
    Client().post(link, {"slot": hall.slot(10).pk})
    assert Appointment.objects.filter(status="booked").count() == 0


def test_where_nothing_is_free_it_says_whom_to_call(hall: Hall, link: str) -> None:
    set_clock("2026-12-01 00:00:00")
    page = Client().get(link).content.decode()
    assert "近期没有空闲时间" in page
    assert hall.centre.phone.replace("-", " ") in page


def test_the_page_of_a_link_asks_the_database_a_bounded_number_of_times(
    hall: Hall, link: str, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        Client().get(link)


def test_r4_3_who_logs_in_finds_the_link_until_it_is_used(hall: Hall, visitor: Visitor) -> None:
    make_hours(hall.centre)
    code = visitor.book(hall, 9)
    booking.cancel_for_counter(code, reason="窗口停电检修", by="staff:clerk", now=clock.now())
    link = f"/r/{rebooking_token(code)}"
    assert f'href="{link}"' in visitor.client.get(f"/me/{code}/").content.decode()
    visitor.client.post(link, {"slot": hall.slot(10).pk})
    page = visitor.client.get(f"/me/{code}/").content.decode()
    assert (link in page, "再约一次" in page) == (False, True)

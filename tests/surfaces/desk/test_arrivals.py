"""Who booked at a desk or by telephone and comes today (R4.2, R4.3), and what the desk's first page says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import Hall, instant, make_hall, request_for
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.people import operations as people
from yueban.domain.people.models import Staff
from yueban.domain.people.rules import Role
from yueban.domain.queueing import operations as hall_operations
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-27 10:00")
ARRIVALS = "/desk/arrivals/"


@pytest.fixture(autouse=True)
def _monday_before_nine() -> Iterator[None]:
    before = clock.simulate(clock.frozen(instant("2026-11-30 08:50")))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def at(when: str) -> None:
    clock.simulate(clock.frozen(instant(when)))


def booked(hall: Hall, n: int = 1, hour: int = 9, channel: ChannelKind = ChannelKind.ONSITE) -> str:
    request = request_for(hall, hall.slot(hour), n, channel_kind=channel)
    return booking.book(request, by="test", now=BEFORE).code


def staff(role: Role, hall: Hall, login: str = "") -> Client:
    login = login or role.value
    new = people.NewStaff(login, role, name="样例人员", centre_id=hall.centre.pk)
    people.add_staff(new, by="test", now=BEFORE, password="right-right-right")
    made = Client()
    made.post("/staff/login", {"username": login, "password": "right-right-right"})
    return made


def rows(client: Client) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = client.get(ARRIVALS).context["rows"]
    return [(each["appointment"].code, each["appointment"].status) for each in found]


def test_r4_2_the_list_has_todays_onsite_and_telephone_bookings_and_no_online_ones(hall: Hall) -> None:
    onsite, phone = booked(hall), booked(hall, 2, 10, ChannelKind.PHONE)
    booked(hall, 3, 11, ChannelKind.ONLINE)
    assert rows(staff(Role.CLERK, hall)) == [(onsite, "booked"), (phone, "booked")]


def test_r4_2_an_arrival_gives_the_number(hall: Hall) -> None:
    code, guide = booked(hall), staff(Role.GUIDE, hall)
    answer = guide.post(f"/desk/appointments/{code}/arrive", follow=True)
    assert "已到场，号 YA001" in answer.content.decode()
    assert rows(guide) == [(code, "arrived")]


def test_r4_1_3_an_arrival_before_the_hour_opens_is_refused_in_words(hall: Hall) -> None:
    at("2026-11-30 07:59:59")
    code, clerk = booked(hall), staff(Role.CLERK, hall)
    answer = clerk.post(f"/desk/appointments/{code}/arrive", follow=True)
    assert "notice--lost" in answer.content.decode()
    assert rows(clerk) == [(code, "booked")]


def test_r4_2_a_clerk_at_a_counter_accepts_in_one_press(hall: Hall) -> None:
    code, clerk = booked(hall), staff(Role.CLERK, hall)
    nowhere = clerk.post(f"/desk/appointments/{code}/accept", follow=True)
    assert "请先在叫号台选择您的窗口" in nowhere.content.decode()
    counter = hall.counters[0]
    sitting = Staff.objects.get(username="clerk")
    hall_operations.open_counter(counter.pk, staff_id=sitting.pk, by="staff:clerk", now=clock.now())
    answer = clerk.post(f"/desk/appointments/{code}/accept")
    assert answer["Location"] == f"/counter/{counter.pk}/"
    assert Appointment.objects.get().status == "accepted"
    second = booked(hall, 2, 10)
    at("2026-11-30 09:10")
    busy = clerk.post(f"/desk/appointments/{second}/accept", follow=True)
    assert "您的窗口正在办理" in busy.content.decode()


def test_r4_3_who_has_not_come_by_the_end_of_the_grace_is_a_no_show_in_the_list(hall: Hall) -> None:
    code, clerk = booked(hall), staff(Role.CLERK, hall)
    at("2026-11-30 10:15")
    assert "10:30 前不到算爽约" in clerk.get(ARRIVALS).content.decode()
    at("2026-11-30 10:30:01")
    booking.sweep_no_shows(now=clock.now())
    assert rows(clerk) == [(code, "no_show")]
    assert "爽约" in clerk.get(ARRIVALS).content.decode()


def test_only_who_may_does_it_and_only_in_the_own_hall(hall: Hall) -> None:
    code = booked(hall)
    hotline, stranger = staff(Role.HOTLINE, hall), staff(Role.CLERK, make_hall(code="elsewhere"), "stranger")
    path = f"/desk/appointments/{code}/"
    told = [hotline.post(f"{path}arrive"), hotline.post(f"{path}accept"), stranger.post(f"{path}arrive")]
    assert [each.status_code for each in told] == [403, 403, 404]
    assert rows(stranger) == []


def test_the_first_page_counts_who_is_expected_and_finds_by_the_field(hall: Hall) -> None:
    code = booked(hall)
    page = staff(Role.CLERK, hall).get("/desk/").content.decode()
    for said in ("今天要来的现场、电话预约", "09:00 样例申请人", f"/desk/appointments/{code}/", 'action="/desk/find"'):
        assert said in page, said


def test_the_list_costs_the_same_with_one_and_with_three_who_arrived(hall: Hall) -> None:
    clerk, counts = staff(Role.CLERK, hall), []
    at("2026-11-30 10:59")
    for n, hour in enumerate((10, 11, 11), start=1):
        clerk.post(f"/desk/appointments/{booked(hall, n, hour)}/arrive")
        with CaptureQueriesContext(connection) as captured:
            assert len(rows(clerk)) == n
        counts.append(len(captured))
    assert counts[0] == counts[2]

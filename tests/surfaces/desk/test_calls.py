"""The hotline's intake and the counters' call-back list (R4.1.2): who sees what, one clerk a call, and the end of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.domain.booking.test_hotline import winter_hours
from tests.factories import MONDAY, Hall, instant, make_hall, make_matter, phone, resident
from yueban.domain.booking import operations, queries
from yueban.domain.booking.models import Appointment, CallRequest
from yueban.domain.directory.models import Department
from yueban.domain.notices.models import Message
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

FRIDAY = instant("2026-11-27 16:20")
TAKE, CALLS = "/desk/calls/new/", "/desk/calls/"


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    before = clock.simulate(clock.frozen(FRIDAY))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    made = make_hall(days=(MONDAY,))
    winter_hours(made)
    return made


def at(when: str) -> None:
    clock.simulate(clock.frozen(instant(when)))


def staff(role: Role, hall: Hall, login: str = "", department: Department | None = None) -> Client:
    login = login or role.value
    new = people.NewStaff(
        login,
        role,
        name=f"样例{login}",
        centre_id=hall.centre.pk,
        department_id=department.pk if department else None,
    )
    people.add_staff(new, by="test", now=FRIDAY, password="right-right-right")
    made = Client()
    made.post("/staff/login", {"username": login, "password": "right-right-right"})
    return made


def said(of: Hall, **fields: Any) -> dict[str, Any]:
    values = {
        "do": "take",
        "phone": phone(1),
        "name": "样例来电人",
        "what": f"m:{of.matter.code}",
        "press": "press-01",
    }
    return values | fields


def words(answer: Any) -> str:
    return str(answer.content.decode())


def taken(hall: Hall) -> int:
    """A call that the hotline wrote down."""
    staff(Role.HOTLINE, hall).post(TAKE, said(hall))
    return CallRequest.objects.get().pk


def test_r4_1_2_the_hotline_tells_the_caller_until_when_a_counter_calls_back(hall: Hall) -> None:
    hotline = staff(Role.HOTLINE, hall)
    answer = hotline.post(TAKE, said(hall, wanted_part="am"), follow=True)
    assert "11月30日 周一 10:35 前回电" in words(answer)
    for _ in range(2):
        hotline.post(TAKE, said(hall))
    assert CallRequest.objects.count() == 1


def test_an_intake_without_a_number_a_matter_or_a_coming_day_is_asked_again(hall: Hall) -> None:
    hotline = staff(Role.HOTLINE, hall)
    answer = hotline.post(TAKE, said(hall, phone="12", what="", wanted_on="2026-11-26"))
    assert (answer.status_code, {name for name, text in answer.context["errors"].items() if text}) == (
        422,
        {"phone", "q", "wanted_on"},
    )
    assert CallRequest.objects.count() == 0


def test_a_hall_that_is_none_of_the_matters_becomes_the_own_one(hall: Hall) -> None:
    make_hall(code="elsewhere")
    hotline = staff(Role.HOTLINE, hall)
    for n, wanted in enumerate(("elsewhere", "nowhere", "x' OR 1=1")):
        hotline.post(TAKE, said(hall, hall=wanted, press=f"press-1{n}"))
    assert [each.centre_id for each in CallRequest.objects.all()] == [hall.centre.pk] * 3


def test_the_list_shows_masks_and_only_who_has_the_call_in_hand_sees_the_number(hall: Hall) -> None:
    call_id, clerk = taken(hall), staff(Role.CLERK, hall)
    assert phone(1) not in words(clerk.get(CALLS))
    assert clerk.get(f"{CALLS}{call_id}/")["Location"] == CALLS
    assert clerk.post(f"{CALLS}{call_id}/claim")["Location"] == f"{CALLS}{call_id}/"
    assert "138 0000 0001" in words(clerk.get(f"{CALLS}{call_id}/"))


def test_r4_1_2_a_call_that_somebody_answers_is_answered_by_nobody_else(hall: Hall) -> None:
    call_id, clerk, other = taken(hall), staff(Role.CLERK, hall), staff(Role.CLERK, hall, "other")
    clerk.post(f"{CALLS}{call_id}/claim")
    assert "样例clerk 正在回电" in words(other.get(CALLS))
    assert "已由别人处理" in words(other.post(f"{CALLS}{call_id}/claim", follow=True))
    assert other.get(f"/desk/register/?call={call_id}")["Location"] == CALLS
    assert other.post(f"{CALLS}{call_id}/close", {"why": "other"})["Location"] == CALLS
    assert CallRequest.objects.get().claimed_by == "staff:clerk"


def test_r4_1_2_a_confirmed_call_is_registered_by_the_moment_of_the_call(hall: Hall) -> None:
    call_id, clerk = taken(hall), staff(Role.CLERK, hall)
    at("2026-11-27 17:10")  # past the desk's cut-off for Monday, and the call was before it
    clerk.post(f"{CALLS}{call_id}/claim")
    form = clerk.get(f"/desk/register/?call={call_id}")
    typed = form.context["typed"]
    assert (typed.channel, typed.name, typed.phone) == ("phone", "样例来电人", phone(1))
    assert form.context["hours"][0].starts_at == instant("2026-11-30 09:00")
    fields = {
        "do": "book",
        "call": call_id,
        "channel": "phone",
        "kind": "resident_id",
        "number": resident(1).number,
        "name": "样例来电人",
        "phone": phone(1),
        "what": f"m:{hall.matter.code}",
        "slot": hall.slot(9).pk,
    }
    first, again = (clerk.post("/desk/register/", fields) for _ in range(2))
    made = Appointment.objects.get()
    assert [each["Location"] for each in (first, again)] == [f"/desk/appointments/{made.code}/notice/"] * 2
    assert (made.channel_kind, queries.call(call_id).code) == ("phone", made.code)
    assert [each.template for each in Message.objects.all()] == ["booked"]
    assert made.code in words(clerk.get(CALLS)).replace(" ", "")


@pytest.mark.parametrize("odd", ["0001-01-01T00:00", "9999-12-31T23:59", "9" * 5000])
def test_a_time_of_another_age_does_not_close_the_list_for_everybody(hall: Hall, odd: str) -> None:
    call_id, clerk = taken(hall), staff(Role.CLERK, hall)
    clerk.post(f"{CALLS}{call_id}/claim")
    assert clerk.post(f"{CALLS}{call_id}/attempt", {"result": "again_later", "again_at": odd}).status_code == 302
    assert clerk.get(CALLS).status_code == 200
    assert queries.call(call_id).attempts[0].again_at is None


def test_attempts_and_the_end_of_a_call_are_kept(hall: Hall) -> None:
    call_id, clerk = taken(hall), staff(Role.CLERK, hall)
    clerk.post(f"{CALLS}{call_id}/claim")
    clerk.post(f"{CALLS}{call_id}/attempt", {"result": "again_later", "again_at": "2026-11-30T09:00"})
    assert "约好 <time" in words(clerk.get(CALLS))
    clerk.post(f"{CALLS}{call_id}/claim")
    clerk.post(f"{CALLS}{call_id}/close", {"why": "unreachable", "note": "三次"})
    assert "多次联系不上" in words(clerk.get(CALLS))
    assert clerk.post(f"{CALLS}{call_id}/close", {"why": "nonsense"}).status_code == 404
    assert clerk.post(f"{CALLS}{call_id}/attempt", {"result": "nonsense"}).status_code == 404


def test_a_call_is_handed_on_to_the_counters_of_another_matter(hall: Hall) -> None:
    other = Department.objects.create(code="other", name="另一部门", short_name="另一")
    make_matter(other, hall.queue, name="样例不动产登记", code="estate")
    call_id, clerk = taken(hall), staff(Role.CLERK, hall, department=hall.matter.department)
    clerk.post(f"{CALLS}{call_id}/claim")
    assert clerk.post(f"{CALLS}{call_id}/hand-on", {"q": "没有的事项"}).status_code == 422
    assert clerk.post(f"{CALLS}{call_id}/hand-on", {"q": "不动产"})["Location"] == CALLS
    assert queries.call(call_id).department_id == other.pk
    assert clerk.get(f"{CALLS}{call_id}/").status_code == 404


def test_a_department_sees_its_own_calls_and_another_hall_none(hall: Hall) -> None:
    call_id = taken(hall)
    other = Department.objects.create(code="other", name="另一部门", short_name="另一")
    own = staff(Role.CLERK, hall, "own", department=hall.matter.department)
    foreign = staff(Role.CLERK, hall, "foreign", department=other)
    stranger = staff(Role.CLERK, make_hall(code="elsewhere"), "stranger")
    seen = [len(each.get(CALLS).context["rows"]) for each in (own, foreign, stranger)]
    claims = [each.post(f"{CALLS}{call_id}/claim").status_code for each in (foreign, stranger, own)]
    assert (seen, claims) == ([1, 0, 0], [404, 404, 302])


def test_who_neither_takes_nor_answers_calls_sees_none(hall: Hall) -> None:
    call_id = taken(hall)
    guide, auditor = staff(Role.GUIDE, hall), staff(Role.AUDIT_ADMIN, hall)
    clerk = staff(Role.CLERK, hall)
    told = [guide.get(CALLS), auditor.get(CALLS), clerk.get(TAKE), guide.post(f"{CALLS}{call_id}/claim")]
    assert [each.status_code for each in told] == [403] * 4


def test_r4_1_2_what_is_late_stands_on_top_of_the_managers_page(hall: Hall) -> None:
    taken(hall)
    manager = staff(Role.CENTRE_MANAGER, hall)
    assert "请您督促" not in words(manager.get(CALLS))
    at("2026-11-30 10:35:01")
    operations.escalate_calls(now=clock.now())
    assert "请您督促" in words(manager.get(CALLS))
    assert "desk__card--late" in words(manager.get("/desk/"))
    assert "请您督促" not in words(staff(Role.CLERK, hall).get(CALLS))


def test_the_list_costs_the_same_with_one_and_with_three_calls_in_hand(hall: Hall) -> None:
    hotline, clerk, counts = staff(Role.HOTLINE, hall), staff(Role.CLERK, hall), []
    for n in range(3):
        hotline.post(TAKE, said(hall, press=f"press-{n:02d}"))
        clerk.post(f"{CALLS}{CallRequest.objects.latest('pk').pk}/claim")
        with CaptureQueriesContext(connection) as captured:
            assert len(clerk.get(CALLS).context["rows"]) == n + 1
        counts.append(len(captured))
    assert counts[0] == counts[2]


def test_r4_0_the_moment_of_a_call_passes_the_cut_off_for_its_own_registration_and_no_other(hall: Hall) -> None:
    call_id = taken(hall)
    clerk, colleague = staff(Role.CLERK, hall, "answers"), staff(Role.CLERK, hall, "watches")
    at("2026-11-27 17:10")
    clerk.post(f"{CALLS}{call_id}/claim")
    first = clerk.post("/desk/register/", registered(hall, call_id, 1))
    assert clerk.post("/desk/register/", registered(hall, call_id, 1))["Location"] == first["Location"]
    for each in (clerk, colleague):
        assert each.post("/desk/register/", registered(hall, call_id, 2))["Location"] == CALLS
        assert each.get("/desk/register/", {"call": call_id})["Location"] == CALLS
    assert Appointment.objects.count() == 1


def registered(hall: Hall, call_id: int, n: int) -> dict[str, Any]:
    """What a registration sends that answers a call."""
    return {
        "do": "book",
        "channel": "phone",
        "number": resident(n).number,
        "name": "样例群众",
        "phone": phone(n),
        "what": f"m:{hall.matter.code}",
        "slot": str(hall.slot(10).pk),
        "call": str(call_id),
    }

"""At the desk and the telephones at the same moment: one clerk calls back, one registration a press."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from tests.crowd import rush
from tests.domain.booking.test_hotline import winter_hours
from tests.factories import MONDAY, Hall, instant, make_hall, phone, resident
from yueban.domain.audit.models import Event
from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment, CallRequest
from yueban.domain.booking.operations import Intake, claim_call, escalate_calls, take_call
from yueban.domain.booking.rules import CallTaken
from yueban.domain.notices.models import Message
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.kernel import clock

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

FRIDAY = instant("2026-11-27 10:00")


def a_hall() -> Hall:
    made = make_hall(days=(MONDAY,))
    winter_hours(made)
    return made


def a_call(hall: Hall, press: str = "one", now: datetime = FRIDAY) -> int:
    asked = Intake(centre="hall", matter=hall.matter.code, name="样例来电人", phone=phone(1), press=press)
    return take_call(asked, by="staff:hotline", now=now)


def test_r4_1_2_of_twelve_clerks_who_take_one_call_one_has_it() -> None:
    call_id = a_call(a_hall())

    def claim(n: int) -> bool:
        try:
            claim_call(call_id, by=f"staff:clerk{n}", now=FRIDAY)
        except CallTaken:
            return False
        return True

    won = rush(12, claim)
    assert sum(won) == 1
    assert CallRequest.objects.get().claimed_by == f"staff:clerk{won.index(True)}"
    assert Event.objects.filter(kind="call.claimed").count() == 1


def test_one_press_of_the_hotline_is_one_call_however_often_it_is_sent() -> None:
    hall = a_hall()
    assert len(set(rush(8, lambda _: a_call(hall)))) == 1
    assert CallRequest.objects.count() == 1


def test_r4_1_2_two_workers_escalate_a_late_call_once() -> None:
    a_call(a_hall())
    rush(6, lambda _: escalate_calls(now=instant("2026-12-01 10:00")))
    assert Event.objects.filter(kind="call.overdue").count() == 1


@pytest.mark.parametrize("called", [False, True])
def test_a_registration_sent_by_many_presses_at_once_is_one_appointment_with_one_message(*, called: bool) -> None:
    hall = a_hall()
    new = people.NewStaff("clerk", Role.CLERK, name="样例窗口", centre_id=hall.centre.pk)
    people.add_staff(new, by="test", now=FRIDAY, password="right-right-right")
    client = Client()
    client.post("/staff/login", {"username": "clerk", "password": "right-right-right"})
    form = {
        "do": "book",
        "channel": "onsite",
        "kind": "resident_id",
        "number": resident(1).number,
        "name": "样例群众",
        "phone": phone(1),
        "what": f"m:{hall.matter.code}",
        "slot": hall.slot(9).pk,
    }
    if called:
        form["call"] = call_id = a_call(hall)
        claim_call(call_id, by="staff:clerk", now=FRIDAY)
    before = clock.simulate(clock.frozen(FRIDAY))
    try:
        told = rush(8, lambda _: client.post("/desk/register/", form)["Location"])
    finally:
        clock.simulate(before)
    made = Appointment.objects.get()
    assert set(told) == {f"/desk/appointments/{made.code}/notice/"}
    assert Message.objects.count() == 1
    assert Event.objects.filter(kind="call.registered").count() == called
    assert queries.broken_invariants() == []

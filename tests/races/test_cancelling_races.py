"""Counter cancellations, rebooking links and urgent approvals at the same moment: real processes on one PostgreSQL."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from tests.crowd import rush
from tests.factories import MONDAY, Hall, instant, make_hall, make_hours, phone, request_for, resident
from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment, Rebooking
from yueban.domain.booking.operations import (
    AlreadyDecided,
    AlreadyRebooked,
    OutsideRequest,
    UrgentRequest,
    approve_urgent,
    book,
    book_outside,
    cancel,
    cancel_for_counter,
    cancel_many_for_counter,
    rebook,
    reject_urgent,
    request_urgent,
)
from yueban.domain.booking.queries import rebooking_token
from yueban.domain.booking.rules import ChannelKind, Place, Status
from yueban.domain.calendar.models import Slot
from yueban.domain.notices.models import Message
from yueban.domain.regulation.rules import Refused

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

NOW = instant("2026-11-27 09:00")
TUESDAY = date(2026, 12, 1)
WHY = "窗口停电检修"


def hall_of(**fields: Any) -> Hall:
    hall = make_hall(**({"days": (MONDAY, TUESDAY)} | fields))
    make_hours(hall.centre)
    return hall


def clean() -> bool:
    return queries.broken_invariants() == []


def test_r4_3_a_bulk_cancellation_beside_bookings_keeps_every_place_exact() -> None:
    hall = hall_of(capacity=40)
    codes = [book(request_for(hall, hall.slot(9), n), by="race", now=NOW).code for n in range(40)]

    def act(n: int) -> list[str]:
        if n < 4:  # two counters, each twice over the same half
            mine = codes[:20] if n % 2 else codes[20:]
            results = cancel_many_for_counter(mine, reason=WHY, by=f"race-{n}", now=NOW)
            return ["cancelled" if each.cancelled else "refused" for each in results]
        told = []
        for k in range(10):
            try:
                book(request_for(hall, hall.slot(9), 1000 + 10 * n + k), by="race", now=NOW)
                told.append("booked")
            except Refused as refused:
                told.append(refused.reasons[0].code)
        return told

    told = Counter(answer for answers in rush(12, act) for answer in answers)
    assert (told["cancelled"], told["refused"]) == (40, 40)
    assert Message.objects.filter(template="counter_cancelled").count() == 40
    assert Slot.objects.get(pk=hall.slot(9).pk).booked == told["booked"] <= 40
    assert clean()


def test_r4_3_applicant_and_counter_cancel_at_once_and_one_of_them_did() -> None:
    hall = hall_of(capacity=30)
    codes = [book(request_for(hall, hall.slot(9), n), by="race", now=NOW).code for n in range(30)]

    def act(n: int) -> list[str]:
        told = []
        for code in codes:
            try:
                if n % 2:
                    cancel(code, by="applicant", now=NOW)
                else:
                    cancel_for_counter(code, reason=WHY, by="race", now=NOW)
                told.append("done")
            except Refused as refused:
                told.append(refused.reasons[0].code)
        return told

    told = Counter(answer for answers in rush(4, act) for answer in answers)
    assert told == {"done": 30, "not_cancellable": 90}
    assert Message.objects.exclude(template="booked").count() == 30
    assert Slot.objects.get(pk=hall.slot(9).pk).booked == 0
    assert clean()


@pytest.mark.parametrize("same_hour", [True, False], ids=["one hour", "different hours"])
def test_r4_3_a_link_tapped_by_16_at_once_books_once(same_hour: bool) -> None:  # noqa: FBT001
    hall = hall_of()
    code = book(request_for(hall, hall.slot(9)), by="race", now=NOW).code
    cancel_for_counter(code, reason=WHY, by="race", now=NOW)
    hours = [(hour, day) for day in (MONDAY, TUESDAY) for hour in (10, 11, 14, 15, 16)]

    def tap(n: int) -> str:
        hour, day = hours[0] if same_hour else hours[n % 10]
        try:
            rebook(rebooking_token(code), slot_id=hall.slot(hour, day).pk, now=NOW)
        except AlreadyRebooked:
            return "already"
        return "booked"

    assert Counter(rush(16, tap)) == {"booked": 1, "already": 15}
    assert Rebooking.objects.count() == 1
    assert Appointment.objects.filter(status="booked").count() == 1
    assert Message.objects.filter(template="booked").count() == 2
    assert clean()


def test_r4_3_twelve_links_tapped_at_once_for_the_last_five_places_overbook_nothing() -> None:
    hall = hall_of(capacity=12)
    codes = [book(request_for(hall, hall.slot(9), n), by="race", now=NOW).code for n in range(12)]
    cancel_many_for_counter(codes, reason=WHY, by="race", now=NOW)
    Slot.objects.filter(pk=hall.slot(10).pk).update(capacity=5)

    def tap(n: int) -> str:
        try:
            rebook(rebooking_token(codes[n]), slot_id=hall.slot(10).pk, now=NOW)
        except Refused as refused:
            return str(refused.reasons[0].code)
        return "booked"

    assert Counter(rush(12, tap)) == {"booked": 5, "slot_full": 7}
    assert clean()


def test_r1_2_an_urgent_request_is_decided_once_however_many_managers_press() -> None:
    hall = hall_of()
    request = UrgentRequest(
        centre=hall.centre.code,
        matter=hall.matter.code,
        channel_kind=ChannelKind.PHONE,
        name="样例申请人",
        certificate=resident(1),
        phone=phone(1),
        starts_at=instant("2026-11-27 19:00"),
        ends_at=instant("2026-11-27 20:00"),
        reason="样例急事",
    )
    code = request_urgent(request, by="staff:clerk", now=NOW).code

    def decide(n: int) -> str:
        try:
            if n % 2:
                approve_urgent(code, by=f"staff:{n}", now=NOW)
            else:
                reject_urgent(code, reason="不急", by=f"staff:{n}", now=NOW)
        except AlreadyDecided:
            return "late"
        return "decided"

    assert Counter(rush(16, decide)) == {"decided": 1, "late": 15}
    assert Message.objects.exclude(template="urgent_requested").count() == 1
    assert clean()


def test_r5_2_slots_visits_and_urgent_hours_of_one_person_at_once_never_overlap_and_are_two_a_day() -> None:
    hall = hall_of(days=(MONDAY,), capacity=50)
    hours = (9, 10, 11, 14, 15, 16)

    def act(n: int) -> list[str]:
        told = []
        for k in range(4):
            hour = hours[(n + k) % 6]
            try:
                if n % 2:
                    book(request_for(hall, hall.slot(hour)), by="race", now=NOW)
                else:
                    book_outside(visit(hall, hour), by="race", now=NOW)
                told.append("ok")
            except Refused as refused:
                told.append(refused.reasons[0].code)
        return told

    told = Counter(answer for answers in rush(16, act) for answer in answers)
    assert told["ok"] == 2
    assert set(told) <= {"ok", "overlapping", "daily_limit"}
    assert set(Appointment.objects.values_list("ordinal", flat=True)) == {1, 2}
    assert clean()


def visit(hall: Hall, hour: int) -> OutsideRequest:
    """A home visit that meets two slots."""
    return OutsideRequest(
        centre=hall.centre.code,
        matter=hall.matter.code,
        channel_kind=ChannelKind.PHONE,
        name="样例申请人",
        certificate=resident(1),
        phone=phone(1),
        starts_at=instant(f"2026-11-30 {hour:02}:30"),
        ends_at=instant(f"2026-11-30 {hour + 1:02}:15"),
        place=Place.HOME_VISIT,
        status=Status.BOOKED,
    )

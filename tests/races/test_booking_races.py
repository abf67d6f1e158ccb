"""No place sold twice, whoever comes at the same moment: real processes on one PostgreSQL, each ending in `check`."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from tests.crowd import rush
from tests.factories import MONDAY, Hall, instant, make_hall, request_for
from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations import book, cancel, reschedule, sweep_no_shows
from yueban.domain.calendar.models import Slot
from yueban.domain.credit.models import Strike
from yueban.domain.people.models import Person
from yueban.domain.regulation.rules import Refused

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

NOW = instant("2026-11-27 12:00")
TUESDAY = date(2026, 12, 1)


def attempt(hall: Hall, hour: int, n: int, day: date = MONDAY) -> str:
    """Try to book and give `ok` or the codes of the reasons."""
    try:
        book(request_for(hall, hall.slot(hour, day), n), by="race", now=NOW)
    except Refused as refused:
        return " ".join(why.code for why in refused.reasons)
    return "ok"


def clean() -> bool:
    return queries.broken_invariants() == []


def test_400_clients_on_a_slot_of_10_get_exactly_10_places() -> None:
    hall = make_hall(capacity=10)
    told = rush(40, lambda n: [attempt(hall, 9, 100 * n + k) for k in range(10)])
    assert Counter(answer for answers in told for answer in answers) == {"ok": 10, "slot_full": 390}
    assert Slot.objects.get(pk=hall.slot(9).pk).booked == 10
    assert clean()


def test_r5_2_one_person_50_times_at_once_gets_one() -> None:
    hall = make_hall(capacity=100)
    told = Counter(rush(50, lambda _: attempt(hall, 9, 1)))
    assert told == {"ok": 1, "overlapping": 49}
    assert clean()


def test_r5_2_one_person_over_6_slots_of_a_day_gets_2() -> None:
    hall = make_hall(capacity=100)
    hours = (9, 10, 11, 14, 15, 16)
    told = Counter(rush(36, lambda n: attempt(hall, hours[n % 6], 1)))
    assert told["ok"] == 2
    assert set(told) <= {"ok", "overlapping", "daily_limit", "overlapping daily_limit"}
    assert set(Appointment.objects.values_list("ordinal", flat=True)) == {1, 2}
    assert clean()


def test_one_person_over_48_overlapping_hours_in_48_processes_meets_no_deadlock() -> None:
    halls = [make_hall(code=f"hall-{n}", days=(MONDAY, TUESDAY), capacity=5) for n in range(4)]
    hours = (9, 10, 11, 14, 15, 16)

    def act(n: int) -> str:
        return attempt(halls[n % 4], hours[(n // 4) % 6], 1, (MONDAY, TUESDAY)[n // 24])

    told = Counter(rush(48, act))
    assert told["ok"] == 4
    assert Counter(Appointment.objects.values_list("service_date", flat=True)) == {MONDAY: 2, TUESDAY: 2}
    assert clean()


def test_booking_cancelling_and_moving_at_once_keep_the_count_exact() -> None:
    hall = make_hall(days=(MONDAY, TUESDAY), capacity=4)
    codes = [book(request_for(hall, hall.slot(9), n), by="race", now=NOW).code for n in range(4)]

    def act(n: int) -> str:
        code, kind = codes[n % 4], n // 4 % 3
        try:
            if kind == 0:
                cancel(code, by="race", now=NOW)
            elif kind == 1:
                reschedule(code, slot_id=hall.slot(10, TUESDAY).pk, by="race", now=NOW)
            else:
                return attempt(hall, 9, 1000 + n)
        except Refused as refused:
            return " ".join(why.code for why in refused.reasons)
        return "ok"

    rush(48, act)
    assert clean()
    assert not Slot.objects.filter(booked__gt=4).exists()


def test_r5_2_swapping_hours_at_once_never_deadlocks() -> None:
    hall = make_hall(capacity=50)
    first = [book(request_for(hall, hall.slot(9), n), by="race", now=NOW).code for n in range(10)]
    second = [book(request_for(hall, hall.slot(10), 100 + n), by="race", now=NOW).code for n in range(10)]

    def act(n: int) -> str:
        code, hour = (first[n // 2], 10) if n % 2 else (second[n // 2], 9)
        return str(reschedule(code, slot_id=hall.slot(hour).pk, by="race", now=NOW).status)

    assert set(rush(20, act)) == {"booked"}
    assert clean()


def test_r5_4_a_third_strike_beside_a_booking_never_lets_it_through() -> None:
    """The sweep and bookings race; a booking that was confirmed was confirmed before the suspension, never after."""
    friday = date(2026, 11, 27)
    hall = make_hall(days=(friday, MONDAY, TUESDAY), capacity=100)
    morning = instant("2026-11-26 09:00")
    for day, hour in ((friday, 9), (friday, 10), (MONDAY, 9)):
        book(request_for(hall, hall.slot(hour, day), 1), by="race", now=morning)
    sweep_no_shows(now=instant("2026-11-27 11:30:01"))
    late = instant("2026-11-30 10:30:01")

    def act(n: int) -> str:
        if n == 0:
            return f"swept {sweep_no_shows(now=late)}"
        try:
            book(request_for(hall, hall.slot(14, TUESDAY), 1), by="race", now=late + timedelta(seconds=1))
        except Refused as refused:
            return " ".join(why.code for why in refused.reasons)
        return "ok"

    told = rush(24, act)
    assert told[0] == "swept 1"
    assert Person.objects.get().suspended_until == instant("2026-12-01 00:00")
    assert Counter(told[1:])["ok"] <= 1
    ids = list(Strike.objects.order_by("at").values_list("cause", flat=True))
    assert ids == ["no_show"] * 3
    assert attempt_after(hall, late) == "suspended"
    assert clean()


def attempt_after(hall: Hall, late: datetime) -> str:
    try:
        book(request_for(hall, hall.slot(16, TUESDAY), 1), by="race", now=late + timedelta(minutes=1))
    except Refused as refused:
        return " ".join(why.code for why in refused.reasons)
    return "ok"


def test_r4_3_several_sweeps_at_once_strike_each_no_show_once() -> None:
    hall = make_hall(capacity=50)
    for n in range(30):
        book(request_for(hall, hall.slot(9), n), by="race", now=NOW)
    swept = rush(8, lambda _: sweep_no_shows(now=instant("2026-11-30 10:30:01")))
    assert sum(swept) == 30
    assert Strike.objects.count() == 30
    assert clean()

"""Appointments with a time of their own (R1.2, R3.4), without a telephone, after a call, and past the cut-off (R4.0)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from tests.factories import MONDAY, Hall, instant, make_hall, phone, request_for, resident
from yueban.domain.audit import queries as audit
from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations import (
    BookingRequest,
    OutsideRequest,
    book,
    book_outside,
    cancel,
    confirm,
    mark_ticketed,
    move_outside,
    reject,
    reschedule,
    rotate_keys,
    sweep_no_shows,
)
from yueban.domain.booking.queries import AppointmentView, UnknownPlace
from yueban.domain.booking.rules import ChannelKind, IllegalTransition, Place, Status
from yueban.domain.calendar.models import Slot
from yueban.domain.credit.models import Strike
from yueban.domain.notices.models import Message
from yueban.domain.people.models import Person
from yueban.domain.regulation.queries import explain
from yueban.domain.regulation.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-27 12:00")
SECOND = timedelta(seconds=1)


def asked(hall: Hall, hours: tuple[str, str] = ("09:00", "10:00"), n: int = 1, **fields: Any) -> OutsideRequest:
    values: dict[str, Any] = {
        "centre": hall.centre.code,
        "matter": hall.matter.code,
        "channel_kind": ChannelKind.PHONE,
        "name": "样例申请人",
        "certificate": resident(n),
        "phone": phone(n),
        "starts_at": instant(f"2026-11-30 {hours[0]}"),
        "ends_at": instant(f"2026-11-30 {hours[1]}"),
        "place": Place.HOME_VISIT,
        "status": Status.BOOKED,
    }
    return OutsideRequest(**(values | fields))


def written(request: OutsideRequest, now: datetime = NOW) -> AppointmentView:
    return queries.by_code(book_outside(request, by="staff:样例", now=now).code, now=now)


def reasons_of(call: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [str(why.code) for why in refused.value.reasons]


def kinds_of(appointment: AppointmentView) -> list[str]:
    return [event.kind for event in audit.history(appointment.id)]


# --- a time of their own -----------------------------------------------------------------------------


def test_r3_4_a_home_visit_has_its_own_time_and_takes_no_place_in_a_slot() -> None:
    hall = make_hall()
    visit = written(asked(hall, reason="行动不便"))
    assert (visit.place, visit.slot_id, visit.status) == (Place.HOME_VISIT, None, Status.BOOKED)
    assert (visit.starts_at, visit.ends_at) == (instant("2026-11-30 09:00"), instant("2026-11-30 10:00"))
    assert (visit.queue_id, visit.department_id, visit.ordinal) == (hall.queue.pk, hall.matter.department_id, 1)
    assert Slot.objects.get(pk=hall.slot(9).pk).booked == 0
    event = audit.history(visit.id)[0]
    assert (event.kind, event.clause, event.reason) == ("appointment.booked", "R3.4", "行动不便")
    assert not Message.objects.exists()
    assert queries.broken_invariants() == []


def test_r5_2_a_visit_and_a_slot_at_the_same_time_exclude_each_other() -> None:
    hall = make_hall()
    written(asked(hall, ("09:30", "10:30")))
    for request in (request_for(hall, hall.slot(9)), request_for(hall, hall.slot(10))):
        assert reasons_of(partial(book, request, by="x", now=NOW)) == ["overlapping"]
    book(request_for(hall, hall.slot(11)), by="x", now=NOW)
    assert reasons_of(lambda: book_outside(asked(hall, ("11:59", "12:30")), by="x", now=NOW)) == [
        "overlapping",
        "daily_limit",
    ]
    assert reasons_of(lambda: book_outside(asked(hall, ("12:00", "12:30")), by="x", now=NOW)) == ["daily_limit"]


def test_r5_2_an_inspection_that_a_department_started_takes_none_of_the_days_two() -> None:
    hall = make_hall()
    for hour in (14, 15):
        book(request_for(hall, hall.slot(hour)), by="x", now=NOW)
    own = written(asked(hall, place=Place.INSPECTION, status=Status.REQUESTED, counts=False))
    assert own.ordinal is None
    assert reasons_of(lambda: book_outside(asked(hall, ("09:30", "10:30"), counts=False), by="x", now=NOW)) == [
        "overlapping"
    ]


def test_r5_4_a_suspension_stands_against_a_visit_and_not_against_a_departments_inspection() -> None:
    hall = make_hall()
    written(asked(hall, ("08:00", "08:30")))
    Person.objects.update(suspended_until=instant("2026-12-01 00:00"))
    assert reasons_of(lambda: book_outside(asked(hall), by="x", now=NOW)) == ["suspended"]
    assert written(asked(hall, place=Place.INSPECTION, counts=False)).status is Status.BOOKED


def test_a_time_that_has_begun_is_refused_and_the_very_second_is_not() -> None:
    hall, request = make_hall(), None
    request = asked(hall)
    assert reasons_of(lambda: book_outside(request, by="x", now=request.starts_at + SECOND)) == ["too_late"]
    assert written(request, now=request.starts_at).status is Status.BOOKED


def test_r3_6_where_the_hall_has_not_opened_the_matter_it_is_refused_and_unknown_codes_are_said() -> None:
    hall, other = make_hall(), make_hall(code="other")
    elsewhere = asked(hall, centre=other.centre.code)
    assert reasons_of(lambda: book_outside(elsewhere, by="x", now=NOW)) == ["not_offered_here"]
    for request, field in ((asked(hall, centre="nowhere"), "centre"), (asked(hall, matter="nothing"), "matter")):
        with pytest.raises(UnknownPlace) as unknown:
            book_outside(request, by="x", now=NOW)
        assert unknown.value.field == field


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": Place.COUNTER},
        {"status": Status.ARRIVED},
        {"ends_at": instant("2026-11-30 09:00")},
        {"ends_at": instant("2026-12-01 00:00:01")},
    ],
)
def test_what_is_a_mistake_of_the_caller_is_no_refusal(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"slots|same date"):
        asked(make_hall(), **wrong)


def test_the_database_lets_only_the_counter_have_a_slot() -> None:
    hall = make_hall()
    visit = written(asked(hall))
    at_counter = book(request_for(hall, hall.slot(14)), by="x", now=NOW)
    for code, change in ((visit.code, {"slot": hall.slot(9)}), (at_counter.code, {"slot": None})):
        with pytest.raises(IntegrityError, match="appointment_slot_only_at_the_counter"), transaction.atomic():
            Appointment.objects.filter(code=code).update(**change)
    with pytest.raises(IntegrityError, match="appointment_slot_only_at_the_counter"), transaction.atomic():
        Appointment.objects.filter(code=visit.code).update(place="moon")


# --- its life -----------------------------------------------------------------------------------------


def test_a_request_is_confirmed_once() -> None:
    visit = written(asked(make_hall(), status=Status.REQUESTED))
    assert confirm(visit.code, by="staff:a", now=NOW).status is Status.BOOKED
    assert kinds_of(visit) == ["appointment.requested", "appointment.booked"]
    with pytest.raises(IllegalTransition):
        confirm(visit.code, by="staff:a", now=NOW)
    with pytest.raises(IllegalTransition):
        reject(visit.code, reason="人手不足", by="staff:a", now=NOW)


def test_a_rejected_request_gives_time_and_day_back() -> None:
    hall = make_hall()
    visit = written(asked(hall, status=Status.REQUESTED))
    after = reject(visit.code, reason="不在上门范围", by="staff:a", now=NOW)
    assert after.status is Status.REJECTED
    assert audit.history(visit.id)[-1].reason == "不在上门范围"
    for hour in (9, 14):
        book(request_for(hall, hall.slot(hour)), by="x", now=NOW)
    assert queries.broken_invariants() == []


def test_a_request_is_not_confirmed_for_a_time_that_has_begun() -> None:
    visit = written(asked(make_hall(), status=Status.REQUESTED))
    assert reasons_of(lambda: confirm(visit.code, by="x", now=visit.starts_at + SECOND)) == ["too_late"]


def test_r3_4_staff_move_a_visit_to_another_day_where_its_person_is_free() -> None:
    hall = make_hall()
    visit = written(asked(hall))
    book(request_for(hall, hall.slot(14)), by="x", now=NOW)
    busy = instant("2026-11-30 14:30"), instant("2026-11-30 15:30")
    assert reasons_of(lambda: move_outside(visit.code, starts_at=busy[0], ends_at=busy[1], by="x", now=NOW)) == [
        "overlapping"
    ]
    free = instant("2026-12-01 14:30"), instant("2026-12-01 15:30")
    moved = move_outside(visit.code, starts_at=free[0], ends_at=free[1], by="staff:a", now=NOW)
    assert (moved.starts_at, moved.ends_at, moved.service_date, moved.ordinal) == (*free, date(2026, 12, 1), 1)
    assert kinds_of(visit)[-1] == "appointment.rescheduled"


def test_the_hour_of_a_slot_is_not_moved_as_a_visit_and_an_ended_one_not_at_all() -> None:
    hall = make_hall()
    times = {"starts_at": instant("2026-11-30 11:00"), "ends_at": instant("2026-11-30 12:00")}
    at_counter = book(request_for(hall, hall.slot(14)), by="x", now=NOW)
    with pytest.raises(ValueError, match="reschedule"):
        move_outside(at_counter.code, **times, by="x", now=NOW)
    visit = written(asked(hall))
    cancel(visit.code, by="applicant", now=NOW)
    with pytest.raises(IllegalTransition):
        move_outside(visit.code, **times, by="x", now=NOW)


def test_r3_4_the_applicant_does_not_move_a_visit_and_hears_whom_to_call() -> None:
    hall = make_hall()
    visit = written(asked(hall))
    with pytest.raises(Refused) as refused:
        reschedule(visit.code, slot_id=hall.slot(14).pk, by="applicant", now=NOW)
    assert [(why.code, why.clause) for why in refused.value.reasons] == [("needs_approval", "R3.4")]
    assert explain(refused.value.reasons[0]).startswith("上门和查验的时间是和工作人员商定的")


def test_r3_4_a_visit_called_off_at_the_last_minute_costs_nothing_and_an_urgent_hour_does() -> None:
    hall = make_hall()
    visit = written(asked(hall))
    after = cancel(visit.code, by="applicant", now=visit.starts_at)
    assert after.status is Status.CANCELLED
    urgent = written(asked(hall, ("19:00", "20:00"), n=2, place=Place.URGENT, status=Status.REQUESTED))
    confirm(urgent.code, by="staff:a", now=NOW)
    assert cancel(urgent.code, by="applicant", now=urgent.starts_at).status is Status.LATE_CANCELLED
    assert list(Strike.objects.values_list("cause", flat=True)) == ["late_cancel"]
    assert Message.objects.filter(template="visit_cancelled").count() == 1


def test_r4_3_a_request_withdrawn_late_is_no_strike() -> None:
    urgent = written(asked(make_hall(), ("19:00", "20:00"), place=Place.URGENT, status=Status.REQUESTED))
    assert cancel(urgent.code, by="applicant", now=urgent.starts_at).status is Status.CANCELLED
    assert not Strike.objects.exists()


def test_r3_4_no_window_no_show_applies_to_visits_and_inspections_and_it_does_to_urgent_hours() -> None:
    hall = make_hall()
    stays = [
        written(asked(hall, n=1)).code,
        written(asked(hall, n=2, place=Place.INSPECTION, counts=False)).code,
        written(asked(hall, n=3, place=Place.URGENT, status=Status.REQUESTED)).code,
    ]
    missed = written(asked(hall, n=4, place=Place.URGENT, status=Status.REQUESTED)).code
    confirm(missed, by="staff:a", now=NOW)
    grace = instant("2026-11-30 10:30")
    assert sweep_no_shows(now=grace) == 0
    assert sweep_no_shows(now=grace + SECOND) == 1
    assert Appointment.objects.get(code=missed).status == "no_show"
    assert not Appointment.objects.filter(code__in=stays, status="no_show").exists()


def test_r3_4_nobody_takes_a_ticket_for_a_visit() -> None:
    visit = written(asked(make_hall()))
    with pytest.raises(Refused) as refused:
        mark_ticketed(visit.code, remote=False, by="kiosk", now=visit.starts_at)
    assert [(why.code, why.clause) for why in refused.value.reasons] == [("channel_not_allowed", "R3.4")]
    assert "不用到大厅取号" in explain(refused.value.reasons[0])


def test_only_those_who_come_are_expected_in_the_hall() -> None:
    hall = make_hall()
    written(asked(hall))
    urgent = written(asked(hall, ("19:00", "20:00"), n=2, place=Place.URGENT, status=Status.REQUESTED))
    confirm(urgent.code, by="staff:a", now=NOW)
    assert [each.code for each in queries.expected_on(hall.centre.pk, MONDAY, now=NOW)] == [urgent.code]
    assert [each.code for each in queries.upcoming(hall.centre.pk, now=NOW)] == [urgent.code]


# --- without a telephone ------------------------------------------------------------------------------


def desk(hall: Hall, hour: int = 9, n: int = 1, **fields: Any) -> BookingRequest:
    return request_for(hall, hall.slot(hour), n, **({"channel_kind": ChannelKind.ONSITE} | fields))


def test_r4_1_1_who_has_no_telephone_is_booked_and_nobody_is_told() -> None:
    hall = make_hall()
    booking = book(desk(hall, phone=""), by="staff:a", now=NOW)
    found = queries.by_code(booking.code, now=NOW)
    assert (found.has_phone, found.phone) == (False, "")
    assert not Message.objects.exists()
    assert queries.of_phone("", now=NOW) == []
    assert queries.broken_invariants() == []
    cancel(booking.code, by="staff:a", now=found.starts_at)
    assert not Message.objects.exists()
    assert rotate_keys() == 0


# --- the cut-off: the call's moment, and the override -------------------------------------------------


@pytest.mark.parametrize(
    ("called", "answer"),
    [
        ("2026-11-27 16:29:59", []),
        ("2026-11-27 16:30:00", []),
        ("2026-11-27 16:30:01", ["too_late"]),
    ],
)
def test_r4_0_the_moment_of_the_call_counts_when_it_is_registered_at_17(called: str, answer: list[str]) -> None:
    hall = make_hall()
    request = desk(hall, channel_kind=ChannelKind.PHONE, asked_at=instant(called))
    at_17 = instant("2026-11-27 17:00:00")
    if answer:
        assert reasons_of(lambda: book(request, by="staff:a", now=at_17)) == answer
    else:
        assert book(request, by="staff:a", now=at_17).status is Status.BOOKED


def test_r4_0_a_call_in_time_opens_no_hour_that_has_begun_when_it_is_registered() -> None:
    hall = make_hall()
    request = desk(hall, channel_kind=ChannelKind.PHONE, asked_at=instant("2026-11-27 16:00"))
    assert reasons_of(lambda: book(request, by="staff:a", now=instant("2026-11-30 09:00:01"))) == ["too_late"]
    assert book(request, by="staff:a", now=instant("2026-11-30 09:00:00")).status is Status.BOOKED


def test_r4_0_a_moment_in_the_future_counts_as_now() -> None:
    hall = make_hall()
    request = desk(hall, channel_kind=ChannelKind.PHONE, asked_at=instant("2026-11-29 10:00"))
    assert book(request, by="staff:a", now=instant("2026-11-27 16:30:00")).status is Status.BOOKED


@pytest.mark.parametrize(
    ("now", "answer"),
    [("2026-11-27 16:29:59", []), ("2026-11-27 16:30:00", []), ("2026-11-27 16:30:01", ["too_late"])],
)
def test_r4_0_the_override_is_needed_from_the_second_after_the_cut_off_and_stands_in_the_history(
    now: str, answer: list[str]
) -> None:
    hall, at = make_hall(), instant(now)
    if answer:
        assert reasons_of(lambda: book(desk(hall), by="staff:m", now=at)) == answer
    booking = book(desk(hall, override="老人从外地赶回"), by="staff:m", now=at)
    events = audit.history(queries.by_code(booking.code, now=at).id)
    assert {(each.kind, each.clause, each.reason, each.by) for each in events} == {
        ("appointment.booked", "R4.1", "", "staff:m"),
        ("appointment.overridden", "R4.0", "老人从外地赶回", "staff:m"),
    }


def test_r4_0_the_override_passes_over_the_horizon_and_over_nothing_else() -> None:
    far = date(2026, 12, 21)
    hall = make_hall(days=(MONDAY, far), capacity=1)
    assert reasons_of(lambda: book(request_for(hall, hall.slot(9, far)), by="x", now=NOW)) == ["beyond_horizon"]
    request = request_for(hall, hall.slot(9, far), channel_kind=ChannelKind.ONSITE, override="代表团统一办理")
    assert book(request, by="staff:m", now=NOW).status is Status.BOOKED
    second = request_for(hall, hall.slot(9, far), n=2, channel_kind=ChannelKind.ONSITE, override="代表团统一办理")
    assert reasons_of(lambda: book(second, by="staff:m", now=NOW)) == ["slot_full"]
    begun = desk(hall, 9, 3, override="迟到一分钟")
    assert reasons_of(lambda: book(begun, by="staff:m", now=instant("2026-11-30 09:00:01"))) == ["too_late"]


@pytest.mark.parametrize("said", [{"override": "想约"}, {"asked_at": NOW}])
def test_r4_0_nobody_overrides_or_calls_on_the_web(said: dict[str, Any]) -> None:
    hall = make_hall()
    with pytest.raises(ValueError, match="only the desk"):
        request_for(hall, hall.slot(9), **said)

"""Booking on a real PostgreSQL: what is written, what is refused, what an amendment, a cancellation and the sweep do."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import MONDAY, Hall, instant, make_hall, phone, request_for, resident
from yueban.domain.audit import queries as audit
from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment, PackageTask
from yueban.domain.booking.operations import (
    Booking,
    book,
    cancel,
    mark_accepted,
    mark_missed,
    mark_present,
    mark_served,
    mark_ticketed,
    reschedule,
    sweep_no_shows,
)
from yueban.domain.booking.queries import UnknownAppointment, UnknownPlace
from yueban.domain.booking.rules import ChannelKind, IllegalTransition, Status
from yueban.domain.calendar.models import Slot
from yueban.domain.credit.models import Strike
from yueban.domain.directory.models import Package, PackageMember
from yueban.domain.notices.models import Message
from yueban.domain.people.models import Person
from yueban.domain.regulation.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

FRIDAY_NOON = instant("2026-11-27 12:00")
TUESDAY = date(2026, 12, 1)
SECOND = timedelta(seconds=1)


def booked(
    hall: Hall, hour: int = 9, n: int = 1, day: date = MONDAY, now: datetime = FRIDAY_NOON, **fields: Any
) -> Booking:
    return book(request_for(hall, hall.slot(hour, day), n, **fields), by="applicant", now=now)


def held(slot: Slot) -> int:
    return Slot.objects.get(pk=slot.pk).booked


def reasons_of(call: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [str(why.code) for why in refused.value.reasons]


def test_r4_1_a_booking_writes_appointment_place_history_and_message_in_one_go() -> None:
    hall = make_hall()
    booking = booked(hall)
    appointment = Appointment.objects.get(code=booking.code)
    assert (appointment.status, appointment.ordinal, appointment.service_date) == ("booked", 1, MONDAY)
    assert held(hall.slot(9)) == 1
    assert [event.kind for event in audit.history(appointment.pk)] == ["appointment.booked"]
    assert list(Message.objects.values_list("event", "state")) == [(f"booked:{appointment.pk}", "queued")]
    assert queries.broken_invariants() == []


def test_r5_1_nothing_personal_is_stored_in_clear() -> None:
    hall = make_hall()
    booking = booked(hall, n=7)
    certificate, number = resident(7).number, phone(7)
    row = json.dumps(list(Appointment.objects.filter(code=booking.code).values()), default=repr)
    row += json.dumps(list(Person.objects.values()), default=repr) + json.dumps(
        list(Message.objects.values()), default=repr
    )
    assert certificate not in row
    assert number not in row
    view = queries.by_code(booking.code, now=FRIDAY_NOON)
    assert (view.certificate_number, view.phone) == (certificate, number)


def test_a_booking_is_found_by_its_number_its_qr_its_phone_and_its_person() -> None:
    hall = make_hall()
    booking = booked(hall, n=3)
    typed = f"{booking.code[:4]} {booking.code[4:]}"
    assert queries.by_code(typed, now=FRIDAY_NOON).code == booking.code
    assert queries.by_qr(booking.qr, now=FRIDAY_NOON).code == booking.code
    assert [view.code for view in queries.of_phone(phone(3), now=FRIDAY_NOON)] == [booking.code]
    assert [view.code for view in queries.of_person(resident(3), now=FRIDAY_NOON)] == [booking.code]
    assert queries.of_person(resident(4), now=FRIDAY_NOON) == []


@pytest.mark.parametrize("text", ["", "x", "82641907", "82641907.AAAA", "\0", "8" * 5000])
def test_a_forged_qr_code_opens_nothing(text: str) -> None:
    with pytest.raises(UnknownAppointment):
        queries.by_qr(text, now=FRIDAY_NOON)


def test_r1_2_the_last_place_is_sold_and_the_next_applicant_hears_why_not() -> None:
    hall = make_hall(capacity=1)
    booked(hall, n=1)
    assert reasons_of(lambda: booked(hall, n=2)) == ["slot_full"]
    assert held(hall.slot(9)) == 1


def test_r5_2_the_same_person_cannot_hold_the_same_hour_twice() -> None:
    hall = make_hall()
    booked(hall)
    assert reasons_of(lambda: booked(hall)) == ["overlapping"]


def test_r5_2_the_same_person_cannot_hold_overlapping_hours_at_two_centres() -> None:
    here, there = make_hall(code="here"), make_hall(code="there")
    booked(here)
    assert reasons_of(lambda: booked(there)) == ["overlapping"]


def test_r5_2_the_same_person_is_recognised_under_another_spelling_and_phone() -> None:
    hall = make_hall()
    booked(hall, n=5)
    assert reasons_of(lambda: booked(hall, n=5, phone=phone(999))) == ["overlapping"]


def test_r5_2_two_a_day_and_a_third_on_another_day() -> None:
    hall = make_hall(days=(MONDAY, TUESDAY))
    booked(hall, 9)
    booked(hall, 10)
    assert reasons_of(lambda: booked(hall, 14)) == ["daily_limit"]
    booked(hall, 9, day=TUESDAY)


def test_r5_2_an_in_time_cancellation_gives_the_place_of_the_day_back_and_a_late_one_does_not() -> None:
    hall = make_hall()
    early, late = booked(hall, 9), booked(hall, 14)
    cancel(early.code, by="applicant", now=FRIDAY_NOON)
    again = booked(hall, 10)
    assert Appointment.objects.get(code=again.code).ordinal == 1
    cancel(late.code, by="applicant", now=instant("2026-11-30 11:00:01"))
    assert reasons_of(lambda: booked(hall, 15, now=instant("2026-11-30 11:30"))) == ["daily_limit"]
    assert queries.broken_invariants() == []


def test_r4_3_cancelling_frees_the_place_and_tells_the_applicant() -> None:
    hall = make_hall()
    booking = booked(hall)
    view = cancel(booking.code, by="applicant", now=instant("2026-11-30 06:00:00"))
    assert view.status is Status.CANCELLED
    assert held(hall.slot(9)) == 0
    assert Strike.objects.count() == 0
    assert Message.objects.filter(template="cancelled").count() == 1


def test_r4_3_one_second_later_it_frees_the_place_and_costs_a_strike() -> None:
    hall = make_hall()
    booking = booked(hall)
    view = cancel(booking.code, by="applicant", now=instant("2026-11-30 06:00:01"))
    assert view.status is Status.LATE_CANCELLED
    assert held(hall.slot(9)) == 0
    assert [strike.cause for strike in Strike.objects.all()] == ["late_cancel"]
    assert queries.broken_invariants() == []


def test_r4_3_after_the_start_cancelling_is_refused_and_nothing_changes() -> None:
    hall = make_hall()
    booking = booked(hall)
    assert reasons_of(lambda: cancel(booking.code, by="applicant", now=instant("2026-11-30 09:00:01"))) == [
        "too_late_to_cancel"
    ]
    assert held(hall.slot(9)) == 1


def test_r4_3_cancelling_twice_is_refused_the_second_time() -> None:
    hall = make_hall()
    booking = booked(hall)
    cancel(booking.code, by="applicant", now=FRIDAY_NOON)
    assert reasons_of(lambda: cancel(booking.code, by="applicant", now=FRIDAY_NOON)) == ["not_cancellable"]
    assert held(hall.slot(9)) == 0


def test_r4_3_rescheduling_keeps_the_number_and_moves_place_time_and_day() -> None:
    hall = make_hall(days=(MONDAY, TUESDAY))
    booking = booked(hall)
    view = reschedule(booking.code, slot_id=hall.slot(14, TUESDAY).pk, by="applicant", now=FRIDAY_NOON)
    assert (view.code, view.service_date, view.starts_at) == (booking.code, TUESDAY, instant("2026-12-01 14:00"))
    assert (held(hall.slot(9)), held(hall.slot(14, TUESDAY))) == (0, 1)
    booked(hall, 9)
    assert queries.broken_invariants() == []


def test_r4_3_rescheduling_to_a_full_hour_changes_nothing() -> None:
    hall = make_hall(capacity=1)
    booking = booked(hall, 9, n=1)
    booked(hall, 10, n=2)
    move = lambda: reschedule(booking.code, slot_id=hall.slot(10).pk, by="applicant", now=FRIDAY_NOON)  # noqa: E731
    assert reasons_of(move) == ["slot_full"]
    assert (held(hall.slot(9)), held(hall.slot(10))) == (1, 1)


def test_r5_2_rescheduling_on_a_full_day_counts_itself_out() -> None:
    hall = make_hall()
    first, _ = booked(hall, 9), booked(hall, 10)
    view = reschedule(first.code, slot_id=hall.slot(15).pk, by="applicant", now=FRIDAY_NOON)
    assert view.starts_at == instant("2026-11-30 15:00")
    assert queries.broken_invariants() == []


def test_r5_2_rescheduling_onto_the_other_booking_is_refused() -> None:
    hall = make_hall()
    first, _ = booked(hall, 9), booked(hall, 10)
    move = lambda: reschedule(first.code, slot_id=hall.slot(10).pk, by="applicant", now=FRIDAY_NOON)  # noqa: E731
    assert reasons_of(move) == ["overlapping"]


def test_r4_3_rescheduling_ends_when_cancelling_starts_to_cost() -> None:
    hall = make_hall()
    booking = booked(hall)
    move = partial(reschedule, booking.code, slot_id=hall.slot(15).pk, by="applicant")
    assert reasons_of(lambda: move(now=instant("2026-11-30 06:00:01"))) == ["too_late_to_cancel"]
    assert move(now=instant("2026-11-30 06:00:00")).starts_at == instant("2026-11-30 15:00")


def test_r4_3_the_sweep_waits_until_the_last_second_and_then_strikes_once() -> None:
    hall = make_hall()
    booking = booked(hall)
    end = instant("2026-11-30 10:30:00")
    assert sweep_no_shows(now=end) == 0
    assert sweep_no_shows(now=end + SECOND) == 1
    assert sweep_no_shows(now=end + SECOND) == 0
    assert Appointment.objects.get(code=booking.code).status == "no_show"
    assert [strike.cause for strike in Strike.objects.all()] == ["no_show"]
    assert queries.broken_invariants() == []


def test_r4_3_whoever_took_a_ticket_in_the_hall_is_no_no_show() -> None:
    hall = make_hall()
    booking = booked(hall)
    mark_ticketed(booking.code, remote=False, by="kiosk", now=instant("2026-11-30 08:50"))
    assert sweep_no_shows(now=instant("2026-11-30 18:00")) == 0


def test_r5_4_called_and_absent_after_a_ticket_in_the_hall_is_no_strike() -> None:
    hall = make_hall()
    booking = booked(hall)
    ticket = mark_ticketed(booking.code, remote=False, by="kiosk", now=instant("2026-11-30 08:50"))
    mark_accepted(ticket.id, by="staff:a", now=instant("2026-11-30 09:00"))
    mark_missed(ticket.id, by="staff:a", now=instant("2026-11-30 09:01"))
    assert sweep_no_shows(now=instant("2026-11-30 18:00")) == 0
    assert Strike.objects.count() == 0


def test_r5_4_the_third_strike_suspends_on_the_spot_until_the_first() -> None:
    hall = make_hall(days=(MONDAY, TUESDAY))
    for day, hour in ((MONDAY, 9), (MONDAY, 10)):
        booked(hall, hour, day=day)
    sweep_no_shows(now=instant("2026-11-30 11:30:01"))
    other = make_hall(code="other", days=(date(2026, 11, 27),))
    booked(other, 15, day=date(2026, 11, 27), now=instant("2026-11-27 09:00"))
    sweep_no_shows(now=instant("2026-11-30 11:30:01"))
    assert Person.objects.get().suspended_until == instant("2026-12-01 00:00")
    late = instant("2026-11-30 23:59:59")
    assert reasons_of(lambda: booked(hall, 9, day=TUESDAY, now=late)) == ["suspended"]
    assert booked(hall, 9, day=TUESDAY, now=late + SECOND).status is Status.BOOKED


def test_r4_2_a_desk_booking_arrives_is_accepted_and_served_with_its_outcome() -> None:
    hall = make_hall()
    booking = booked(hall, channel_kind=ChannelKind.PHONE)
    ticket = mark_ticketed(booking.code, remote=False, by="kiosk", now=instant("2026-11-30 08:50"))
    assert Appointment.objects.get().status == "arrived"
    mark_accepted(ticket.id, by="staff:a", now=instant("2026-11-30 09:00"))
    mark_served(ticket.id, outcome="材料不齐", reason="缺复印件", by="staff:a", now=instant("2026-11-30 09:10"))
    view = queries.by_code(booking.code, now=FRIDAY_NOON)
    assert (view.status, view.outcome, view.outcome_reason) == (Status.SERVED, "材料不齐", "缺复印件")


def test_r4_1_3_a_desk_booking_takes_no_ticket_on_a_phone() -> None:
    hall = make_hall()
    booking = booked(hall, channel_kind=ChannelKind.ONSITE)
    take = lambda: mark_ticketed(booking.code, remote=True, by="applicant", now=instant("2026-11-30 08:50"))  # noqa: E731
    assert reasons_of(take) == ["channel_not_allowed"]


def test_r4_3_a_ticket_on_a_phone_called_missed_and_never_present_is_a_no_show() -> None:
    hall = make_hall()
    booking = booked(hall)
    ticket = mark_ticketed(booking.code, remote=True, by="applicant", now=instant("2026-11-30 08:50"))
    mark_accepted(ticket.id, by="staff:a", now=instant("2026-11-30 09:00"))
    mark_missed(ticket.id, by="staff:a", now=instant("2026-11-30 09:01"))
    mark_present(ticket.id, by="kiosk", now=instant("2026-11-30 09:05"))
    assert sweep_no_shows(now=instant("2026-11-30 18:00")) == 0


def test_a_status_moves_only_along_its_table() -> None:
    hall = make_hall()
    booking = booked(hall)
    view = queries.by_code(booking.code, now=FRIDAY_NOON)
    with pytest.raises(IllegalTransition):
        mark_served(view.id, outcome="办结", by="staff:a", now=instant("2026-11-30 09:10"))
    with pytest.raises(IllegalTransition):
        mark_missed(view.id, by="staff:a", now=instant("2026-11-30 09:10"))


def test_r5_2_a_package_is_one_booking_at_its_lead_and_pushes_its_members() -> None:
    hall = make_hall()
    member = make_hall(code="elsewhere").matter
    package = Package.objects.create(
        code="pkg", name="样例一件事", short_name="样例", audience="personal", lead=hall.matter, merged_materials={}
    )
    PackageMember.objects.create(package=package, matter=member, order=0)
    booking = booked(hall, matter="", package="pkg")
    appointment = Appointment.objects.get(code=booking.code)
    assert (appointment.matter_id, appointment.ordinal) == (hall.matter.pk, 1)
    assert list(PackageTask.objects.values_list("matter_id", "state")) == [(member.pk, "pushed")]


@pytest.mark.parametrize(
    ("fields", "unknown"),
    [
        ({"centre": "nowhere"}, "centre"),
        ({"matter": "nothing"}, "matter"),
        ({"slot_id": 2**70}, "slot"),
        ({"slot_id": -1}, "slot"),
    ],
)
def test_what_is_not_there_is_named(fields: dict[str, Any], unknown: str) -> None:
    hall = make_hall()
    with pytest.raises(UnknownPlace, match=unknown):
        booked(hall, **fields)


def test_a_slot_of_another_centre_is_not_there() -> None:
    here, there = make_hall(code="here"), make_hall(code="there")
    with pytest.raises(UnknownPlace, match="slot"):
        booked(here, slot_id=there.slot(9).pk)


def test_availability_lists_open_and_closed_hours_with_their_reasons() -> None:
    hall = make_hall(capacity=1)
    booked(hall, 10)
    Slot.objects.filter(pk=hall.slot(11).pk).update(capacity=0, closed_reason="停电")
    slots = queries.availability(
        centre=hall.centre.code,
        matter=hall.matter.code,
        channel=ChannelKind.ONLINE,
        start=MONDAY,
        days=1,
        now=instant("2026-11-30 06:00:01"),
    )
    shown = {
        slot["starts_at"].hour: (slot["open"], slot["left"], [r["code"] for r in slot["refusals"]]) for slot in slots
    }
    assert shown == {
        9: (False, 1, ["too_late"]),
        10: (False, 0, ["slot_full"]),
        11: (False, 0, ["slot_closed"]),
        14: (True, 1, []),
        15: (True, 1, []),
        16: (True, 1, []),
    }


def test_a_closed_hour_says_until_when_it_could_be_booked() -> None:
    hall = make_hall(hours=(9,))
    asked: dict[str, Any] = {"centre": hall.centre.code, "matter": hall.matter.code, "start": MONDAY, "days": 1}
    late = instant("2026-11-30 06:00:01")
    (online,) = queries.availability(**asked, channel=ChannelKind.ONLINE, now=late)
    (desk,) = queries.availability(**asked, channel=ChannelKind.PHONE, now=late)
    assert "06:00 截止" in online["refusals"][0]["message"]
    assert "11月27日" in desk["refusals"][0]["message"]
    assert "16:30" in desk["refusals"][0]["message"]


def test_availability_and_booking_never_disagree() -> None:
    hall = make_hall(days=(MONDAY, TUESDAY, date(2026, 12, 8), date(2026, 12, 9)), capacity=2)
    now = instant("2026-11-30 06:30:00")
    asked: dict[str, Any] = {
        "centre": hall.centre.code,
        "matter": hall.matter.code,
        "channel": ChannelKind.ONLINE,
        "start": MONDAY,
        "days": 31,
    }
    for n, slot in enumerate(queries.availability(**asked, now=now)):
        request = request_for(hall, hall.slots[0], n + 1, slot_id=slot["id"])
        if slot["open"]:
            assert book(request, by="applicant", now=now).code
        else:
            shown = [why["code"] for why in slot["refusals"]]
            assert reasons_of(partial(book, request, by="applicant", now=now)) == shown


def test_availability_of_an_unknown_place_is_said() -> None:
    hall = make_hall()
    elsewhere = make_hall(code="elsewhere")
    asked: dict[str, Any] = {"channel": ChannelKind.ONLINE, "start": MONDAY, "days": 1, "now": FRIDAY_NOON}
    with pytest.raises(UnknownPlace, match="centre"):
        queries.availability(centre="nowhere", matter=hall.matter.code, **asked)
    with pytest.raises(UnknownPlace, match="matter"):
        queries.availability(centre=hall.centre.code, matter="nothing", **asked)
    assert reasons_of(lambda: queries.availability(centre=elsewhere.centre.code, matter=hall.matter.code, **asked)) == [
        "not_offered_here"
    ]


def test_the_proof_misses_a_message_but_not_one_that_was_forgotten_with_its_time() -> None:
    hall = make_hall()
    first = book(request_for(hall, hall.slot(9)), by="test", now=instant("2026-11-27 10:00:00"))
    later = request_for(hall, hall.slot(10), 8)
    book(later, by="test", now=instant("2026-11-27 11:00:00"))
    of_first = Message.objects.filter(appointment_id=Appointment.objects.get(code=first.code).pk)
    assert queries.broken_invariants() == []
    of_first.delete()
    assert queries.broken_invariants() == []
    Message.objects.all().delete()
    assert [line.partition(":")[0] for line in queries.broken_invariants()] == [
        "an appointment was confirmed without its message"
    ] * 2

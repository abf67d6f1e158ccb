"""Publishing and withdrawing beside bookings, beside generation and beside another manager: the tables agree after it."""

from datetime import date, time

import pytest

from tests.crowd import rush
from tests.factories import Hall, instant, make_hall, request_for
from yueban.domain.booking import operations, queries
from yueban.domain.booking.models import Appointment
from yueban.domain.calendar import operations as calendar
from yueban.domain.calendar import queries as calendars
from yueban.domain.calendar.models import Session, Slot
from yueban.domain.calendar.operations import OpeningChanged, OpeningRefused
from yueban.domain.calendar.rules import Kind, Proposal, Span, State
from yueban.domain.regulation.rules import Refused

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

NOW = instant("2026-11-25 10:00:00")
SATURDAY = date(2026, 11, 28)
BY = "staff:manager"
CROWD = 8


def ready() -> Hall:
    hall = make_hall(days=(), high_frequency_personal=True)
    Session.objects.create(
        centre=hall.centre, valid_from="01-01", valid_to="12-31", weekdays=[1, 2, 3, 4, 5], start=time(9), end=time(12)
    )
    calendar.generate_slots(now=NOW)
    return hall


def draft(hall: Hall) -> int:
    counters = frozenset(counter.pk for counter in hall.counters)
    span, week = Span(time(9), time(11)), frozenset({6, 7})
    wanted = Proposal(Kind.WEEKEND, SATURDAY, SATURDAY, week, span, frozenset({hall.queue.pk}), counters)
    return calendar.draft_opening(wanted, centre_id=hall.centre.pk, by=BY, now=NOW)


def publish(opening: int) -> str:
    try:
        calendar.publish_opening(opening, by=BY, now=NOW)
    except (OpeningChanged, OpeningRefused) as error:
        return type(error).__name__
    return "published"


def book(hall: Hall, slot: Slot, n: int) -> str:
    try:
        return operations.book(request_for(hall, slot, n), by="applicant", now=NOW).code
    except Refused as refused:
        return ",".join(reason.code for reason in refused.reasons)


def agree() -> None:
    assert calendars.broken_invariants() == []
    assert queries.broken_invariants() == []


def test_managers_who_publish_the_same_draft_publish_it_once() -> None:
    opening = draft(ready())
    assert sorted(rush(CROWD, lambda _: publish(opening))) == ["OpeningChanged"] * (CROWD - 1) + ["published"]
    assert Slot.objects.filter(opening=opening).count() == 2
    agree()


def test_of_managers_who_publish_the_same_hours_one_wins_and_the_others_hear_why() -> None:
    hall = ready()
    drafts = [draft(hall) for _ in range(CROWD)]
    told = rush(CROWD, lambda n: publish(drafts[n]))
    assert sorted(told) == ["OpeningRefused"] * (CROWD - 1) + ["published"]
    assert set(Slot.objects.exclude(kind="regular").values_list("opening_id", flat=True)) == {
        drafts[told.index("published")]
    }
    agree()


def test_nobody_keeps_an_appointment_that_was_booked_while_its_hours_were_withdrawn() -> None:
    hall = ready()
    opening = draft(hall)
    calendar.publish_opening(opening, by=BY, now=NOW)
    slots = list(Slot.objects.filter(opening=opening))

    def act(n: int) -> object:
        if n == 0:
            return operations.withdraw_opening(opening, reason="窗口检修", by=BY, now=NOW)
        return [book(hall, slot, 10 * n + turn) for turn, slot in enumerate(slots * 3)]

    rush(CROWD, act)
    statuses = set(Appointment.objects.values_list("status", flat=True))
    assert statuses <= {"counter_cancelled"}
    assert {(slot.capacity, slot.booked) for slot in Slot.objects.filter(opening=opening)} == {(0, 0)}
    agree()


def test_generation_beside_it_never_brings_back_what_was_withdrawn() -> None:
    hall = ready()
    days = [date(2026, 11, 26), date(2026, 11, 27), *(date(2026, 12, day) for day in (1, 2, 3, 4))]
    openings = [early(hall, day) for day in days]

    def act(n: int) -> list[str]:
        found: list[str] = []
        if n:
            for _ in range(25):
                calendar.generate_slots(now=NOW)
            return found
        for opening in openings:  # each is looked at again and again while the others generate
            calendar.close_opening(opening, reason="窗口检修", by=BY, now=NOW)
            for _ in range(10):
                found += calendars.broken_invariants()
        return found

    assert [line for lines in rush(CROWD, act) for line in lines] == []
    assert set(Slot.objects.exclude(kind="regular").values_list("planned", flat=True)) == {0}
    assert {each.state for each in calendars.flexible_openings(hall.centre.pk, now=NOW)} == {State.WITHDRAWN}
    agree()


def early(hall: Hall, day: date) -> int:
    counters = frozenset(counter.pk for counter in hall.counters)
    span, week = Span(time(8), time(9)), frozenset({1, 2, 3, 4, 5})
    wanted = Proposal(Kind.EARLY, day, day, week, span, frozenset({hall.queue.pk}), counters)
    made = calendar.draft_opening(wanted, centre_id=hall.centre.pk, by=BY, now=NOW)
    calendar.publish_opening(made, by=BY, now=NOW)
    return made


def test_publishing_beside_bookings_of_regular_hours_touches_none_of_them() -> None:
    hall = ready()
    opening = draft(hall)
    regular = list(Slot.objects.filter(kind="regular", starts_at__gt=NOW).order_by("starts_at")[6:9])
    before = {slot.pk: slot.capacity for slot in regular}

    def act(n: int) -> object:
        return publish(opening) if n == 0 else [book(hall, slot, 10 * n + i) for i, slot in enumerate(regular)]

    rush(CROWD, act)
    assert {slot.pk: slot.capacity for slot in Slot.objects.filter(pk__in=before)} == before
    agree()

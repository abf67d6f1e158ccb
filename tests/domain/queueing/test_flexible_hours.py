"""The hall works in hours outside the timetable as in any other: tickets, calls, presence, no-show (R3.1 to R3.3, R4.2)."""

from __future__ import annotations

from datetime import date, time

import pytest

from tests.factories import Hall, instant, make_hall, request_for
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.rules import ChannelKind, Status
from yueban.domain.calendar import operations as calendar
from yueban.domain.calendar.models import Session, Slot
from yueban.domain.calendar.rules import Kind, Proposal, Span
from yueban.domain.directory.models import Counter
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.rules import Outcome
from yueban.domain.regulation.rules import Refused

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 10:00")
CLERK = "staff:test"
HOURS = {
    Kind.EARLY: ("2026-11-27", "07:30", "08:30"),
    Kind.NOON: ("2026-11-27", "12:00", "13:00"),
    Kind.LATE: ("2026-11-27", "17:30", "18:30"),
    Kind.WEEKEND: ("2026-11-28", "09:00", "10:00"),
}


@pytest.fixture
def hall() -> Hall:
    made = make_hall(days=(), high_frequency_personal=True)
    for start, end in ((time(8, 30), time(12)), (time(14, 30), time(17, 30))):
        Session.objects.create(
            centre=made.centre, valid_from="01-01", valid_to="12-31", weekdays=[1, 2, 3, 4, 5], start=start, end=end
        )
    Counter.objects.update(comprehensive=True)
    return made


def booked(hall: Hall, kind: Kind, n: int = 1, **fields: object) -> str:
    """Open an hour of this kind unless it is, and book it."""
    day, start, end = HOURS[kind]
    if not Slot.objects.filter(kind=kind).exists():
        on, span = date.fromisoformat(day), Span(time.fromisoformat(start), time.fromisoformat(end))
        counters = frozenset(counter.pk for counter in hall.counters)
        wanted = Proposal(kind, on, on, frozenset(range(1, 8)), span, frozenset({hall.queue.pk}), counters)
        draft = calendar.draft_opening(wanted, centre_id=hall.centre.pk, by=CLERK, now=NOW)
        calendar.publish_opening(draft, by=CLERK, now=NOW)
    return booking.book(request_for(hall, Slot.objects.get(kind=kind), n, **fields), by="t", now=NOW).code


@pytest.mark.parametrize("kind", HOURS)
def test_r4_2_an_online_booking_takes_its_ticket_is_called_and_served(hall: Hall, kind: Kind) -> None:
    code, (day, start, _) = booked(hall, kind), HOURS[kind]
    now = instant(f"{day} {start}")
    ticket = operations.take_ticket(code, remote=False, by="kiosk", now=now)
    found = operations.call_next(hall.counters[0].pk, by=CLERK, now=now)
    assert found is not None
    assert found.ticket_id == ticket.ticket_id
    assert appointments.by_code(code, now=now).status is Status.ACCEPTED
    operations.finish(found.ticket_id, outcome=Outcome.COMPLETED, by=CLERK, now=now)
    assert appointments.by_code(code, now=now).status is Status.SERVED
    assert queries.broken_invariants() == []


@pytest.mark.parametrize("kind", HOURS)
def test_r5_3_a_telephone_booking_that_arrives_goes_first(hall: Hall, kind: Kind) -> None:
    online, phoned = booked(hall, kind), booked(hall, kind, 2, channel_kind=ChannelKind.PHONE)
    day, start, _ = HOURS[kind]
    now = instant(f"{day} {start}")
    operations.take_ticket(online, remote=False, by="kiosk", now=now)
    second = operations.take_ticket(phoned, remote=False, by="kiosk", now=now)
    found = operations.call_next(hall.counters[0].pk, by=CLERK, now=now)
    assert found is not None
    assert found.ticket_id == second.ticket_id


@pytest.mark.parametrize(("clock", "early"), [("07:59:59", True), ("08:00:00", False)])
def test_r4_1_3_a_weekend_ticket_is_given_from_an_hour_before(hall: Hall, clock: str, early: bool) -> None:  # noqa: FBT001
    code, now = booked(hall, Kind.WEEKEND), instant(f"2026-11-28 {clock}")
    if early:
        with pytest.raises(Refused, match="too_early_for_ticket"):
            operations.take_ticket(code, remote=False, by="kiosk", now=now)
    else:
        assert operations.take_ticket(code, remote=False, by="kiosk", now=now).label == "YA001"


@pytest.mark.parametrize(("clock", "status"), [("10:30:00", Status.BOOKED), ("10:30:01", Status.NO_SHOW)])
def test_r4_3_nobody_came_on_saturday_by_the_end_of_the_grace(hall: Hall, clock: str, status: Status) -> None:
    code, now = booked(hall, Kind.WEEKEND), instant(f"2026-11-28 {clock}")
    booking.sweep_no_shows(now=now)
    assert appointments.by_code(code, now=now).status is status

"""Counters open, pause and close; the day ends."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from yueban.domain.audit import operations as audit
from yueban.domain.queueing import queries
from yueban.domain.queueing.models import CentreHall, CounterState, Ticket
from yueban.domain.queueing.operations import moves
from yueban.domain.queueing.rules import (
    AT_COUNTER,
    OPEN,
    AlreadyWaiting,
    CounterBusy,
    CounterMode,
    CounterTaken,
    Move,
    TicketState,
    UnknownCounter,
)
from yueban.kernel.constraints import translate

if TYPE_CHECKING:
    from datetime import date, datetime

    from yueban.domain.queueing.queries import CounterFacts

KEPT: Final = (TicketState.WAITING, TicketState.PARKED)
ONCE: Final = {"ticket_open_once_a_person_and_queue": AlreadyWaiting}
YESTERDAY: Final = "昨"
LABEL: Final = 10
"""Characters of a label; longer ones than YA999 do not happen in one day."""

SET_MODE = """
INSERT INTO queueing_counterstate (counter_id, state, staff_id, since, bookings_first)
VALUES (%(counter)s, %(mode)s, %(staff)s, %(now)s, false)
ON CONFLICT (counter_id) DO UPDATE SET state = excluded.state, since = excluded.since,
    bookings_first = excluded.state = 'open' AND queueing_counterstate.bookings_first,
    staff_id = CASE WHEN excluded.state = 'closed' THEN NULL ELSE coalesce(excluded.staff_id, queueing_counterstate.staff_id) END
WHERE queueing_counterstate.state <> excluded.state
    OR coalesce(excluded.staff_id, queueing_counterstate.staff_id) IS DISTINCT FROM queueing_counterstate.staff_id
RETURNING counter_id
"""


def open_counter(counter_id: int, *, staff_id: int, by: str, now: datetime) -> None:
    """A clerk sits down; the counter where this clerk sat before closes.

    Raises UnknownCounter, CounterTaken, CounterBusy (somebody is in hand there).
    """
    with translate({"counter_once_a_clerk": CounterTaken}), transaction.atomic():
        for other in (
            CounterState.objects.filter(staff_id=staff_id).exclude(counter_id=counter_id).values_list("pk", flat=True)
        ):
            _nobody_in_hand(other)
            _set(other, CounterMode.CLOSED, None, by=by, now=now)
        _set(counter_id, CounterMode.OPEN, staff_id, by=by, now=now)


def pause_counter(counter_id: int, *, by: str, now: datetime) -> None:
    """No calls for a while (暂停服务); the person in hand is still served. Raises UnknownCounter."""
    with transaction.atomic():
        _set(counter_id, CounterMode.PAUSED, None, by=by, now=now)


def close_counter(counter_id: int, *, by: str, now: datetime) -> None:
    """The clerk leaves; nobody is left standing at a closed counter. Raises UnknownCounter, CounterBusy."""
    with transaction.atomic():
        _nobody_in_hand(counter_id)
        _set(counter_id, CounterMode.CLOSED, None, by=by, now=now)


def _nobody_in_hand(counter_id: int) -> None:
    if Ticket.objects.filter(counter_id=counter_id, state__in=AT_COUNTER).exists():
        raise CounterBusy


def set_bookings_first(counter_id: int, *, on: bool, by: str, now: datetime) -> None:
    """Enter or leave 「预约办理」 (R5.3): after the current one, arrived bookings at once. Raises UnknownCounter."""
    with transaction.atomic():
        counter = queries.counter(counter_id)
        if counter is None:
            raise UnknownCounter(counter_id)
        if CounterState.objects.filter(pk=counter_id, bookings_first=not on).update(bookings_first=on):
            data = {"counter": counter.number, "area": counter.area, "on": on}
            audit.record(kind="counter.bookings_first", by=by, at=now, centre_id=counter.centre_id, data=data)
            moves.notify(counter.centre_id)


def ready(counter_id: int, *, by: str, now: datetime) -> CounterFacts:
    """Make a counter that calls an open one. Raises UnknownCounter."""
    return _set(counter_id, CounterMode.OPEN, None, by=by, now=now)


def close_day(day: date, *, by: str, now: datetime) -> int:
    """Close what is still open of a day and of days before it; every number starts at 001 again. How many it closed."""
    with transaction.atomic():
        _carry_over(day, by, now)
        tickets = Ticket.objects.filter(date__lte=day, state__in=OPEN).order_by("id").values_list("id", flat=True)
        closed = [moves.move(each, Move.CLOSE, ended_at=now) for each in tickets]
        for ticket in closed:
            moves.tell(ticket, "ticket.closed", by=by, at=now)
        _report(closed, by, now)
        left_open = CounterState.objects.exclude(state=CounterMode.CLOSED).filter(since__date__lte=day)
        for counter_id in left_open.values_list("counter_id", flat=True):
            _set(counter_id, CounterMode.CLOSED, None, by=by, now=now)
        return len(closed)


def keep_overnight(centre_id: int, *, on: bool, by: str, now: datetime) -> None:
    """In an emergency a hall keeps today's queue for the next day (应急): who waits keeps number and place.

    Numbers of the day before are then marked 昨, because every day starts at 001. Taking it back is possible until midnight.
    """
    with transaction.atomic():
        CentreHall.objects.update_or_create(centre_id=centre_id, defaults={"overnight": now.date() if on else None})
        audit.record(kind="hall.overnight", by=by, at=now, centre_id=centre_id, clause="N1", data={"on": on})
        moves.notify(centre_id)


def _carry_over(day: date, by: str, now: datetime) -> None:
    """Those who waited or were set aside in a hall that keeps its queue wait today, before everybody who comes."""
    for hall in CentreHall.objects.filter(overnight__lte=day).select_for_update():
        assert hall.overnight is not None  # noqa: S101 - the filter above
        kept = Ticket.objects.filter(centre_id=hall.pk, date=hall.overnight, state__in=KEPT)
        for ticket in kept.order_by("id"):
            # A new day has a new limit of one number a person and queue; who came again this morning has the newer one.
            with suppress(AlreadyWaiting), translate(ONCE), transaction.atomic():
                Ticket.objects.filter(pk=ticket.pk, state__in=KEPT).update(
                    date=now.date(), label=f"{YESTERDAY}{ticket.label}"[:LABEL]
                )
                moves.tell(moves.read(ticket.pk), "ticket.carried", by=by, at=now)
        CentreHall.objects.filter(pk=hall.pk).update(overnight=None)


def _report(closed: list[Ticket], by: str, now: datetime) -> None:
    """One event a hall and day with the figures of its end; `queries.day_report` tells the whole."""
    for centre_id, ended in sorted({(each.centre_id, each.date) for each in closed}):
        report = queries.day_report(centre_id, date=ended)
        data = {"date": ended.isoformat(), "issued": report.issued, "served": report.served, "left": report.left}
        audit.record(kind="day.closed", by=by, at=now, centre_id=centre_id, data=data)


def _set(counter_id: int, mode: CounterMode, staff_id: int | None, *, by: str, now: datetime) -> CounterFacts:
    counter = queries.counter(counter_id)
    if counter is None:
        raise UnknownCounter(counter_id)
    with connection.cursor() as cursor:
        cursor.execute(SET_MODE, {"counter": counter_id, "mode": mode, "staff": staff_id, "now": now})
        changed = cursor.fetchone() is not None
    if changed:
        data = {"counter": counter.number, "area": counter.area, "mode": mode}
        audit.record(kind=f"counter.{mode}", by=by, at=now, centre_id=counter.centre_id, data=data)
        moves.notify(counter.centre_id)
    return counter

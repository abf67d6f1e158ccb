"""Generating slots: what the plan says becomes rows, in bulk, without ever dropping below what is booked (R1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.db.models import F

from yueban.domain.audit import operations as audit
from yueban.domain.calendar import queries
from yueban.domain.calendar.models import Slot
from yueban.domain.calendar.rules import Kind, planned_slots
from yueban.domain.directory import queries as directory
from yueban.domain.directory.operations import Progress, Tally
from yueban.kernel.constraints import retrying

if TYPE_CHECKING:
    from datetime import date, datetime

    from yueban.domain.calendar.rules import HallFacts, PlannedSlot

NOT_HELD: Final = "本时段不再开放"
"""Closed because the timetable no longer has it; opened again by itself when it does."""

_LOCK: Final = 7_284_190_020  # one generation at a time; beside the numbers of audit and directory

_PLAN: Final = """
WITH plan AS (
    SELECT * FROM unnest(%(queues)s::bigint[], %(dates)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[],
        %(planned)s::int[]) AS p (queue_id, date, starts_at, ends_at, planned)
)
"""

_INSERT: Final = (
    _PLAN
    + """
INSERT INTO calendar_slot (queue_id, centre_id, date, starts_at, ends_at, kind, planned, capacity, booked, closed_reason)
SELECT p.queue_id, %(centre)s, p.date, p.starts_at, p.ends_at, 'regular', p.planned, p.planned, 0, '' FROM plan p
ORDER BY p.queue_id, p.starts_at
ON CONFLICT ON CONSTRAINT slot_once_a_start DO NOTHING
"""
)

# A slot that somebody closed stays closed with nothing to sell; a length is only changed while nobody has booked it.
_UPDATE: Final = (
    _PLAN
    + """
UPDATE calendar_slot s SET
    planned = p.planned,
    ends_at = CASE WHEN s.booked = 0 THEN p.ends_at ELSE s.ends_at END,
    capacity = CASE WHEN s.closed_reason IN ('', %(not_held)s) THEN greatest(p.planned, s.booked) ELSE s.booked END,
    closed_reason = CASE WHEN s.closed_reason = %(not_held)s THEN '' ELSE s.closed_reason END
FROM plan p
WHERE s.queue_id = p.queue_id AND s.starts_at = p.starts_at AND s.kind = 'regular' AND s.starts_at > %(now)s
    AND (s.planned <> p.planned OR s.closed_reason = %(not_held)s OR (s.ends_at <> p.ends_at AND s.booked = 0)
        OR s.capacity <> CASE WHEN s.closed_reason = '' THEN greatest(p.planned, s.booked) ELSE s.booked END)
"""
)

_CLOSE: Final = (
    _PLAN
    + """
UPDATE calendar_slot s SET planned = 0, capacity = s.booked,
    closed_reason = CASE WHEN s.closed_reason = '' THEN %(not_held)s ELSE s.closed_reason END
WHERE s.centre_id = %(centre)s AND s.kind = 'regular' AND s.starts_at > %(now)s AND s.date = ANY(%(days)s::date[])
    AND (s.planned > 0 OR s.closed_reason = '')
    AND NOT EXISTS (SELECT FROM plan p WHERE p.queue_id = s.queue_id AND p.starts_at = s.starts_at)
"""
)


def generate_slots(
    *, now: datetime, centre: str | None = None, by: str = "system:generate", progress: Progress | None = None
) -> Tally:
    """Give every bookable queue (of one centre, or of all) its slots from today to a little past the horizon.

    Idempotent, and safe beside itself and beside bookings: capacity never drops below what is booked. Hours that the
    timetable no longer has are closed and keep their appointments. Raises `UnknownDay` when today is unknown.
    """
    days = queries.days_to_generate(now)
    known, chosen = queries.working_days(), _chosen(centre)
    first = not Slot.objects.exists()
    tally = Tally()
    for done, hall in enumerate(chosen):
        if progress:
            progress("slots", done, len(chosen))
        plan = [slot for day, numbers in days.items() for slot in planned_slots(hall, day, known, numbers)]
        tally += _generate_hall(hall.id, plan, list(days), now=now, by=by)
    if centre is None:
        tally += _close_retired([hall.id for hall in chosen], now)
    if progress:
        progress("slots", len(chosen), len(chosen))
    if first and tally.added:
        _analyze()
    return tally


def _chosen(centre: str | None) -> tuple[HallFacts, ...]:
    halls = queries.halls()
    if centre is None:
        return halls
    identity = directory.centre(centre).pk
    return tuple(hall for hall in halls if hall.id == identity)


@retrying()
@transaction.atomic
def _generate_hall(centre_id: int, plan: list[PlannedSlot], days: list[date], *, now: datetime, by: str) -> Tally:
    values = _columns(plan) | {"centre": centre_id, "now": now, "days": days, "not_held": NOT_HELD}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        added, changed, closed = (_run(cursor, statement, values) for statement in (_INSERT, _UPDATE, _CLOSE))
    if added or changed or closed:
        data = {"added": added, "changed": changed, "closed": closed, "until": days[-1].isoformat()}
        audit.record(kind="calendar.slots_generated", by=by, at=now, centre_id=centre_id, clause="R1.2", data=data)
    return Tally(added, changed, len(plan) - added - changed, closed)


def _columns(plan: list[PlannedSlot]) -> dict[str, Any]:
    return {
        "queues": [slot.queue_id for slot in plan],
        "dates": [slot.date for slot in plan],
        "starts": [slot.starts_at for slot in plan],
        "ends": [slot.ends_at for slot in plan],
        "planned": [slot.planned for slot in plan],
    }


def _run(cursor: Any, statement: str, values: dict[str, Any]) -> int:
    cursor.execute(statement, values)
    return int(cursor.rowcount)


@transaction.atomic
def _close_retired(in_use: list[int], now: datetime) -> Tally:
    """Close the coming hours of centres that are no longer in use."""
    rows = Slot.objects.filter(starts_at__gt=now, kind=Kind.REGULAR).exclude(centre_id__in=in_use).exclude(planned=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return Tally(retired=rows.update(planned=0, capacity=F("booked"), closed_reason=NOT_HELD))


def _analyze() -> None:
    """Let the planner know the first rows, or long-lived connections keep plans made for an empty table."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE calendar_slot")

"""Generating slots: what the plan says becomes rows, in bulk, without ever dropping below what is booked (R1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.db.models import F

from yueban.domain.audit import operations as audit
from yueban.domain.calendar import queries
from yueban.domain.calendar.models import Slot
from yueban.domain.calendar.rules import planned_slots
from yueban.domain.directory import queries as directory
from yueban.domain.directory.operations import Progress, Tally
from yueban.kernel.constraints import retrying

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from yueban.domain.calendar.rules import PlannedSlot
    from yueban.domain.regulation.rules import Parameters

NOT_HELD: Final = "本时段不再开放"
"""Closed because the timetable no longer has it; opened again by itself when it does."""

_LOCK: Final = 7_284_190_020  # one generation at a time; beside the numbers of audit and directory

_PLAN: Final = """
WITH plan AS (
    SELECT * FROM unnest(%(queues)s::bigint[], %(dates)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[],
        %(planned)s::int[], %(kinds)s::text[], %(openings)s::bigint[])
        AS p (queue_id, date, starts_at, ends_at, planned, kind, opening_id)
)
"""

_INSERT: Final = (
    _PLAN
    + """
INSERT INTO calendar_slot (queue_id, centre_id, date, starts_at, ends_at, kind, opening_id, planned, capacity, booked,
    closed_reason)
SELECT p.queue_id, %(centre)s, p.date, p.starts_at, p.ends_at, p.kind, p.opening_id, p.planned, p.planned, 0, '' FROM plan p
ORDER BY p.queue_id, p.starts_at
ON CONFLICT ON CONSTRAINT slot_once_a_start DO NOTHING
"""
)

# A slot that somebody closed stays closed with nothing to sell; a length is only changed while nobody has booked it.
# A row that is planned no longer is free for another opening, or for the timetable, that begins at the same minute.
_REOPENED: Final = "(s.closed_reason = %(not_held)s OR s.opening_id IS DISTINCT FROM p.opening_id)"
_SOLD: Final = f"CASE WHEN s.closed_reason = '' OR {_REOPENED} THEN greatest(p.planned, s.booked) ELSE s.booked END"

_UPDATE: Final = f"""{_PLAN}
UPDATE calendar_slot s SET
    planned = p.planned,
    kind = p.kind,
    opening_id = p.opening_id,
    ends_at = CASE WHEN s.booked = 0 THEN p.ends_at ELSE s.ends_at END,
    capacity = {_SOLD},
    closed_reason = CASE WHEN {_REOPENED} THEN '' ELSE s.closed_reason END
FROM plan p
WHERE s.queue_id = p.queue_id AND s.starts_at = p.starts_at AND s.starts_at > %(now)s
    AND (s.planned = 0 OR s.opening_id IS NOT DISTINCT FROM p.opening_id)
    AND (s.planned <> p.planned OR {_REOPENED} OR (s.ends_at <> p.ends_at AND s.booked = 0) OR s.capacity <> {_SOLD})
"""  # noqa: S608 - our own text

_CLOSE: Final = f"""{_PLAN}
UPDATE calendar_slot s SET planned = 0, capacity = s.booked,
    closed_reason = CASE WHEN s.closed_reason = '' THEN %(not_held)s ELSE s.closed_reason END
WHERE s.centre_id = %(centre)s AND s.starts_at > %(now)s AND s.date = ANY(%(days)s::date[])
    AND (s.planned > 0 OR s.closed_reason = '')
    AND NOT EXISTS (SELECT FROM plan p WHERE p.queue_id = s.queue_id AND p.starts_at = s.starts_at
        AND p.opening_id IS NOT DISTINCT FROM s.opening_id)
"""  # noqa: S608 - our own text


def generate_slots(
    *, now: datetime, centre: str | None = None, by: str = "system:generate", progress: Progress | None = None
) -> Tally:
    """Give every bookable queue (of one centre, or of all) its slots from today to a little past the horizon.

    Idempotent, and safe beside itself and beside bookings: capacity never drops below what is booked. Hours that the
    timetable no longer has are closed and keep their appointments. Raises `UnknownDay` when today is unknown.
    """
    days = queries.days_to_generate(now)
    chosen = _chosen(centre)
    first = not Slot.objects.exists()
    tally = Tally()
    for done, hall_id in enumerate(chosen):
        if progress:
            progress("slots", done, len(chosen))
        tally += _generate_hall(hall_id, days, now=now, by=by)
    if centre is None:
        tally += _close_retired(chosen, now)
    if progress:
        progress("slots", len(chosen), len(chosen))
    if first and tally.added:
        _analyze()
    return tally


def _chosen(centre: str | None) -> list[int]:
    if centre is None:
        return [hall.id for hall in queries.halls()]
    return [directory.centre(centre).pk]


@retrying()
@transaction.atomic
def _generate_hall(hall_id: int, days: Mapping[date, Parameters], *, now: datetime, by: str) -> Tally:
    lock()
    return write_slots(hall_id, days, now=now, by=by)


def lock() -> None:
    """Let one at a time make hours, open some or withdraw them: until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def write_slots(hall_id: int, days: Mapping[date, Parameters], *, now: datetime, by: str) -> Tally:
    """Bring the slots of one hall on these dates to its plan, in the caller's transaction, which holds `lock`.

    The plan is made under the lock, so that it never brings back what was withdrawn a moment ago.
    """
    known = queries.working_days()
    halls = [hall for hall in queries.halls() if hall.id == hall_id]
    plan = [
        slot for hall in halls for day, numbers in days.items() for slot in planned_slots(hall, day, known, numbers)
    ]
    values = _columns(plan) | {"centre": hall_id, "now": now, "days": list(days), "not_held": NOT_HELD}
    with connection.cursor() as cursor:
        # Closed first, so that what is lost to one is free for the other.
        closed, added, changed = (_run(cursor, statement, values) for statement in (_CLOSE, _INSERT, _UPDATE))
    if added or changed or closed:
        data = {"added": added, "changed": changed, "closed": closed, "until": max(days).isoformat()}
        audit.record(kind="calendar.slots_generated", by=by, at=now, centre_id=hall_id, clause="R1.2", data=data)
    return Tally(added, changed, len(plan) - added - changed, closed)


def _columns(plan: list[PlannedSlot]) -> dict[str, Any]:
    return {
        "queues": [slot.queue_id for slot in plan],
        "dates": [slot.date for slot in plan],
        "starts": [slot.starts_at for slot in plan],
        "ends": [slot.ends_at for slot in plan],
        "planned": [slot.planned for slot in plan],
        "kinds": [str(slot.kind) for slot in plan],
        "openings": [slot.opening_id for slot in plan],
    }


def _run(cursor: Any, statement: str, values: dict[str, Any]) -> int:
    cursor.execute(statement, values)
    return int(cursor.rowcount)


@transaction.atomic
def _close_retired(in_use: list[int], now: datetime) -> Tally:
    """Close the coming hours of centres that are no longer in use."""
    rows = Slot.objects.filter(starts_at__gt=now).exclude(centre_id__in=in_use).exclude(planned=0)
    lock()
    return Tally(retired=rows.update(planned=0, capacity=F("booked"), closed_reason=NOT_HELD))


def _analyze() -> None:
    """Let the planner know the first rows, or long-lived connections keep plans made for an empty table."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE calendar_slot")

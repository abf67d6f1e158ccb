"""Whom it reaches when an opening outside the timetable is withdrawn (R3.1 to R3.3, R4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from yueban.domain.booking.queries.appointments import AppointmentView, many
from yueban.domain.booking.queries.counter import limits_of
from yueban.domain.booking.rules import is_late
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from datetime import datetime

_OF_OPENING = """
a.slot_id IN (SELECT s.id FROM calendar_slot s WHERE s.opening_id = %(opening)s::bigint AND s.starts_at > %(now)s)
AND a.status IN ('booked', 'arrived', 'ticketed') ORDER BY a.during, a.code
"""


@dataclass(frozen=True, slots=True)
class Affected:
    """An appointment in hours that are withdrawn. `late`: told now it is less than half a working day before (R4.3)."""

    appointment: AppointmentView
    late: bool


def affected_by_opening(opening_id: int, *, now: datetime) -> list[Affected]:
    """Give the live appointments in the hours of an opening that have not begun, earliest first."""
    found = many(_OF_OPENING, {"opening": opening_id, "now": now}, now)
    limits = limits_of(found)
    return [Affected(each, is_late(limits[each.id], now=now)) for each in found]


@dataclass(frozen=True, slots=True)
class CancelledInOpening:
    """What became of one appointment when its opening was withdrawn; nothing of the person."""

    code: str
    matter: str
    starts_at: datetime
    ends_at: datetime
    late: bool
    has_phone: bool
    rebooked: bool


_CANCELLED = """
SELECT a.code, m.short_name, lower(a.during), upper(a.during), coalesce((e.data->>'late')::bool, false),
    a.phone_sealed <> '', EXISTS (SELECT 1 FROM booking_rebooking r WHERE r.old_id = a.id)
FROM calendar_slot s
JOIN booking_appointment a ON a.slot_id = s.id AND a.status = 'counter_cancelled'
JOIN directory_matter m ON m.id = a.matter_id
LEFT JOIN audit_event e ON e.appointment_id = a.id AND e.kind = 'appointment.counter_cancelled'
WHERE s.opening_id = %s ORDER BY a.during, a.code LIMIT 1000
"""


def cancelled_of_opening(opening_id: int) -> list[CancelledInOpening]:
    """Give what counters cancelled in the hours of an opening, by hour, at most 1000."""
    with connection.cursor() as cursor:
        cursor.execute(_CANCELLED, [opening_id])
        return [_cancelled(row) for row in cursor.fetchall()]


def _cancelled(row: tuple[Any, ...]) -> CancelledInOpening:
    code, matter, starts_at, ends_at, late, has_phone, rebooked = row
    return CancelledInOpening(code, matter, starts_at.astimezone(TZ), ends_at.astimezone(TZ), late, has_phone, rebooked)

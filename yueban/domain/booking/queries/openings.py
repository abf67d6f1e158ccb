"""Whom it reaches when an opening outside the timetable is withdrawn (R3.1 to R3.3, R4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yueban.domain.booking.queries.appointments import AppointmentView, many
from yueban.domain.booking.queries.counter import limits_of
from yueban.domain.booking.rules import is_late

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

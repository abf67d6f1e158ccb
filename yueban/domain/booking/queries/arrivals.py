"""Who booked onsite or by telephone and comes today, and what became of each (R4.2, R4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yueban.domain.booking.queries.appointments import many

if TYPE_CHECKING:
    from datetime import date, datetime

    from yueban.domain.booking.queries.appointments import AppointmentView

_OF_DAY: Final = """a.centre_id = %(centre)s AND a.service_date = %(day)s AND a.channel_kind IN ('onsite', 'phone')
    AND a.place IN ('counter', 'urgent')
    AND a.status IN ('booked', 'arrived', 'ticketed', 'accepted', 'missed', 'served', 'no_show')
    AND (%(department)s::bigint IS NULL OR m.department_id = %(department)s::bigint)
    ORDER BY a.during, a.id LIMIT 500"""


def arrivals_on(centre_id: int, day: date, *, now: datetime, department_id: int | None = None) -> list[AppointmentView]:
    """Give the desk and telephone bookings of a date in a centre's hall, whatever became of them, earliest first."""
    return many(_OF_DAY, {"centre": centre_id, "day": day, "department": department_id}, now)

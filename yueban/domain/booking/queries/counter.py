"""What a counter needs to know before and after it cancels (R4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection

from yueban.domain.booking.rules import counter_limit
from yueban.domain.calendar import queries as calendar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yueban.domain.booking.queries.appointments import AppointmentView

_CANCELLED = """
SELECT e.at, e.by, e.reason, (e.data->>'late')::bool, a.code, m.short_name, lower(a.during), upper(a.during),
    EXISTS (SELECT 1 FROM booking_rebooking r WHERE r.old_id = a.id)
FROM booking_appointment a
JOIN audit_event e ON e.appointment_id = a.id AND e.kind = 'appointment.counter_cancelled'
JOIN directory_matter m ON m.id = a.matter_id
WHERE a.centre_id = %(centre)s AND a.status = 'counter_cancelled' AND a.service_date >= %(since)s::date
    AND (%(department)s::bigint IS NULL OR m.department_id = %(department)s::bigint)
ORDER BY e.at DESC, e.id DESC LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class CancelledByCounter:
    """One cancellation of a counter as it is reported: `late` ones first ask for an explanation. Nothing of a person."""

    at: datetime
    by: str
    reason: str
    late: bool
    code: str
    matter: str
    starts_at: datetime
    ends_at: datetime
    rebooked: bool


def limit_of(appointment: AppointmentView) -> datetime | None:
    """Give the last moment at which its counter tells in time that it cannot serve (R4.3)."""
    return counter_limit(appointment.starts_at, calendar.working_clock(appointment.centre_id), appointment.parameters)


def limits_of(appointments: Iterable[AppointmentView]) -> dict[int, datetime | None]:
    """Give the same for many, by their ids."""
    listed = list(appointments)
    clocks = {centre: calendar.working_clock(centre) for centre in {each.centre_id for each in listed}}
    return {each.id: counter_limit(each.starts_at, clocks[each.centre_id], each.parameters) for each in listed}


def cancelled_by_counter(centre_id: int, *, since: date, department_id: int | None = None) -> list[CancelledByCounter]:
    """Give what a centre's counters cancelled of the service dates from `since` on, latest first, at most 500."""
    with connection.cursor() as cursor:
        cursor.execute(_CANCELLED, {"centre": centre_id, "since": since, "department": department_id})
        return [CancelledByCounter(*row) for row in cursor.fetchall()]

"""Urgent requests (R1.2): what waits for a manager, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from yueban.domain.booking.queries.appointments import AppointmentView, many

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN_AFTER = timedelta(days=14)
_TOLD = """
SELECT appointment_id, kind, at, by, reason FROM audit_event
WHERE appointment_id = ANY(%s::bigint[])
    AND kind IN ('appointment.requested', 'appointment.booked', 'appointment.rejected') ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class UrgentView:
    """One request: the appointment, why it cannot wait, who asked when, and how it was decided (empty: not yet)."""

    appointment: AppointmentView
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    answer: str = ""


def urgent_requests(centre_id: int, *, now: datetime, department_id: int | None = None) -> list[UrgentView]:
    """Give what waits for a decision at a centre, the next hour first; of one department when it is given."""
    return _requests("a.status = 'requested'", centre_id, department_id, now)


def urgent_decided(centre_id: int, *, now: datetime, department_id: int | None = None) -> list[UrgentView]:
    """Give what was decided, of the last fortnight's service dates and of those to come."""
    return _requests("a.status <> 'requested'", centre_id, department_id, now)


def _requests(state: str, centre_id: int, department_id: int | None, now: datetime) -> list[UrgentView]:
    values = {"centre": centre_id, "department": department_id, "since": now.date() - _SHOWN_AFTER}
    found = many(
        f"a.centre_id = %(centre)s AND a.place = 'urgent' AND {state} AND a.service_date >= %(since)s::date"
        " AND (%(department)s::bigint IS NULL OR m.department_id = %(department)s::bigint) ORDER BY a.during, a.id LIMIT 200",
        values,
        now,
    )
    told = _told(each.id for each in found)
    return [_view(each, told.get(each.id, []), now) for each in found]


def _view(appointment: AppointmentView, told: list[tuple[Any, ...]], now: datetime) -> UrgentView:
    asked = next((row for row in told if row[0] == "appointment.requested"), ("", appointment.booked_at, "", ""))
    decided = next((row for row in told if row[0] != "appointment.requested"), None)
    first = (asked[3], asked[2], asked[1].astimezone(now.tzinfo))
    if decided is None:
        return UrgentView(appointment, *first)
    return UrgentView(appointment, *first, decided[2], decided[1].astimezone(now.tzinfo), decided[3])


def asked_by(appointment_id: int) -> str:
    """Give who asked, as the history names them."""
    return next((row[2] for row in _told([appointment_id]).get(appointment_id, [])), "")


def _told(identities: Iterable[int]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [list(identities)])
        for identity, *row in cursor.fetchall():
            found.setdefault(identity, []).append(tuple(row))
    return found

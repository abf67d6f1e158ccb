"""Who is reminded the evening before, and the link by which a reminded applicant cancels without a login (R4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yueban.domain.booking.queries.appointments import AppointmentView, UnknownAppointment, by_code, many
from yueban.kernel import crypto

if TYPE_CHECKING:
    from datetime import date, datetime

_PURPOSE: Final = "cancel"


def cancel_token(code: str) -> str:
    """Give the token of the link, 20 characters; it works as long as the appointment can be cancelled."""
    return crypto.link_token(_PURPOSE, code)


def by_cancel_token(token: str, *, now: datetime) -> AppointmentView:
    """Give the appointment of a link. A forged one raises `UnknownAppointment`."""
    code = crypto.linked(_PURPOSE, token)
    if code is None:
        raise UnknownAppointment
    return by_code(code, now=now)


def to_remind(service_date: date, *, booked_before: datetime, now: datetime) -> list[AppointmentView]:
    """Give the booked appointments of a day at a counter whose applicants have a phone, those booked before that instant.

    Visits and inspections are reminded by the visits themselves (R3.4).
    """
    return many(
        "a.service_date = %(day)s::date AND a.status = 'booked' AND a.place IN ('counter', 'urgent')"
        " AND a.booked_at < %(before)s AND a.phone_sealed <> ''::bytea ORDER BY a.during, a.id",
        {"day": service_date, "before": booked_before},
        now,
    )

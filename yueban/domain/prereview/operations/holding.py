"""The row of a review is the lock over its marks and copies; it is made with the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yueban.domain.audit import operations as audit
from yueban.domain.booking import queries as booking
from yueban.domain.prereview import queries
from yueban.domain.prereview.models import Review
from yueban.domain.prereview.rules import Closed, is_open

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView


def open_appointment(code: str, *, now: datetime) -> AppointmentView:
    """Give an appointment whose materials still matter; raises `Closed` and `UnknownAppointment`."""
    found = booking.by_code(code, now=now)
    if not is_open(found.status, found.service_date, today=now.date()):
        raise Closed
    return found


def held(appointment: AppointmentView) -> Review:
    """Take the review's row in the caller's transaction, making it with the checklist as it was told."""
    if not Review.objects.filter(appointment=appointment.id).exists():
        fresh = Review(appointment_id=appointment.id, materials=queries.told_materials(appointment.id))
        Review.objects.bulk_create([fresh], ignore_conflicts=True)  # of two at once, one makes it
    return Review.objects.select_for_update().get(appointment=appointment.id)


def write_history(appointment: AppointmentView, what: str, *, by: str, at: datetime, **data: Any) -> None:
    """Write one row of the appointment's history (N1); it tells numbers and states, never a file or a name."""
    audit.record(
        kind=f"prereview.{what}",
        by=by,
        at=at,
        centre_id=appointment.centre_id,
        appointment_id=appointment.id,
        person_id=appointment.person_id,
        clause="R3.5",
        data=data,
    )

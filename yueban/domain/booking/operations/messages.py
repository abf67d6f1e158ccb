"""The messages that booking writes: in the same transaction as what they tell of (R4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.notices import operations as notices

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.operations.terms import Booking
    from yueban.domain.booking.queries import AppointmentView


def confirmation(booking: Booking) -> str:
    """Give the text of the message to a new booking."""
    found = booking.found
    return notices.compose(
        "booked",
        code=booking.code,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        centre=found.centre_short_name,
        matter=found.matter_short_name,
        free_until=booking.free_until,
    )


def tell(appointment: AppointmentView, template: str, *, now: datetime) -> None:
    """Put a message about what just happened to an appointment into the outbox, in the caller's transaction.

    Nothing is written where there is no telephone to tell.
    """
    notices.enqueue(
        event=f"{template}:{appointment.id}:{appointment.slot_id or 0}:{int(now.timestamp())}",
        template=template,
        phone=appointment.phone,
        appointment_id=appointment.id,
        now=now,
        code=appointment.code,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        centre=appointment.centre_short_name,
        matter=appointment.matter_short_name,
        free_until=appointment.free_until,
        hotline=appointment.centre_phone,
        limit=appointment.parameters.strikes,
    )

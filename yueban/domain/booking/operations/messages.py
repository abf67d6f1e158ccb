"""The messages that booking writes: in the same transaction as what they tell of (R4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.operations.book import Booking
    from yueban.domain.booking.queries import AppointmentView


def composed(template: str, booking: Booking) -> str:
    """Give the text of the message to a new booking."""
    from yueban.domain.notices import operations as notices

    found = booking.found
    return notices.compose(
        template,
        code=booking.code,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        centre=found.centre_name,
        matter=found.matter_short_name,
        phone=found.centre_phone,
    )


def tell(appointment: AppointmentView, template: str, *, now: datetime) -> None:
    """Put a message about an appointment into the outbox, in the caller's transaction."""
    from yueban.domain.notices import operations as notices

    notices.enqueue(
        event=f"{template}:{appointment.id}:{int(now.timestamp())}",
        template=template,
        phone=appointment.phone,
        appointment_id=appointment.id,
        now=now,
        code=appointment.code,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        centre=appointment.centre_name,
        matter=appointment.matter_short_name,
    )

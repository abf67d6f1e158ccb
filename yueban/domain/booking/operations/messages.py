"""The messages that booking writes: in the same transaction as what they tell of (R4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yueban.domain.booking.queries.rebooking import rebooking_token
from yueban.domain.notices import operations as notices
from yueban.domain.notices.rules import Template, render
from yueban.kernel import crypto

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.operations.terms import Booking
    from yueban.domain.booking.queries import AppointmentView


def confirmation(booking: Booking, *, now: datetime) -> dict[str, Any]:
    """Give the columns of the message to a new booking that the statement does not know itself."""
    found = booking.found
    letter = notices.compose(
        "booked",
        code=booking.code,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        centre=found.centre_short_name,
        matter=found.matter_short_name,
        free_until=booking.free_until,
    )
    return notices.timing("booked", about=found.starts_at, now=now) | {"body_sealed": crypto.seal(letter)}


def write_to(appointment: AppointmentView, *, event: str, template: str, now: datetime, **fields: Any) -> bool:
    """Put a message to an applicant into the outbox, in the caller's transaction; `fields` beside what every one may say.

    False, and nothing is written, where there is no telephone to tell or this event was told before.
    """
    return notices.enqueue(
        event=event,
        template=template,
        phone=appointment.phone,
        appointment_id=appointment.id,
        centre_id=appointment.centre_id,
        now=now,
        **words_about(appointment) | fields,
    )


def words_about(appointment: AppointmentView) -> dict[str, Any]:
    """Give what a message may say of an appointment; a template takes what it names."""
    return {
        "code": appointment.code,
        "starts_at": appointment.starts_at,
        "ends_at": appointment.ends_at,
        "centre": appointment.centre_short_name,
        "matter": appointment.matter_short_name,
        "hotline": appointment.centre_phone,
    }


def tell_counter_cancelled(appointment: AppointmentView, reason: str, *, now: datetime) -> None:
    """Explain a counter's cancellation (R4.3): who was to come gets a link to another hour, who was to be visited a number."""
    fields = counter_cancelled(appointment, reason)
    write_to(appointment, event=f"counter_cancelled:{appointment.id}", now=now, **fields)


def counter_message(appointment: AppointmentView, reason: str) -> str:
    """Give the text that `tell_counter_cancelled` would send, for a page to show beforehand.

    Without the signature, and with a blank in place of the token: who cancels has no use of the applicant's link.
    """
    blank = "·" * len(rebooking_token(appointment.code))
    fields = counter_cancelled(appointment, reason) | {"link": notices.link(f"/r/{blank}")}
    return render(Template(fields.pop("template")), **fields)


def counter_cancelled(appointment: AppointmentView, reason: str) -> dict[str, Any]:
    """Give the template and the fields of that message."""
    in_the_hall = appointment.place.in_the_hall
    return words_about(appointment) | {
        "template": "counter_cancelled" if in_the_hall else "visit_counter_cancelled",
        "reason": reason,
        "link": notices.link(f"/r/{rebooking_token(appointment.code)}"),
    }


def tell_urgent(appointment: AppointmentView, template: str, *, now: datetime, reason: str = "") -> None:
    """Tell how it stands with an urgent request (R1.2), in the caller's transaction."""
    write_to(appointment, event=f"{template}:{appointment.id}", template=template, now=now, reason=reason)


def tell(appointment: AppointmentView, template: str, *, now: datetime) -> None:
    """Tell what just happened to an appointment, in the caller's transaction."""
    write_to(
        appointment,
        event=f"{template}:{appointment.id}:{appointment.slot_id or 0}:{int(now.timestamp())}",
        template=template,
        now=now,
        free_until=appointment.free_until,
        limit=appointment.parameters.strikes,
    )

"""What happens to an appointment in the hall (R4.2): called by queueing inside its own transaction.

Each is one conditional update from the transition table; the row it updates is locked before the ticket's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations import locking
from yueban.domain.booking.rules import Status, ticket_refusals
from yueban.domain.regulation.rules import Clause, Reason, RefusalCode, Refused, reason

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView


@dataclass(frozen=True, slots=True)
class Ticketed:
    """What a hall needs to know to print the ticket of an appointment. `at_desk`: booked onsite or by phone."""

    id: int
    person_id: int
    queue_id: int
    matter_id: int
    starts_at: datetime
    ends_at: datetime
    at_desk: bool
    centre_id: int


def mark_ticketed(code: str, *, remote: bool, by: str, now: datetime) -> Ticketed:
    """Take the ticket of an appointment (R4.1.3): `ticketed`, or `arrived` for a desk or phone booking in the hall.

    A ticket taken in the hall is presence; one taken on a phone (`remote`) is not by itself (R4.3).
    Raises `Refused` (`too_early_for_ticket`, `too_late_for_ticket`, `already_ticketed`) and `UnknownAppointment`.
    """
    seen = _ticketable(code, remote, now)
    to = Status.ARRIVED if seen.channel_kind.at_desk else Status.TICKETED
    presence: dict[str, Any] = {} if remote else {"present_at": now}
    try:
        locking.move(seen, to, by=by, now=now, clause="R4.1.3", **presence)
    except locking.Changed as error:  # a second kiosk was faster
        raise Refused([reason(RefusalCode.ALREADY_TICKETED)]) from error
    return _ticketed(seen)


def may_be_ticketed(code: str, *, remote: bool, now: datetime) -> Ticketed:
    """What `mark_ticketed` would give now, for a number that is only reserved; nothing is written. Raises the same."""
    return _ticketed(_ticketable(code, remote, now))


def _ticketable(code: str, remote: bool, now: datetime) -> AppointmentView:  # noqa: FBT001
    seen = queries.by_code(code, now=now)
    if reasons := _refusals(seen, remote, now):
        raise Refused(reasons)
    return seen


def _ticketed(seen: AppointmentView) -> Ticketed:
    return Ticketed(
        seen.id,
        seen.person_id,
        seen.queue_id,
        seen.matter_id,
        seen.starts_at,
        seen.ends_at,
        seen.channel_kind.at_desk,
        seen.centre_id,
    )


def _refusals(seen: AppointmentView, remote: bool, now: datetime) -> list[Reason]:  # noqa: FBT001
    reasons = ticket_refusals(seen.facts, now=now)
    if remote and seen.channel_kind.at_desk:  # desk and phone bookings are received at the counter (R4.2)
        reasons.append(reason(RefusalCode.CHANNEL_NOT_ALLOWED, Clause.R4_2))
    return reasons


def mark_present(appointment_id: int, *, by: str, now: datetime) -> None:
    """The applicant is in the hall; said once, kept for good. A missed call is then no no-show (R4.3)."""
    first = Appointment.objects.filter(pk=appointment_id, present_at=None).update(present_at=now)
    if first:
        locking.write_history(queries.by_id(appointment_id, now=now), "present", by=by, at=now, clause="R4.3")


def mark_accepted(appointment_id: int, *, by: str, now: datetime) -> None:
    """受理: an online booking when its ticket is called, a desk booking when the clerk accepts (R4.2); twice is once."""
    _move(appointment_id, Status.ACCEPTED, by=by, now=now, accepted_at=now)


def mark_missed(appointment_id: int, *, by: str, now: datetime) -> None:
    """Called and absent (过号)."""
    _move(appointment_id, Status.MISSED, by=by, now=now)


def mark_not_missed(appointment_id: int, to: str, *, by: str, now: datetime) -> None:
    """The clerk took a missed call back within seconds: it stands where it stood before, `arrived` or `accepted`."""
    _move(appointment_id, Status(to), by=by, now=now)


def mark_served(appointment_id: int, *, outcome: str, reason: str = "", by: str, now: datetime) -> None:
    """The handling ended with its outcome (预约办理结果, R4.2); whoever was served was present."""
    mark_present(appointment_id, by=by, now=now)
    told = {"outcome": outcome, "outcome_reason": reason, "ended_at": now}
    _move(appointment_id, Status.SERVED, by=by, now=now, reason=reason, **told)


def _move(appointment_id: int, to: Status, *, by: str, now: datetime, **columns: Any) -> None:
    """Move from wherever it stands now, unless it is there already; looks again when somebody else was faster."""
    while (seen := queries.by_id(appointment_id, now=now)).status is not to:
        with suppress(locking.Changed):
            locking.move(seen, to, by=by, now=now, clause="R4.2", **columns)

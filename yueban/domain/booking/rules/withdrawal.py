"""Cancelling, moving and not coming (R4.3), and when a ticket can be taken (R4.1.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from yueban.domain.booking.rules.facts import Place
from yueban.domain.booking.rules.status import Status
from yueban.domain.booking.rules.windows import whole_second
from yueban.domain.regulation.rules import Clause, GraceFrom, Reason, RefusalCode, Refused, reason

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.rules.facts import AppointmentFacts
    from yueban.domain.regulation.rules import Parameters


def lenient(own: Parameters, current: Parameters) -> Parameters:
    """Give the parameters that govern an appointment: its own edition's, and where they punish the milder of the two."""
    from_end = GraceFrom.SLOT_END in {own.grace_from, current.grace_from}
    return replace(
        own,
        cancel_lead=min(own.cancel_lead, current.cancel_lead),
        grace=max(own.grace, current.grace),
        grace_from=GraceFrom.SLOT_END if from_end else GraceFrom.SLOT_START,
        remote_absence_is_no_show=own.remote_absence_is_no_show and current.remote_absence_is_no_show,
    )


def free_until(appointment: AppointmentFacts) -> datetime:
    """Give the last moment at which cancelling costs nothing (R4.3)."""
    return appointment.starts_at - appointment.parameters.cancel_lead


def cancelled_as(appointment: AppointmentFacts, *, now: datetime) -> Status:
    """Give what the applicant's cancellation makes of it (R4.3): `cancelled`, or `late_cancelled` with a strike.

    Whoever is in the hall already gives a place back without a strike; so does who withdraws a request that nobody
    confirmed, and whoever calls off a visit or an inspection (R3.4): no window waits there. Raises `Refused` when it
    is too late or the appointment has ended.
    """
    now = whole_second(now)
    if appointment.status not in {Status.REQUESTED, Status.BOOKED, Status.ARRIVED, Status.TICKETED}:
        raise Refused([reason(RefusalCode.NOT_CANCELLABLE, status=appointment.status)])
    if now > appointment.starts_at:
        raise Refused([reason(RefusalCode.TOO_LATE_TO_CANCEL, starts_at=appointment.starts_at)])
    in_time = now <= free_until(appointment) or appointment.status is Status.REQUESTED
    free = in_time or appointment.present or not appointment.place.in_the_hall
    return Status.CANCELLED if free else Status.LATE_CANCELLED


def reschedule_refusals(appointment: AppointmentFacts, *, now: datetime) -> list[Reason]:
    """Give the reasons against moving it: only a booked one, and only while cancelling would be free (R4.3).

    A time outside the slots was agreed with staff, so only they move it (R1.2, R3.4).
    """
    if appointment.place is not Place.COUNTER:
        clause = Clause.R1_2 if appointment.place is Place.URGENT else Clause.R3_4
        return [reason(RefusalCode.NEEDS_APPROVAL, clause, to="move")]
    if appointment.status is not Status.BOOKED:
        return [reason(RefusalCode.NOT_CANCELLABLE, status=appointment.status)]
    if whole_second(now) > free_until(appointment):
        return [
            reason(RefusalCode.TOO_LATE_TO_CANCEL, starts_at=appointment.starts_at, free_until=free_until(appointment))
        ]
    return []


def no_show_after(appointment: AppointmentFacts) -> datetime:
    """Give the last moment at which nobody is a no-show (R4.3): counted forward from the slot's end by default."""
    parameters = appointment.parameters
    base = appointment.ends_at if parameters.grace_from is GraceFrom.SLOT_END else appointment.starts_at
    return base + parameters.grace


def is_no_show(appointment: AppointmentFacts, *, now: datetime) -> bool:
    """Say whether the applicant gave the booking up (R4.3): past the grace, never in the hall, and not still waiting.

    A ticket taken on a phone is no presence: called, missed and never present by then counts, where the switch
    `remote_absence_is_no_show` is on; a ticket that was never called does not. Who was to be visited or inspected was
    not to come (R3.4).
    """
    if not appointment.place.in_the_hall:
        return False
    if appointment.present or whole_second(now) <= no_show_after(appointment):
        return False
    missed_remotely = appointment.status is Status.MISSED and appointment.remote_ticket
    return appointment.status is Status.BOOKED or (missed_remotely and appointment.parameters.remote_absence_is_no_show)


def ticket_refusals(appointment: AppointmentFacts, *, now: datetime) -> list[Reason]:
    """Give the reasons against taking a ticket now (R4.1.3): from an hour before the slot until the grace ends."""
    if not appointment.place.in_the_hall:
        return [reason(RefusalCode.CHANNEL_NOT_ALLOWED, Clause.R3_4)]
    now, opens = whole_second(now), appointment.starts_at - appointment.parameters.checkin_opens
    if appointment.status in {Status.TICKETED, Status.ARRIVED, Status.ACCEPTED, Status.SERVED, Status.MISSED}:
        return [reason(RefusalCode.ALREADY_TICKETED, status=appointment.status)]
    if appointment.status is not Status.BOOKED:
        return [reason(RefusalCode.TOO_LATE_FOR_TICKET, status=appointment.status)]
    if now < opens:
        return [reason(RefusalCode.TOO_EARLY_FOR_TICKET, opens=opens)]
    if now > no_show_after(appointment):
        return [reason(RefusalCode.TOO_LATE_FOR_TICKET, deadline=no_show_after(appointment))]
    return []

"""Cancel and reschedule (R4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError

from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations import locking
from yueban.domain.booking.operations.book import LAST_WORD
from yueban.domain.booking.operations.messages import tell
from yueban.domain.booking.queries.facts import Asked, find
from yueban.domain.booking.queries.outside import free_ordinal
from yueban.domain.booking.rules import Status, cancelled_as, refusals, reschedule_refusals
from yueban.domain.credit import operations as credit
from yueban.domain.regulation.rules import RefusalCode, Refused, reason
from yueban.kernel.constraints import constraint_name

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.booking.queries.facts import Found

_ATTEMPTS = 5


def cancel(code: str, *, by: str, now: datetime, reason: str = "") -> AppointmentView:
    """Cancel for the applicant and give the appointment as it is then (R4.3).

    In time it costs nothing; later, until the slot starts, the place is freed and a strike is written in the same
    transaction. Raises `Refused` (`too_late_to_cancel`, `not_cancellable`) and `UnknownAppointment`.
    """
    return _cancel(code, by=by, now=now, reason=reason)


@locking.holding_the_person
def _cancel(held: AppointmentView, *, by: str, now: datetime, reason: str) -> AppointmentView:
    to = cancelled_as(held.facts, now=now)
    locking.give_back(held)
    locking.move(held, to, by=by, now=now, clause="R4.3", reason=reason, ended_at=now)
    if to is Status.LATE_CANCELLED:
        strike(held, "late_cancel", by=by, now=now)
    tell(held, str(to) if held.place.in_the_hall else "visit_cancelled", now=now)
    return queries.by_code(held.code, now=now)


def strike(held: AppointmentView, cause: str, *, by: str, now: datetime) -> None:
    """Write the strike of an appointment in this transaction, which holds the person's row (R5.4)."""
    credit.record_strike(
        person_id=held.person_id,
        appointment_id=held.id,
        cause=cause,
        service_date=held.service_date,
        phone=held.phone,
        regulation_id=held.regulation_id,
        by=by,
        now=now,
    )


def reschedule(code: str, *, slot_id: int, by: str, now: datetime) -> AppointmentView:
    """Move a booked appointment to another slot of its matter and centre, in one transaction: never none, never two.

    Only while cancelling would be free; the new hour passes the same rules as a booking, its own place and day not
    counted. Raises `Refused` with every reason, `UnknownAppointment`, `UnknownPlace`.
    """
    violated = ""
    for _ in range(_ATTEMPTS):
        try:
            return _reschedule(code, slot_id, by=by, now=now)
        except IntegrityError as error:
            violated = constraint_name(error) or ""
            if violated not in LAST_WORD:
                raise
    raise Refused([reason(LAST_WORD[violated])])


@locking.holding_the_person
def _reschedule(held: AppointmentView, slot_id: int, *, by: str, now: datetime) -> AppointmentView:
    if held.slot_id is None:  # its time was agreed with staff, and no slot can take its place (R1.2, R3.4)
        raise Refused(reschedule_refusals(held.facts, now=now))
    found = _new_hour(held, slot_id, now)
    if found.slot_id != held.slot_id:
        locking.add_booked({held.slot_id: -1, found.slot_id: +1})
    _take(held, found)
    moved = {"from": held.starts_at.isoformat(), "to": found.starts_at.isoformat()}
    locking.write_history(held, "rescheduled", by=by, at=now, clause="R4.3", data=moved)
    after = queries.by_code(held.code, now=now)
    tell(after, "rescheduled", now=now)
    return after


def _new_hour(held: AppointmentView, slot_id: int, now: datetime) -> Found:
    """Read the new hour and raise `Refused` with every reason against it; a suspension leaves what stands alone."""
    asked = Asked(
        centre=held.centre_code,
        matter=held.matter_code,
        package=held.package_code or "",
        slot_id=slot_id,
        channel=held.channel_kind,
        person=[held.certificate_index],
        moving=held.id,
    )
    found = find(asked, now=now)
    passed_over = {RefusalCode.SUSPENDED}
    if slot_id == held.slot_id:  # its own place is none too many
        passed_over.add(RefusalCode.SLOT_FULL)
    reasons = [*reschedule_refusals(held.facts, now=now), *refusals(found.facts, now=now)]
    if standing := [why for why in reasons if why.code not in passed_over]:
        raise Refused(standing)
    return found


def _take(held: AppointmentView, found: Found) -> None:
    same = Appointment.objects.filter(pk=held.id, status=held.status)
    moved = same.update(
        slot_id=found.slot_id,
        queue_id=found.queue_id,
        service_date=found.service_date,
        during=(found.starts_at, found.ends_at),
        ordinal=free_ordinal(held.person_id, found.service_date, besides=held.id),
    )
    if moved == 0:
        raise locking.Changed

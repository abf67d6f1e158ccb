"""Appointments outside the slots: urgent ones out of hours (R1.2), home visits and inspections (R3.4).

They have a time of their own instead of a place in a slot. Everything else is as with any appointment: the same
constraints refuse an overlap and a third one of the day, and the same history tells what happened.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.db import IntegrityError, transaction

from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations import locking
from yueban.domain.booking.operations.book import LAST_WORD
from yueban.domain.booking.operations.terms import Outside, OutsideRequest, one_day
from yueban.domain.booking.queries.outside import against, free_ordinal, responsible
from yueban.domain.booking.rules import (
    IllegalTransition,
    OutsideFacts,
    PersonFacts,
    Place,
    Status,
    outside_refusals,
)
from yueban.domain.people import operations as people
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Clause, RefusalCode, Refused, reason
from yueban.kernel import crypto, ids
from yueban.kernel.constraints import constraint_name, retrying

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.booking.queries.outside import Responsible

T = TypeVar("T")

CLAUSES: Final = {Place.URGENT: Clause.R1_2, Place.HOME_VISIT: Clause.R3_4, Place.INSPECTION: Clause.R3_4}
_CODE_TAKEN: Final = frozenset({"appointment_code_once"})


def book_outside(request: OutsideRequest, *, by: str, now: datetime) -> Outside:
    """Write an appointment outside the slots and give its number; the caller composes the message.

    May run inside the caller's transaction. Raises `Refused` with every reason (`not_offered_here`, `too_late` for a
    time that has begun, `suspended`, `overlapping`, `daily_limit`; `needs_approval` for an urgent one that nobody has
    approved, R1.2), `UnknownPlace` for a code that is not there.
    """
    return _said(lambda: _book(request, by=by, now=now))


@retrying(constraints=_CODE_TAKEN)
@transaction.atomic
def _book(request: OutsideRequest, *, by: str, now: datetime) -> Outside:
    person_id = people.know(request.certificate, now=now)  # takes the person's row, the first in the order of locks
    found = responsible(request.centre, request.matter)
    queue_id = _refuse(request, person_id, found, now=now)
    made = Appointment.objects.create(
        person_id=person_id,
        centre_id=found.centre_id,
        matter_id=found.matter_id,
        queue_id=queue_id,
        guide_version=found.guide_version,
        **_columns(request, person_id, now=now),
    )
    _tell_history(request, queries.by_id(made.pk, now=now), by=by, now=now)
    return Outside(made.code, made.pk)


def _refuse(request: OutsideRequest, person_id: int, found: Responsible, *, now: datetime) -> int:
    """Raise `Refused` with every reason against it; give the queue that handles the matter."""
    if request.place is Place.URGENT and request.status is not Status.REQUESTED:
        raise Refused([reason(RefusalCode.NEEDS_APPROVAL)])
    person = against(person_id, request.starts_at, request.ends_at)
    limit = regulation.in_force(now.date()).parameters.per_day
    facts = OutsideFacts(request.starts_at, person, limit, offered=found.queue_id is not None, counts=request.counts)
    reasons = outside_refusals(facts, now=now)
    if reasons or found.queue_id is None:
        raise Refused(reasons)
    return found.queue_id


def _columns(request: OutsideRequest, person_id: int, *, now: datetime) -> dict[str, Any]:
    edition = regulation.in_force(now.date())
    return {
        "code": ids.new_code(),
        "name": request.name,
        "phone_index": crypto.blind_index("phone", request.phone) if request.phone else b"",
        "phone_sealed": crypto.seal(request.phone) if request.phone else b"",
        "organisation": request.organisation,
        "uscc": request.uscc,
        "place": request.place,
        "service_date": request.service_date,
        "during": (request.starts_at, request.ends_at),
        "ordinal": free_ordinal(person_id, request.service_date) if request.counts else None,
        "day_limit": edition.parameters.per_day,
        "status": request.status,
        "channel_kind": request.channel_kind,
        "channel_id": request.channel_id,
        "regulation_id": edition.id,
        "booked_at": now,
    }


def _tell_history(request: OutsideRequest, made: AppointmentView, *, by: str, now: datetime) -> None:
    data = {
        "starts_at": made.starts_at.isoformat(),
        "ends_at": made.ends_at.isoformat(),
        "matter": made.matter_code,
        "channel": str(made.channel_kind),
        "place": str(made.place),
    }
    clause = CLAUSES[made.place]
    locking.write_history(made, str(made.status), by=by, at=now, clause=clause, reason=request.reason, data=data)


def confirm(code: str, *, by: str, now: datetime) -> AppointmentView:
    """Make what was requested booked (approval, acceptance, call back) and give it as it is then.

    Raises `IllegalTransition` when it is not requested any more, `Refused` (`too_late`) when its time has begun,
    `UnknownAppointment`. Writes no message.
    """
    return _confirm(code, by=by, now=now)


@locking.holding_the_person
def _confirm(held: AppointmentView, *, by: str, now: datetime) -> AppointmentView:
    return confirmed(held, by=by, now=now)


def confirmed(held: AppointmentView, *, by: str, now: datetime) -> AppointmentView:
    """Confirm inside a use case that holds the person."""
    if reasons := outside_refusals(_standing(held, held.starts_at), now=now):
        raise Refused(reasons)
    if held.status is not Status.REQUESTED:
        raise IllegalTransition(Status.BOOKED)
    locking.move(held, Status.BOOKED, by=by, now=now, clause=_clause(held))
    return queries.by_code(held.code, now=now)


def reject(code: str, *, reason: str, by: str, now: datetime) -> AppointmentView:
    """End what was requested, with the reason that the applicant hears; its time, place and day are given back.

    Raises `IllegalTransition` when it is not requested any more, `UnknownAppointment`. Writes no message.
    """
    return _reject(code, reason=reason, by=by, now=now)


@locking.holding_the_person
def _reject(held: AppointmentView, *, reason: str, by: str, now: datetime) -> AppointmentView:
    return rejected(held, reason=reason, by=by, now=now)


def rejected(held: AppointmentView, *, reason: str, by: str, now: datetime) -> AppointmentView:
    """Reject inside a use case that holds the person."""
    if held.status is not Status.REQUESTED:
        raise IllegalTransition(Status.REJECTED)
    locking.give_back(held)
    locking.move(held, Status.REJECTED, by=by, now=now, clause=_clause(held), reason=reason, ended_at=now)
    return queries.by_code(held.code, now=now)


def move_outside(code: str, *, starts_at: datetime, ends_at: datetime, by: str, now: datetime) -> AppointmentView:
    """Give an appointment without a slot another time and give it as it is then; the caller composes the message.

    Raises `Refused` (`too_late` for a time that has begun, `overlapping`, `daily_limit`), `IllegalTransition` when it is
    neither requested nor booked, ValueError for one of a slot.
    """
    return _said(lambda: _move(code, starts_at, ends_at, by=by, now=now))


@locking.holding_the_person
def _move(held: AppointmentView, starts_at: datetime, ends_at: datetime, *, by: str, now: datetime) -> AppointmentView:
    if held.place is Place.COUNTER:
        raise ValueError("the hour of a slot is moved by `reschedule`")
    if held.status not in {Status.REQUESTED, Status.BOOKED}:
        raise IllegalTransition(held.status)
    person = against(held.person_id, starts_at, ends_at, besides=held.id)
    if reasons := outside_refusals(_standing(held, starts_at, replace(person, suspended_until=None)), now=now):
        raise Refused(reasons)
    _take(held, starts_at, ends_at)
    moved = {"from": held.starts_at.isoformat(), "to": starts_at.isoformat()}
    locking.write_history(held, "rescheduled", by=by, at=now, clause=_clause(held), data=moved)
    return queries.by_code(held.code, now=now)


def _take(held: AppointmentView, starts_at: datetime, ends_at: datetime) -> None:
    day = one_day(starts_at, ends_at)
    ordinal = None if held.ordinal is None else free_ordinal(held.person_id, day, besides=held.id)
    same = Appointment.objects.filter(pk=held.id, status=held.status)
    if same.update(during=(starts_at, ends_at), service_date=day, ordinal=ordinal) == 0:
        raise locking.Changed


def _standing(held: AppointmentView, starts_at: datetime, person: PersonFacts | None = None) -> OutsideFacts:
    """What the rules look at for one that exists: it is offered, and a suspension leaves it alone (R5.4)."""
    limit, counts = held.parameters.per_day, held.ordinal is not None
    return OutsideFacts(starts_at, person or PersonFacts(), limit, offered=True, counts=counts)


def _clause(held: AppointmentView) -> Clause:
    return CLAUSES.get(held.place, Clause.R4_1_2)


def _said(write: Callable[[], T]) -> T:
    """Say what the database refused as a reason; under the person's lock the rules have said it before."""
    try:
        return write()
    except IntegrityError as error:
        violated = constraint_name(error) or ""
        if violated not in LAST_WORD:
            raise
        raise Refused([reason(LAST_WORD[violated])]) from error

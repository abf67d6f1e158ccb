"""A person at the counter: accepted, finished, parked, or not there (R4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from yueban.domain.booking import operations as booking
from yueban.domain.queueing.operations import moves
from yueban.domain.queueing.rules import CounterBusy, Move, Outcome
from yueban.kernel.constraints import retrying, translate

if TYPE_CHECKING:
    from datetime import datetime


@retrying()
def accept(ticket_id: int, *, by: str, now: datetime) -> None:
    """The called person stands at the counter; accepts a desk or phone booking (R4.2). Raises MoveRefused."""
    with transaction.atomic():
        appointment_id = moves.read(ticket_id).appointment_id
        if appointment_id is not None:
            booking.mark_accepted(appointment_id, by=by, now=now)
        ticket = moves.move(ticket_id, Move.ACCEPT, served_at=now)
        moves.tell(ticket, "ticket.accepted", by=by, at=now)
        moves.notify(ticket.centre_id)


@retrying()
def finish(ticket_id: int, *, outcome: Outcome, by: str, now: datetime, reason: str = "") -> None:
    """The handling ends with its outcome, which the appointment keeps as well (R4.2). Raises MoveRefused."""
    with transaction.atomic():
        before = moves.read(ticket_id)
        if before.appointment_id is not None:
            booking.mark_accepted(before.appointment_id, by=by, now=now)
            booking.mark_served(before.appointment_id, outcome=outcome, reason=reason, by=by, now=now)
        served_at = before.served_at or before.called_at
        ticket = moves.move(ticket_id, Move.FINISH, served_at=served_at, ended_at=now, outcome=outcome)
        moves.tell(ticket, "ticket.finished", by=by, at=now, reason=reason, outcome=outcome)
        moves.notify(ticket.centre_id)


@retrying()
def missed(ticket_id: int, *, by: str, now: datetime) -> None:
    """Called and not there (过号). Raises MoveRefused."""
    with transaction.atomic():
        appointment_id = moves.read(ticket_id).appointment_id
        if appointment_id is not None:
            booking.mark_missed(appointment_id, by=by, now=now)
        ticket = moves.move(ticket_id, Move.MISS, ended_at=now)
        moves.tell(ticket, "ticket.missed", by=by, at=now)
        moves.notify(ticket.centre_id)


@retrying()
def park(ticket_id: int, *, by: str, now: datetime) -> None:
    """Set the person aside (挂起), who fetches a copy or a signature; the counter is free for the next."""
    with transaction.atomic():
        ticket = moves.move(ticket_id, Move.PARK)
        moves.tell(ticket, "ticket.parked", by=by, at=now)
        moves.notify(ticket.centre_id)


@retrying()
def resume(ticket_id: int, *, counter_id: int, by: str, now: datetime) -> None:
    """Go on with a parked person at a counter that has nobody in hand. Raises MoveRefused, CounterBusy."""
    with translate({"ticket_one_in_service_a_counter": CounterBusy}), transaction.atomic():
        ticket = moves.move(ticket_id, Move.RESUME, counter_id=counter_id, served_at=Coalesce("served_at", Value(now)))
        moves.tell(ticket, "ticket.resumed", by=by, at=now)
        moves.notify(ticket.centre_id)

"""From a reserved number to a ticket that somebody holds: a number whose slip did not come out is never called."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.booking import operations as booking
from yueban.domain.queueing.models import Ticket
from yueban.domain.queueing.operations import moves
from yueban.domain.queueing.rules import OPEN, RESERVATION, Move, MoveRefused, NotReserved, TicketState
from yueban.domain.regulation.rules import Refused
from yueban.kernel.constraints import retrying

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Issued:
    """What the machine prints; `again`: it was taken before and is only printed once more (补打)."""

    ticket_id: int
    label: str
    again: bool = False


@retrying()
def confirm(ticket_id: int, *, by: str, now: datetime) -> Issued:
    """The slip is out, or the page acknowledged it: the number counts from now on; twice is once.

    Raises NotReserved where it was dropped meanwhile, and Refused where its appointment was withdrawn, which drops it.
    """
    try:
        with transaction.atomic():
            return _confirmed(ticket_id, by, now)
    except MoveRefused as refused:
        raise NotReserved(refused.state) from refused
    except Refused:
        try:
            drop(ticket_id, by=by, now=now, reason="appointment withdrawn")
        except NotReserved:  # another acknowledgement was faster
            return confirm(ticket_id, by=by, now=now)
        raise


def _confirmed(ticket_id: int, by: str, now: datetime) -> Issued:
    before = moves.read(ticket_id)
    if before.state in {*OPEN, TicketState.MISSED, TicketState.DONE}:
        return Issued(before.pk, before.label)
    if before.appointment is not None and before.state == TicketState.RESERVED:
        booking.mark_ticketed(before.appointment.code, remote=before.remote, by=by, now=now)
    ticket = moves.move(ticket_id, Move.CONFIRM)
    moves.tell(ticket, "ticket.issued", by=by, at=now, remote=ticket.remote)
    return Issued(ticket.pk, ticket.label)


def drop(ticket_id: int, *, by: str, now: datetime, reason: str) -> None:
    """Nobody holds its slip: the number is never called. Raises NotReserved where it counts already, or was dropped."""
    try:
        with transaction.atomic():
            ticket = moves.move(ticket_id, Move.DROP, ended_at=now)
            moves.tell(ticket, "ticket.voided", by=by, at=now, reason=reason)
    except MoveRefused as refused:
        raise NotReserved(refused.state) from refused


def drop_lapsed(*, by: str, now: datetime) -> int:
    """Drop the numbers whose terminals died while they printed; how many."""
    late = Ticket.objects.filter(state=TicketState.RESERVED, issued_at__lte=now - RESERVATION)
    return _drop_all(late, by, now, "its terminal did not say that it was printed")


def _drop_all(tickets: QuerySet[Ticket], by: str, now: datetime, reason: str) -> int:
    dropped = 0
    for ticket_id in tickets.order_by("id").values_list("id", flat=True):
        with suppress(NotReserved):
            drop(ticket_id, by=by, now=now, reason=reason)
            dropped += 1
    return dropped


def drop_earlier(queue_id: int, person_id: int | None, appointment_id: int | None, *, by: str, now: datetime) -> None:
    """Whoever asks again before the first slip came out gets a new number instead of it."""
    reserved = Ticket.objects.filter(state=TicketState.RESERVED)
    if appointment_id is not None:
        _drop_all(reserved.filter(appointment_id=appointment_id), by, now, "asked again")
    if person_id is not None:
        same = reserved.filter(person_id=person_id, queue_id=queue_id, date=now.date())
        _drop_all(same, by, now, "asked again")

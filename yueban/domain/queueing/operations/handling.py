"""A person at the counter: accepted, and finished, matter by matter (R4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.booking import operations as booking
from yueban.domain.queueing.models import CounterState, Handling, Ticket
from yueban.domain.queueing.operations import moves
from yueban.domain.queueing.operations.withdrawing import voids_the_withdrawn
from yueban.domain.queueing.rules import LONGEST_NOTE, Move, Outcome
from yueban.kernel.constraints import retrying

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """How a matter ended (R4.2): 办结, 收件受理, 材料不齐, 不予受理 with its reason."""

    outcome: Outcome
    reason: str = ""


@voids_the_withdrawn
@retrying()
def accept(ticket_id: int, *, by: str, now: datetime) -> None:
    """The called person stands at the counter; accepts a desk or phone booking (R4.2). Raises MoveRefused, AppointmentWithdrawn."""
    with transaction.atomic():
        appointment_id = moves.read(ticket_id).appointment_id
        if appointment_id is not None:
            booking.mark_accepted(appointment_id, by=by, now=now)
        ticket = moves.move(ticket_id, Move.ACCEPT, served_at=now)
        moves.tell(ticket, "ticket.accepted", by=by, at=now)
        moves.notify(ticket.centre_id)


@voids_the_withdrawn
@retrying()
def finish(ticket_id: int, *, outcome: Outcome, by: str, now: datetime, reason: str = "") -> None:
    """The handling ends with its outcome, which the appointment keeps as well (R4.2). Raises MoveRefused, AppointmentWithdrawn."""
    with transaction.atomic():
        before = moves.read(ticket_id)
        if before.appointment_id is not None:
            booking.mark_accepted(before.appointment_id, by=by, now=now)
            booking.mark_served(before.appointment_id, outcome=outcome, reason=reason, by=by, now=now)
        served_at = before.served_at or before.called_at
        ticket = moves.move(ticket_id, Move.FINISH, served_at=served_at, ended_at=now, outcome=outcome)
        handling = _record(ticket, Ending(outcome, reason), now)
        moves.tell(ticket, "ticket.finished", by=by, at=now, reason=reason, outcome=outcome, handling=handling.pk)
        moves.notify(ticket.centre_id)


@voids_the_withdrawn
@retrying()
def continue_with(ticket_id: int, *, matter_id: int | None, ending: Ending, by: str, now: datetime) -> None:
    """End one matter of a visit and go on with the next at the same counter; the number stays in hand.

    The appointment ends with its last matter. Raises MoveRefused, AppointmentWithdrawn.
    """
    with transaction.atomic():
        before = moves.read(ticket_id)
        if before.appointment_id is not None:
            booking.mark_accepted(before.appointment_id, by=by, now=now)
        moves.move(ticket_id, Move.CONTINUE)
        handling = _record(before, ending, now)
        ticket = moves.move(ticket_id, Move.CONTINUE, matter_id=matter_id)
        Ticket.objects.filter(pk=ticket_id, served_at=None).update(served_at=before.called_at)
        moves.tell(
            ticket,
            "ticket.continued",
            by=by,
            at=now,
            reason=ending.reason,
            outcome=ending.outcome,
            handling=handling.pk,
            next_matter=matter_id,
        )
        moves.notify(ticket.centre_id)


@retrying()
def write_note(ticket_id: int, *, text: str, by: str, now: datetime) -> None:
    """Keep what the next colleague should know (备注); it is shown to staff only. Raises UnknownTicket."""
    with transaction.atomic():
        Ticket.objects.filter(pk=ticket_id).update(note=text[:LONGEST_NOTE])
        moves.tell(moves.read(ticket_id), "ticket.noted", by=by, at=now)


def _record(ticket: Ticket, ending: Ending, now: datetime) -> Handling:
    """Write the row that is measured and rated: it starts where the last matter of the visit ended."""
    assert ticket.counter_id is not None  # noqa: S101 - the schema: whoever is in hand has a counter
    last = Handling.objects.filter(ticket_id=ticket.pk).order_by("-ended_at").values_list("ended_at", flat=True).first()
    matter_id = ticket.matter_id or (ticket.appointment.matter_id if ticket.appointment is not None else None)
    return Handling.objects.create(
        ticket_id=ticket.pk,
        centre_id=ticket.centre_id,
        queue_id=ticket.queue_id,
        counter_id=ticket.counter_id,
        matter_id=matter_id,
        staff_id=CounterState.objects.filter(pk=ticket.counter_id).values_list("staff_id", flat=True).first(),
        date=ticket.date,
        started_at=last or ticket.served_at or ticket.called_at or now,
        ended_at=now,
        outcome=ending.outcome,
        reason=ending.reason,
    )

"""The one way a ticket changes its state, and the one way the hall hears of it.

Locks: appointment before ticket (architecture). The only exception is the claim of the next waiting ticket, which
cannot know its appointment before: nobody else who holds an appointment waits for a ticket that still waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from yueban.domain.audit import operations as audit
from yueban.domain.queueing.models import Ticket
from yueban.domain.queueing.rules import CHANNEL, TRANSITIONS, Move, MoveRefused, UnknownTicket

if TYPE_CHECKING:
    from datetime import datetime

RELATED = ("queue", "counter", "appointment", "for_counter")
# Django writes the text of a statement anew each time, and takes a millisecond for the columns of four tables.
LOOKED_AT = (
    *(column.name for column in Ticket._meta.concrete_fields),  # noqa: SLF001  Django's documented way
    "queue__code",
    "queue__name",
    "counter__number",
    "counter__area",
    "appointment__channel_kind",
    "appointment__code",
    "appointment__matter_id",
    "appointment__status",
    "appointment__during",
    "for_counter__number",
)


def read(ticket_id: int) -> Ticket:
    """The ticket as it stands, not locked. Raises UnknownTicket."""
    ticket = Ticket.objects.select_related(*RELATED).only(*LOOKED_AT).filter(pk=ticket_id).first()
    if ticket is None:
        raise UnknownTicket(ticket_id)
    return ticket


def move(ticket_id: int, by_move: Move, **changes: Any) -> Ticket:
    """Move along the transition table with a conditional update. Raises MoveRefused when it has moved elsewhere."""
    step = TRANSITIONS[by_move]
    rows = Ticket.objects.filter(pk=ticket_id, state__in=step.sources).update(state=step.target, **changes)
    ticket = read(ticket_id)
    if not rows:
        raise MoveRefused(by_move, ticket.state)
    return ticket


def tell(ticket: Ticket, kind: str, *, by: str, at: datetime, **more: Any) -> None:
    """Write the event of a move. Its data are what a hall may hear: number, queue, counter; never a name."""
    reason = more.pop("reason", "")
    data = {"label": ticket.label, "queue": ticket.queue.code, "queue_name": ticket.queue.name, "booked": ticket.booked}
    if ticket.counter is not None:
        data |= {"counter": ticket.counter.number, "area": ticket.counter.area}
    audit.record(
        kind=kind,
        by=by,
        at=at,
        centre_id=ticket.centre_id,
        ticket_id=ticket.pk,
        appointment_id=ticket.appointment_id,
        person_id=ticket.person_id,
        reason=reason,
        data=data | more,
    )


def notify(centre_id: int) -> None:
    """Wake the event stream when this transaction commits; only what a hall waits for may do so (architecture)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(centre_id)])

"""Messages to those who took their number on a phone: it is your turn soon, it is your turn now.

They are written in the transaction of the call that moved the queue, and sent by the worker.

A call holds the ticket it took, so it may not wait for a neighbour's: whoever is being called at this very moment is
passed over, as the claim does it, and who is left out is told by the next call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yueban.domain.booking import queries as booking
from yueban.domain.notices import operations as notices
from yueban.domain.queueing.models import Ticket
from yueban.domain.queueing.rules import TicketState

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.queueing.rules import HallRules


def of_call(ticket: Ticket, hall: HallRules, *, now: datetime) -> None:
    """Tell the one who is called, and those who have only a few ahead now, as the hall decided."""
    if hall.notice_call and ticket.remote:
        _tell(ticket, "ticket_called", now, counter=ticket.counter.number if ticket.counter else "")
    if hall.notice_ahead:
        _tell_the_next(ticket, hall.notice_ahead, now)


def _tell_the_next(called: Ticket, ahead: int, now: datetime) -> None:
    """「前面还有 3 人」: once a number; whoever is nearer already hears how many it really are."""
    waiting = Ticket.objects.filter(queue_id=called.queue_id, date=called.date, state=TicketState.WAITING)
    near = waiting.select_related("queue", "centre").order_by("due_at", "number", "id")[: ahead + 1]
    for place, ticket in enumerate(near):
        if ticket.remote and ticket.told_at is None and _mark_told(ticket.pk, now):
            _tell(ticket, "ticket_near", now, count=place)


def _mark_told(ticket_id: int, now: datetime) -> bool:
    """Whether nobody else tells it, or calls it, at this moment; never waits for who does."""
    still = Ticket.objects.filter(pk=ticket_id, state=TicketState.WAITING, told_at=None)
    mine = still.select_for_update(skip_locked=True).values_list("pk", flat=True)
    return bool(mine) and Ticket.objects.filter(pk=ticket_id).update(told_at=now) == 1


def _tell(ticket: Ticket, template: str, now: datetime, **fields: Any) -> None:
    if ticket.appointment_id is None:
        return
    found = booking.by_id(ticket.appointment_id, now=now)
    notices.enqueue(
        event=f"{template}:{ticket.pk}",
        template=template,
        phone=found.phone,
        now=now,
        due_at=now,
        appointment_id=found.id,
        centre_id=found.centre_id,
        label=ticket.label,
        centre=found.centre_name,
        **fields,
    )

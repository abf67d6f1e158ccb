"""An appointment that was withdrawn takes its number along, wherever the number is: no counter is stuck with it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.db import transaction

from yueban.domain.booking.rules import IllegalTransition, Status, sources_of
from yueban.domain.queueing.operations import moves
from yueban.domain.queueing.rules import AppointmentWithdrawn, Move, TicketState, may

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from yueban.domain.queueing.models import Ticket

P = ParamSpec("P")


def stands(ticket: Ticket) -> bool:
    """Whether its appointment can still be handled; a walk-in's number always can."""
    if ticket.appointment is None:
        return True
    status = Status(ticket.appointment.status)
    return status is Status.ACCEPTED or status in sources_of(Status.ACCEPTED)


def void(ticket: Ticket, *, by: str, now: datetime) -> bool:
    """Void the number of a withdrawn appointment inside the caller's transaction; False when it has ended already."""
    if not may(Move.WITHDRAW, TicketState(ticket.state)):
        return False
    gone = moves.move(ticket.pk, Move.WITHDRAW, ended_at=now)
    moves.tell(gone, "ticket.voided", by=by, at=now, reason="appointment withdrawn")
    moves.notify(gone.centre_id)
    return True


def voids_the_withdrawn(use_case: Callable[Concatenate[int, P], None]) -> Callable[Concatenate[int, P], None]:
    """Of an operation on a number at a counter: where its appointment was withdrawn, void it and say so.

    A desk booking may be cancelled until the clerk accepts it, so also after it was called. Raises AppointmentWithdrawn.
    """

    @functools.wraps(use_case)
    def tolerant(ticket_id: int, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            use_case(ticket_id, *args, **kwargs)
        except IllegalTransition as refused:
            with transaction.atomic():
                ticket = moves.read(ticket_id)
                if stands(ticket) or not void(ticket, by=str(kwargs["by"]), now=kwargs["now"]):  # type: ignore[arg-type]
                    raise
            raise AppointmentWithdrawn(ticket.label) from refused

    return tolerant

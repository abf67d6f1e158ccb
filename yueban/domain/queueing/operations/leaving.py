"""A number leaves the counter before its end: missed, parked, sent elsewhere; and what takes that back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import IllegalTransition
from yueban.domain.queueing import queries
from yueban.domain.queueing.models import Ticket, Undo
from yueban.domain.queueing.operations import moves
from yueban.domain.queueing.operations.withdrawing import voids_the_withdrawn
from yueban.domain.queueing.rules import (
    AlreadyParked,
    AlreadyWaiting,
    CounterBusy,
    MissedRule,
    Move,
    TicketState,
    TooLateToUndo,
    UnknownCounter,
    UnknownQueue,
    may_undo,
    missed_rule,
)
from yueban.kernel.constraints import retrying, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

BUSY: Mapping[str, Callable[[], Exception]] = {"ticket_one_in_service_a_counter": CounterBusy}
PARKED: Mapping[str, Callable[[], Exception]] = {"ticket_one_parked_a_counter": AlreadyParked}
WAITING: Mapping[str, Callable[[], Exception]] = {"ticket_open_once_a_person_and_queue": AlreadyWaiting}
AFTER_A_PLACE = timedelta(microseconds=1)


@voids_the_withdrawn
@retrying()
def missed(ticket_id: int, *, by: str, now: datetime) -> None:
    """Called and not there (过号): set aside, or waiting again, by the centre's rule. Raises MoveRefused, AppointmentWithdrawn."""
    with transaction.atomic():
        before = moves.read(ticket_id)
        rules, misses = queries.hall_rules(before.centre_id), before.misses + 1
        rule = missed_rule(rules, misses)
        comes_back = rule in {MissedRule.AFTER, MissedRule.END}
        if before.appointment_id is not None:
            booking.mark_missed(before.appointment_id, by=by, now=now)
        if comes_back:
            places = rules.missed_after if rule is MissedRule.AFTER else None
            changes: dict[str, Any] = _back_in_line(before, places)
            ticket = moves.move(ticket_id, Move.REQUEUE, misses=misses, **changes)
        else:
            ticket = moves.move(ticket_id, Move.MISS, misses=misses, ended_at=now)
        _remember(before, Move.MISS, by, now)
        # The counter where it was missed is told with it, although a number that waits again has none.
        counter = before.counter
        at = {"counter": counter.number, "area": counter.area} if counter is not None else {}
        moves.tell(ticket, "ticket.missed", by=by, at=now, rule=rule, **at)
        moves.notify(ticket.centre_id)


@retrying()
def park(ticket_id: int, *, by: str, now: datetime) -> None:
    """Set the person aside (挂起), who fetches a copy or a signature; the counter is free for the next.

    Raises MoveRefused, AlreadyParked: a counter keeps one.
    """
    with translate(PARKED), transaction.atomic():
        ticket = moves.move(ticket_id, Move.PARK)
        moves.tell(ticket, "ticket.parked", by=by, at=now)
        moves.notify(ticket.centre_id)


@retrying()
def resume(ticket_id: int, *, counter_id: int, by: str, now: datetime) -> None:
    """Go on with a parked person at a counter that has nobody in hand. Raises MoveRefused, CounterBusy."""
    with translate(BUSY), transaction.atomic():
        ticket = moves.move(ticket_id, Move.RESUME, counter_id=counter_id, served_at=Coalesce("served_at", Value(now)))
        moves.tell(ticket, "ticket.resumed", by=by, at=now)
        moves.notify(ticket.centre_id)


@retrying()
def transfer(ticket_id: int, *, queue_id: int, by: str, now: datetime) -> None:
    """Send the person in hand to another queue of the centre; number and key stay.

    Raises MoveRefused, UnknownQueue, AlreadyWaiting (the person has a ticket of that queue).
    """
    with translate(WAITING), transaction.atomic():
        before, queue = moves.read(ticket_id), queries.queue(queue_id)
        if queue is None or queue.centre_id != before.centre_id:
            raise UnknownQueue(queue_id)
        _send(before, by, now, queue_id=queue_id, for_counter=None)


@retrying()
def transfer_to_counter(ticket_id: int, *, counter_id: int, by: str, now: datetime) -> None:
    """Send the person in hand to one counter of the centre, which alone will call the number.

    The number goes into the counter's first queue where it does not serve that of the ticket.
    Raises MoveRefused, UnknownCounter, AlreadyWaiting (the person has a ticket of that queue).
    """
    with translate(WAITING), transaction.atomic():
        before, counter = moves.read(ticket_id), queries.counter(counter_id)
        if counter is None or counter.centre_id != before.centre_id or counter_id == before.counter_id:
            raise UnknownCounter(counter_id)
        served = queries.queues_of_counter(counter_id)
        if not served:
            raise UnknownCounter(counter_id)
        queue_id = before.queue_id if before.queue_id in served else served[0]
        _send(before, by, now, for_counter_id=counter_id, queue_id=queue_id)


@retrying()
def undo(ticket_id: int, *, by: str, now: datetime) -> None:
    """Take the last missed call or transfer back, within seconds: number, counter and booking stand as before.

    Only who did it may. Raises TooLateToUndo (also when another counter went on with it), CounterBusy.
    """
    with translate(BUSY), transaction.atomic():
        kept = Undo.objects.filter(pk=ticket_id, by=by).first()
        if kept is None or not may_undo(kept.made_at, now=now):
            raise TooLateToUndo
        if kept.appointment_status and kept.move == Move.MISS:
            appointment_id = moves.read(ticket_id).appointment_id
            assert appointment_id is not None  # noqa: S101 - it had a status
            try:
                booking.mark_not_missed(appointment_id, kept.appointment_status, by=by, now=now)
            except IllegalTransition as error:  # another counter called the number and went on with it
                raise TooLateToUndo from error
        _restore(kept, by, now)
        kept.delete()


def _restore(kept: Undo, by: str, now: datetime) -> None:
    was_called = kept.state == TicketState.CALLED
    back = {"queue_id": kept.queue_id, "counter_id": kept.counter_id, "for_counter_id": kept.for_counter_id}
    times = {"called_at": kept.called_at, "served_at": kept.served_at, "ended_at": None, "due_at": kept.due_at}
    move = Move.RESTORE_CALLED if was_called else Move.RESTORE_SERVING
    ticket = moves.move(kept.ticket_id, move, misses=kept.misses, **back, **times)
    moves.tell(ticket, "ticket.restored", by=by, at=now, undone=kept.move)
    moves.notify(ticket.centre_id)


def _send(before: Ticket, by: str, now: datetime, **to: Any) -> None:
    freed = {"counter": None, "called_at": None, "served_at": None}
    ticket = moves.move(before.pk, Move.TRANSFER, **freed, **to)
    _remember(before, Move.TRANSFER, by, now)
    told: dict[str, Any] = {"from_queue": before.queue.code}
    if ticket.for_counter is not None:
        told["for_counter"] = ticket.for_counter.number
    if before.counter is not None:
        told |= {"counter": before.counter.number, "area": before.counter.area}
    moves.tell(ticket, "ticket.transferred", by=by, at=now, **told)
    moves.notify(ticket.centre_id)


def _back_in_line(before: Ticket, places: int | None) -> dict[str, Any]:
    """A key behind the next `places` of the queue (None: behind all); its number is called to no counter."""
    free = {"counter": None, "called_at": None, "served_at": None}
    return {**free, "due_at": behind(before, places)}


def behind(ticket: Ticket, places: int | None) -> datetime:
    """The key that comes just after the next `places` waiting numbers of its queue, never before its own."""
    waiting = Ticket.objects.filter(queue_id=ticket.queue_id, date=ticket.date, state=TicketState.WAITING)
    others = waiting.exclude(pk=ticket.pk)
    if places is not None:
        later = others.filter(due_at__gte=ticket.due_at) if ticket.state == TicketState.WAITING else others
        keys = list(later.order_by("due_at", "number", "id").values_list("due_at", flat=True)[:places])
        last = keys[-1] if keys else None
    else:
        last = others.order_by("-due_at").values_list("due_at", flat=True).first()
    return ticket.due_at if last is None else max(ticket.due_at, last + AFTER_A_PLACE)


def _remember(before: Ticket, move: Move, by: str, now: datetime) -> None:
    status = before.appointment.status if before.appointment is not None else ""
    values = {
        "move": move,
        "by": by,
        "made_at": now,
        "state": before.state,
        "queue_id": before.queue_id,
        "counter_id": before.counter_id,
        "for_counter_id": before.for_counter_id,
        "called_at": before.called_at,
        "served_at": before.served_at,
        "due_at": before.due_at,
        "misses": before.misses,
        "appointment_status": status,
    }
    Undo.objects.update_or_create(ticket_id=before.pk, defaults=values)

"""The next one, please: the claim of a ticket by a counter, in the order of calling (R5.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F

from yueban.domain.booking import operations as booking
from yueban.domain.booking.operations.locking import Changed
from yueban.domain.booking.rules import ChannelKind, IllegalTransition
from yueban.domain.queueing import queries
from yueban.domain.queueing.models import CounterState, Ticket
from yueban.domain.queueing.operations import moves, telling, withdrawing
from yueban.domain.queueing.operations.counters import ready
from yueban.domain.queueing.rules import (
    AT_COUNTER,
    MAX_RECALLS,
    CoolingDown,
    CounterBusy,
    MissedForGood,
    MissedRule,
    Move,
    TicketClass,
    TicketState,
    TooManyRecalls,
)
from yueban.kernel.constraints import retrying, translate

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.queueing.queries import CounterFacts
    from yueban.domain.queueing.rules import HallRules

BUSY: Mapping[str, Callable[[], Exception]] = {"ticket_one_in_service_a_counter": CounterBusy}

# A ticket that another counter is just taking is skipped, not waited for: nobody is called twice, nobody waits.
CLAIM = f"SELECT t.id, cq.rank {queries.IN_ORDER} LIMIT 1 FOR UPDATE OF t SKIP LOCKED"


@dataclass(frozen=True, slots=True)
class Called:
    """Who was called, and why that one."""

    ticket_id: int
    label: str
    why: str
    rank_class: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a call is made: the counter, and the rules of its hall, read once a call."""

    counter: CounterFacts
    hall: HallRules


@retrying()
def call_next(counter_id: int, *, by: str, now: datetime) -> Called | None:
    """Call the next ticket to a counter, None when nobody waits; a closed or paused counter opens by it.

    An online booking is accepted by being called (R4.2). Raises UnknownCounter, CounterBusy.
    """
    with translate(BUSY), transaction.atomic():
        counter = ready(counter_id, by=by, now=now)
        at = _Place(counter, queries.hall_rules(counter.centre_id))
        while claim := _claim(at, now):
            called = _call(*claim, at, by=by, now=now)
            if called is not None:
                _leave_the_mode(counter, called)
                return called
        if Ticket.objects.filter(counter_id=counter.id, state__in=AT_COUNTER).exists():
            raise CounterBusy
        return None


@retrying()
def call(ticket_id: int, *, counter_id: int, by: str, now: datetime) -> Called | None:
    """Call a chosen ticket: one that waits, or one that was missed and came back; None when its appointment has ended.

    Raises UnknownTicket, UnknownCounter, CounterBusy, MoveRefused (another counter was faster), MissedForGood.
    """
    with translate(BUSY), transaction.atomic():
        counter = ready(counter_id, by=by, now=now)
        seen = moves.read(ticket_id)
        hall = queries.hall_rules(seen.centre_id)
        if seen.state == TicketState.MISSED and hall.missed is MissedRule.VOID:
            raise MissedForGood(seen.label)
        return _call(ticket_id, None, _Place(counter, hall), by=by, now=now)


@retrying()
def recall(ticket_id: int, *, by: str, now: datetime) -> None:
    """Call the same ticket again. Raises MoveRefused, TooManyRecalls, CoolingDown (the centre's pause between calls)."""
    with transaction.atomic():
        before = moves.read(ticket_id)
        pause = queries.hall_rules(before.centre_id).recall_pause
        last = before.recalled_at or before.called_at
        ticket = moves.move(ticket_id, Move.RECALL, recalls=F("recalls") + 1, recalled_at=now)
        if ticket.recalls > MAX_RECALLS:
            raise TooManyRecalls(ticket.label)
        if last is not None and now - last < pause:
            raise CoolingDown(ticket.label)
        moves.tell(ticket, "ticket.recalled", by=by, at=now, times=ticket.recalls)
        moves.notify(ticket.centre_id)


def _leave_the_mode(counter: CounterFacts, called: Called) -> None:
    """「预约办理」 ends by itself when no arrived booking was left to be called (R5.3)."""
    if counter.bookings_first and called.rank_class != TicketClass.ARRIVED_BOOKING:
        CounterState.objects.filter(pk=counter.id).update(bookings_first=False)


def _claim(at: _Place, now: datetime) -> tuple[int, int] | None:
    step = queries.order_of(at.hall, now.date()).step
    with connection.cursor() as cursor:
        order = queries.in_order(at.counter, date=now.date(), step=step)
        cursor.execute(CLAIM, order)
        row: tuple[int, int] | None = cursor.fetchone()
    return row


def _call(ticket_id: int, rank: int | None, at: _Place, *, by: str, now: datetime) -> Called | None:
    """Move it to the counter; None when its appointment was withdrawn meanwhile, which voids a waiting ticket."""
    ticket = moves.read(ticket_id)
    if not _accepted_by_being_called(ticket, by=by, now=now):
        return None
    why = queries.recorded_words(queries.why(ticket, at.hall, rank=rank, booking_only=at.counter.booking_only))
    ticket = moves.move(
        ticket_id,
        Move.CALL,
        counter_id=at.counter.id,
        called_at=now,
        ended_at=None,
        recalls=0,
        recalled_at=None,
        why=why,
    )
    due_at = ticket.due_at.astimezone(now.tzinfo).isoformat()
    moves.tell(ticket, "ticket.called", by=by, at=now, why=why, rank=rank, due_at=due_at)
    telling.of_call(ticket, at.hall, now=now)
    moves.notify(ticket.centre_id)
    return Called(ticket_id, ticket.label, why, ticket.rank_class)


def _accepted_by_being_called(ticket: Ticket, *, by: str, now: datetime) -> bool:
    """R4.2: an online booking that is called is accepted. False when the appointment no longer stands."""
    if ticket.appointment is None:
        return True
    if ticket.appointment.channel_kind != ChannelKind.ONLINE:
        return _stands_or_is_void(ticket, by=by, now=now)
    try:
        with transaction.atomic():
            booking.mark_accepted(ticket.appointment.pk, by=by, now=now)
    except Changed:  # withdrawn at this very moment: look again
        return _accepted_by_being_called(ticket, by=by, now=now)
    except IllegalTransition:
        withdrawing.void(ticket, by=by, now=now)
        return False
    return True


def _stands_or_is_void(ticket: Ticket, *, by: str, now: datetime) -> bool:
    """A desk booking is accepted by the clerk, but one that was withdrawn is not called at all."""
    if withdrawing.stands(ticket):
        return True
    withdrawing.void(ticket, by=by, now=now)
    return False

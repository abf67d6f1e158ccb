"""Quiet help for a clerk (呼叫支援), priority given by the guide, and more time for who needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.queueing import queries
from yueban.domain.queueing.models import HelpCall
from yueban.domain.queueing.operations import moves
from yueban.domain.queueing.operations.leaving import behind
from yueban.domain.queueing.rules import (
    AlreadyPostponed,
    Ground,
    Move,
    Placing,
    TicketClass,
    UnknownCounter,
    due_at,
)
from yueban.kernel.constraints import retrying

if TYPE_CHECKING:
    from datetime import datetime


def call_for_help(counter_id: int, *, by: str, now: datetime) -> None:
    """Ask for help at a counter, without a word; asking again while it is open changes nothing. Raises UnknownCounter."""
    with transaction.atomic():
        counter = queries.counter(counter_id)
        if counter is None:
            raise UnknownCounter(counter_id)
        made = HelpCall.objects.bulk_create(
            [HelpCall(centre_id=counter.centre_id, counter_id=counter_id, by=by, asked_at=now)], ignore_conflicts=True
        )
        if made:
            data = {"counter": counter.number, "area": counter.area}
            audit.record(kind="counter.help", by=by, at=now, centre_id=counter.centre_id, data=data)
            moves.notify(counter.centre_id)


def answer_help(counter_id: int, *, by: str, now: datetime) -> bool:
    """Somebody goes there, or the clerk needs no help any more; False when none was asked for."""
    with transaction.atomic():
        counter = queries.counter(counter_id)
        rows = HelpCall.objects.filter(counter_id=counter_id, answered_at=None).update(answered_at=now, answered_by=by)
        if counter is None or not rows:
            return False
        data = {"counter": counter.number, "area": counter.area}
        audit.record(kind="counter.helped", by=by, at=now, centre_id=counter.centre_id, data=data)
        moves.notify(counter.centre_id)
        return True


@retrying()
def give_priority(ticket_id: int, *, ground: Ground, by: str, now: datetime) -> None:
    """Statutory priority (R5.3): the hall guide saw its ground; the number gets its head start, never a worse place.

    Raises UnknownTicket, MoveRefused (it does not wait any more).
    """
    with transaction.atomic():
        before = moves.read(ticket_id)
        during = before.appointment.during if before.appointment is not None else None
        order = queries.calling_order(before.centre_id, before.date)
        placing = Placing(before.issued_at, during.lower if during else None, frozenset({TicketClass.STATUTORY}))
        key = due_at(placing, order)
        better = key < before.due_at
        rank_class = TicketClass.STATUTORY if better else before.rank_class
        ticket = moves.move(
            ticket_id, Move.REORDER, ground=ground, rank_class=rank_class, due_at=min(key, before.due_at)
        )
        moves.tell(ticket, "ticket.prioritised", by=by, at=now, ground=ground)
        moves.notify(ticket.centre_id)


@retrying()
def more_time(ticket_id: int, *, by: str, now: datetime) -> None:
    """「我还要一会儿」: a few places back, once. Raises UnknownTicket, MoveRefused, AlreadyPostponed."""
    with transaction.atomic():
        before = moves.read(ticket_id)
        if before.more_time_at is not None:
            raise AlreadyPostponed
        key = behind(before, queries.hall_rules(before.centre_id).more_time_places)
        ticket = moves.move(ticket_id, Move.REORDER, due_at=key, more_time_at=now)
        moves.tell(ticket, "ticket.postponed", by=by, at=now)
        moves.notify(ticket.centre_id)

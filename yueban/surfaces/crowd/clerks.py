"""Clerks: they open their counter, call, serve and finish, take breaks, and leave when a person takes the counter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog
from django.db import DatabaseError

from yueban.domain.queueing import operations
from yueban.domain.queueing.rules import CounterBusy, Outcome, TicketState
from yueban.surfaces.crowd import rules
from yueban.surfaces.crowd.hall import BY, Occupied

if TYPE_CHECKING:
    from collections.abc import Callable

    from yueban.domain.queueing.queries import TicketView
    from yueban.surfaces.crowd.agenda import Agenda
    from yueban.surfaces.crowd.hall import Hall
    from yueban.surfaces.crowd.rules import Chance, Conduct

LOOKS: Final = timedelta(seconds=10)
"""How often an idle clerk looks up."""
RECALLS: Final = timedelta(seconds=35)
OVERTIME: Final = timedelta(minutes=30)
FACES: Final = timedelta(seconds=6)
"""How soon a face is pressed at the rating device."""
FETCHING: Final = timedelta(minutes=6)

_log = structlog.get_logger(__name__)


@dataclass
class Hand:
    """The person at the counter."""

    ticket: TicketView
    conduct: Conduct


@dataclass
class Clerk:
    """One simulated clerk at one counter, who looks every `looks` whether somebody waits.

    `away` until the next opening: not come yet, gone home, or sent home because a person took or closed the counter.
    """

    hall: Hall
    agenda: Agenda
    counter_id: int
    staff_id: int
    ours: set[int]
    looks: timedelta = LOOKS
    away: bool = True
    hand: Hand | None = None
    parked: tuple[int, datetime] | None = None
    tired_at: datetime | None = None
    chance: Chance = field(init=False)

    def __post_init__(self) -> None:
        """Draw from a source of one's own: what others do moves nothing here."""
        self.chance = rules.seeded(self.hall.plan.seed, "clerk", self.hall.places[self.counter_id].number)

    # ---- the counter --------------------------------------------------------------------------------

    def come(self, now: datetime) -> None:
        """Sit down, unless somebody else does; go on with what is in hand, should the simulator have ended before."""
        sits, _ = self.hall.sits_at(self.counter_id)
        if not self.away or sits not in {None, self.staff_id}:
            return
        self.away, self.hand, self.parked = False, None, None
        self.tired_at = now + rules.minutes_until_break(self.chance, self.hall.plan.demand)
        held, parked = self.hall.in_hand(self.counter_id, now=now)
        self.parked = (parked[0], now) if parked else None
        if held is not None and (ticket := self.hall.ticket(held)) is not None:
            self._begin(ticket, now)
        else:
            self._call(now)

    def _mine(self) -> bool:
        """Whether the counter is still open under this clerk; otherwise the clerk has gone home."""
        if not self.away and self.hall.sits_at(self.counter_id) != (self.staff_id, True):
            self.away, self.hand = True, None
        return not self.away

    def next(self, now: datetime) -> None:
        """Nobody is at the counter: leave, rest, go on with whom was parked, or call."""
        self.hand = None
        if not self._mine():
            return
        if not self._on_duty(now):
            self._leave(now)
        elif self.tired_at is not None and now >= self.tired_at:
            self._rest(now)
        elif self.parked is not None and now >= self.parked[1]:
            self._resume(self.parked[0], now)
        elif self.hall.somebody_waits(self.counter_id, now=now):
            self._call(now)
        else:
            self.agenda.note(now + self.looks, self.next)

    def _on_duty(self, now: datetime) -> bool:
        """In opening hours, and half an hour longer while somebody waits."""
        day = self.hall.day(now.date())
        sessions = day.sessions if day is not None else ()
        if any(opens <= now < closes for opens, closes in sessions):
            return True
        over = any(closes <= now < closes + OVERTIME for _, closes in sessions)
        return self.parked is not None or (over and self.hall.somebody_waits(self.counter_id, now=now))

    def _leave(self, now: datetime) -> None:
        operations.close_counter(self.counter_id, by=BY, now=now)
        self.away = True

    def _rest(self, now: datetime) -> None:
        operations.pause_counter(self.counter_id, by=BY, now=now)
        back = now + rules.pause(self.chance, self.hall.plan.demand)
        self.tired_at = back + rules.minutes_until_break(self.chance, self.hall.plan.demand)
        self.agenda.note(back, self._back)

    def _back(self, now: datetime) -> None:
        if self.away or self.hall.sits_at(self.counter_id) != (self.staff_id, False):
            self.away = True
        else:
            self._call(now)

    # ---- calling ------------------------------------------------------------------------------------

    def _call(self, now: datetime) -> None:
        try:
            called = self.hall.call_next(self.counter_id, self.staff_id, now=now)
        except Occupied:
            self.away = True
            return
        except (
            CounterBusy,
            DatabaseError,
        ) as error:  # a lost race inside the claim, or a ticket of who sat here before
            _log.debug("No call", counter=self.counter_id, error=str(error))
            called = None
        ticket = self.hall.ticket(called.ticket_id) if called is not None else None
        if ticket is None:
            self.agenda.note(now + self.looks, self.next)
        else:
            self._begin(ticket, now)

    def _begin(self, ticket: TicketView, now: datetime) -> None:
        """The ticket was called: its holder comes, or is not there."""
        code = next(code for code, identity in self.hall.queues.items() if identity == ticket.queue_id)
        chance = rules.seeded(self.hall.plan.seed, ticket.issued_at.date(), ticket.label)
        conduct = rules.conduct(chance, self.hall.plan.demand, code, booked=ticket.booked)
        self.hand = Hand(ticket, conduct)
        if ticket.state is TicketState.SERVING:
            self.agenda.note(now + conduct.service, partial(self._if_still, self._finish))
        elif ticket.id in self.ours and _gone(conduct, ticket, now):
            self.agenda.note(now + RECALLS, partial(self._if_still, self._recall))
        else:
            self.agenda.note(now + conduct.walk, partial(self._if_still, self._accept))

    def _if_still(self, step: Callable[[Hand, datetime], None], now: datetime) -> None:
        """Go on with the person in hand, unless the counter or the ticket has gone to somebody else."""
        hand = self.hand
        if self._mine() and hand is not None and self.hall.has_in_hand(self.counter_id, hand.ticket.id):
            step(hand, now)
        elif not self.away:
            self.next(now)

    # ---- the person in hand -------------------------------------------------------------------------

    def _recall(self, hand: Hand, now: datetime) -> None:
        operations.recall(hand.ticket.id, by=BY, now=now)
        self.agenda.note(now + RECALLS, partial(self._if_still, self._miss))

    def _miss(self, hand: Hand, now: datetime) -> None:
        operations.missed(hand.ticket.id, by=BY, now=now)
        self.next(now)

    def _accept(self, hand: Hand, now: datetime) -> None:
        operations.accept(hand.ticket.id, by=BY, now=now)
        conduct = hand.conduct
        if conduct.transfer and self._elsewhere(hand) is not None:
            self.agenda.note(now + conduct.service / 3, partial(self._if_still, self._transfer))
        elif conduct.parks and self.parked is None:
            self.agenda.note(now + conduct.service / 2, partial(self._if_still, self._park))
        else:
            self.agenda.note(now + conduct.service, partial(self._if_still, self._finish))

    def _transfer(self, hand: Hand, now: datetime) -> None:
        queue = self._elsewhere(hand)
        if queue is not None:
            operations.transfer(hand.ticket.id, queue_id=queue, by=BY, now=now)
            self.hall.sent.add(hand.ticket.id)
        self.next(now)

    def _elsewhere(self, hand: Hand) -> int | None:
        """Another queue of this counter: what people who asked for the wrong one usually wanted. Nobody is sent twice."""
        if hand.ticket.id in self.hall.sent:
            return None
        served = (self.hall.queues[code] for code in self.hall.places[self.counter_id].queues)
        return next((queue for queue in served if queue != hand.ticket.queue_id), None)

    def _park(self, hand: Hand, now: datetime) -> None:
        operations.park(hand.ticket.id, by=BY, now=now)
        self.parked = hand.ticket.id, now + FETCHING
        self.next(now)

    def _resume(self, ticket_id: int, now: datetime) -> None:
        self.parked = None
        ticket = self.hall.ticket(ticket_id)
        if ticket is None or ticket.state is not TicketState.PARKED:  # somebody else went on with it
            self.next(now)
            return
        operations.resume(ticket_id, counter_id=self.counter_id, by=BY, now=now)
        resumed = self.hall.ticket(ticket_id)
        if resumed is not None:
            self._begin(resumed, now)

    def _finish(self, hand: Hand, now: datetime) -> None:
        outcome = Outcome.INCOMPLETE if hand.conduct.incomplete else Outcome.COMPLETED
        operations.finish(hand.ticket.id, outcome=outcome, by=BY, now=now)
        if hand.conduct.level is not None and hand.ticket.id in self.ours:
            rate = partial(self.hall.rate, self.counter_id, hand.ticket.id, hand.conduct.level)
            self.agenda.note(now + FACES, lambda at: rate(now=at))
        self.agenda.note(now + timedelta(seconds=self.chance.uniform(4, 15)), self.next)


def _gone(conduct: Conduct, ticket: TicketView, now: datetime) -> bool:
    """Whether the holder does not hear the call, or has left after waiting too long."""
    return conduct.absent or (conduct.patience is not None and now - ticket.issued_at > conduct.patience)

"""A hall at work in memory: counters call, serve and rest for one day by one order of calling."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Final

from yueban.surfaces.crowd import rules as crowd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.order.day import Day, Ticket
    from bench.order.orders import Order
    from yueban.surfaces.crowd.rules import Chance, Place

BETWEEN: Final = timedelta(seconds=9)
"""From one person to the next, beside the walk to the counter."""


@dataclass(frozen=True, slots=True)
class Call:
    """A ticket was called: when, and how long its holder had waited since it could first have been called."""

    ticket: Ticket
    at: datetime
    waited: timedelta


@dataclass
class Hall:
    """The state of a hall; `run` gives the calls of the whole day."""

    day: Day
    order: Order
    waiting: dict[str, list[Ticket]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    _agenda: list[tuple[datetime, int, Ticket | Place]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _idle: dict[int, Place] = field(default_factory=dict)
    _chances: dict[int, Chance] = field(default_factory=dict)
    _tired_at: dict[int, datetime] = field(default_factory=dict)

    def run(self) -> list[Call]:
        """Live through the day. Counters serve on past closing until nobody of their queues waits."""
        for ticket in self.day.tickets:
            self._note(ticket.issued_at, ticket)
        for place in self.day.places:
            chance = self._chances[place.number] = crowd.seeded(self.day.seed, "counter", place.number)
            opens = self.day.sessions[0][0]
            self._tired_at[place.number] = opens + crowd.minutes_until_break(chance, self.day.demand)
            for begins, _ in self.day.sessions:
                self._note(begins, place)
        while self._agenda:
            now, _, what = heapq.heappop(self._agenda)
            if isinstance(what, crowd.Place):
                self._idle[what.number] = what
                self._next(what, now)
            else:
                self._arrived(what, now)
        return self.calls

    def _note(self, at: datetime, what: Ticket | Place) -> None:
        heapq.heappush(self._agenda, (at, next(self._numbers), what))

    def _arrived(self, ticket: Ticket, now: datetime) -> None:
        """Somebody takes a ticket; of the counters that rest, the one that prefers this queue most calls."""
        self.order.issue(ticket)
        self.waiting.setdefault(ticket.queue, []).append(ticket)
        if self._opened(now) == now:
            able = [place for place in self._idle.values() if ticket.queue in place.queues and _may(place, ticket)]
            if able:
                self._next(min(able, key=lambda place: (place.queues.index(ticket.queue), place.number)), now)

    def _next(self, place: Place, now: datetime) -> None:
        """A counter is free: a break, or the next one."""
        if place.number not in self._idle:
            return  # its opening, while it still serves the morning's last
        if now >= self._tired_at[place.number]:
            self._rest(place, now)
            return
        ranked = [
            (self.order.key(ticket, rank, place), ticket)
            for rank, queue in enumerate(place.queues)
            for ticket in self.waiting.get(queue, ())
            if _may(place, ticket)
        ]
        if ranked:
            self._call(place, min(ranked)[1], now)

    def _rest(self, place: Place, now: datetime) -> None:
        chance = self._chances[place.number]
        back = now + crowd.pause(chance, self.day.demand)
        self._tired_at[place.number] = back + crowd.minutes_until_break(chance, self.day.demand)
        del self._idle[place.number]
        self._note(back, place)

    def _call(self, place: Place, ticket: Ticket, now: datetime) -> None:
        self.waiting[ticket.queue].remove(ticket)
        self.order.called(ticket, place)
        since = self._opened(max(ticket.issued_at, ticket.slot_start or ticket.issued_at))
        self.calls.append(Call(ticket, now, max(now - since, timedelta())))
        del self._idle[place.number]
        self._note(now + ticket.conduct.walk + ticket.conduct.service + BETWEEN, place)

    def _opened(self, at: datetime) -> datetime:
        """The same instant, or the next opening when the hall is closed at it."""
        for opens, closes in self.day.sessions:
            if at < closes:
                return max(at, opens)
        return at


def _may(place: Place, ticket: Ticket) -> bool:
    return ticket.booked or not place.booking_only


def longest_overtaking(calls: list[Call]) -> timedelta:
    """How much later somebody came who was called before a walk-in of the same queue; zero when nobody did."""
    longest = timedelta()
    latest: dict[str, datetime] = {}  # the latest issue among those called so far
    for call in sorted(calls, key=lambda each: each.at):
        queue, issued = call.ticket.queue, call.ticket.issued_at
        if not call.ticket.booked and queue in latest:
            longest = max(longest, latest[queue] - issued)
        latest[queue] = max(issued, latest.get(queue, issued))
    return longest

"""The orders of calling that are compared. Each sorts waiting tickets by a tier, an instant fixed at issue, and the number."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from bench.order.day import PARAMETERS
from yueban.domain.queueing.rules import CallingOrder, Placing, TicketClass, due_at, due_at_counter, eligible_at

if TYPE_CHECKING:
    from bench.order.day import Day, Ticket
    from yueban.surfaces.crowd.rules import Place

RULES: Final = CallingOrder.of(PARAMETERS)
AN_HOUR: Final = replace(RULES, head_starts={**RULES.head_starts, TicketClass.BOOKED_ONLINE: timedelta(hours=1)})
Key = tuple[int, datetime, int]


def placing(ticket: Ticket) -> Placing:
    """The facts of a ticket as the rules of the hall take them."""
    return Placing(ticket.issued_at, ticket.slot_start, frozenset({ticket.ticket_class}))


@dataclass
class Order:
    """By number alone: nobody goes before anybody who came earlier. The base of the others."""

    day: Day
    name: str = "by number alone"
    _fixed: dict[int, datetime] = field(default_factory=dict)

    def key(self, ticket: Ticket, rank: int, place: Place) -> Key:
        """What the smallest of is called next at a counter; a less preferred queue stands a step back."""
        return self.tier(ticket, place), due_at_counter(self._fixed[ticket.number], rank, RULES), ticket.number

    def issue(self, ticket: Ticket) -> None:
        """Fix the instant of a ticket."""
        self._fixed[ticket.number] = self.fixed(ticket)

    def fixed(self, ticket: Ticket) -> datetime:
        """The instant that a ticket is sorted by."""
        return ticket.issued_at

    def tier(self, ticket: Ticket, place: Place) -> int:  # noqa: ARG002  some orders look
        """Lower goes first, whatever the instant."""
        return 0

    def called(self, ticket: Ticket, place: Place) -> None:
        """Take note of a call."""


@dataclass
class Ours(Order):
    """The order of the regulation as built (R5.3): one key with head starts."""

    name: str = "**ours**"
    rules: CallingOrder = RULES

    @override
    def fixed(self, ticket: Ticket) -> datetime:
        return due_at(placing(ticket), self.rules)


@dataclass
class OursWider(Ours):
    """The same, with online bookings an hour ahead instead of half: what the parameter does."""

    name: str = "ours, online bookings 60 min ahead"
    rules: CallingOrder = AN_HOUR


@dataclass
class Strict(Order):
    """Strict priority: arrived desk and phone bookings, then 军人老孕残, then online bookings, then walk-ins."""

    name: str = "strict priority"
    _classes: tuple[TicketClass, ...] = (
        TicketClass.ARRIVED_BOOKING,
        TicketClass.STATUTORY,
        TicketClass.BOOKED_ONLINE,
        TicketClass.WALK_IN,
    )

    @override
    def fixed(self, ticket: Ticket) -> datetime:
        return eligible_at(placing(ticket), RULES)

    @override
    def tier(self, ticket: Ticket, place: Place) -> int:
        return self._classes.index(ticket.ticket_class)


@dataclass
class Ratio(Order):
    """A-A-B: at each counter two with priority, then one walk-in; whoever waits where the other kind does not."""

    name: str = "ratio A-A-B"
    _turns: Tally[int] = field(default_factory=Tally)

    @override
    def tier(self, ticket: Ticket, place: Place) -> int:
        walk_ins_turn = self._turns[place.number] % 3 == 2  # noqa: PLR2004  A, A, B
        return int((ticket.ticket_class is TicketClass.WALK_IN) != walk_ins_turn)

    @override
    def called(self, ticket: Ticket, place: Place) -> None:
        self._turns[place.number] += 1


@dataclass
class Merged(Order):
    """Simulated merge: walk-ins at the instant at which a simulated queue would call them, bookings at their hour.

    The simulated queue of walk-ins moves at its mean handling over its counters; a booking stands in it at its slot's
    start, or when it came if that is later.
    """

    name: str = "simulated merge"
    _ends: dict[str, datetime] = field(default_factory=dict)

    @override
    def fixed(self, ticket: Ticket) -> datetime:
        if ticket.slot_start is not None:
            return max(ticket.slot_start, ticket.issued_at)
        begins = self._opened(max(ticket.issued_at, self._ends.get(ticket.queue, ticket.issued_at)))
        step = self.day.minutes[ticket.queue] / max(self.day.share[ticket.queue], 0.1)
        self._ends[ticket.queue] = begins + timedelta(minutes=step)
        return begins

    def _opened(self, at: datetime) -> datetime:
        """The same instant, or the opening when the hall is closed at it."""
        for opens, closes in self.day.sessions:
            if at < closes:
                return max(at, opens)
        return at


ORDERS: Final = (Ours, OursWider, Strict, Ratio, Merged, Order)

"""R5.3 in any hall: nobody is passed by who came past the bound, whatever the centre's parameters and counters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from yueban.domain.queueing import rules
from yueban.domain.queueing.rules import CallingOrder, Placing, TicketClass

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

DAY = datetime(2026, 11, 30, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
QUEUES = range(4)

minutes = st.integers(0, 600).map(lambda m: timedelta(minutes=m))
spans = st.integers(0, 240).map(lambda m: timedelta(minutes=m))
orders = st.builds(
    CallingOrder,
    priority_opens=spans,
    head_starts=st.fixed_dictionaries(dict.fromkeys(TicketClass, spans)),
    step=st.integers(0, 30).map(lambda m: timedelta(minutes=m)),
)


@dataclass(frozen=True)
class Ticket:
    """A ticket of a random hall; a transfer changes its queue and nothing else."""

    ordinal: int
    placing: Placing
    queue: int


@dataclass(frozen=True)
class Counter:
    """A counter: its queues, best first, and whether it calls bookings only."""

    queues: tuple[int, ...]
    booking_only: bool

    def may(self, ticket: Ticket) -> bool:
        """Whether it calls this ticket at all."""
        return ticket.queue in self.queues and (ticket.placing.slot_start is not None or not self.booking_only)

    def key(self, ticket: Ticket, order: CallingOrder) -> tuple[datetime, int]:
        """The order as this counter sees it."""
        due = rules.due_at(ticket.placing, order)
        return rules.due_at_counter(due, self.queues.index(ticket.queue), order), ticket.ordinal


counters = st.builds(
    Counter,
    st.permutations(list(QUEUES)).flatmap(lambda each: st.integers(1, len(each)).map(lambda n: tuple(each[:n]))),
    st.booleans(),
)
placings = st.builds(
    lambda issued, slot, kinds: Placing(DAY + issued, None if slot is None else DAY + slot, kinds),
    minutes,
    st.none() | minutes,
    st.frozensets(st.sampled_from(TicketClass), min_size=1),
)


@st.composite
def halls(draw: DrawFn) -> tuple[list[Ticket], list[Counter]]:
    """A random hall: tickets of a day, and counters."""
    issued = draw(st.lists(st.tuples(placings, st.sampled_from(QUEUES)), max_size=30))
    tickets = [Ticket(n, placing, queue) for n, (placing, queue) in enumerate(issued)]
    return tickets, draw(st.lists(counters, min_size=1, max_size=5))


acts = st.lists(
    st.tuples(minutes, st.sampled_from(["call", "call", "call", "transfer", "return"]), st.integers(0, 99)), max_size=60
)


@settings(max_examples=300)
@given(hall=halls(), order=orders, day=acts)
def test_r5_3_in_no_hall_is_anybody_passed_by_who_came_past_the_bound(
    hall: tuple[list[Ticket], list[Counter]], order: CallingOrder, day: list[tuple[timedelta, str, int]]
) -> None:
    """Calls, transfers and returns to the line in any sequence; the called one always came before everybody's bound."""
    waiting, places = hall
    served: list[Ticket] = []
    for moment, act, n in sorted(day, key=lambda each: each[0]):
        if act == "return" and served:
            waiting.append(served.pop(n % len(served)))  # resumed, or sent back: the key stays
        elif act == "transfer" and served:
            waiting.append(replace(served.pop(), queue=QUEUES[n % len(QUEUES)]))
        else:
            place = places[n % len(places)]
            present = [each for each in waiting if each.placing.issued_at <= DAY + moment and place.may(each)]
            if present:
                called = min(present, key=lambda each: place.key(each, order))
                waiting.remove(called)
                served.append(called)
                for passed in present:
                    rank = place.queues.index(passed.queue)
                    assert passed is called or called.placing.issued_at <= rules.overtaken_until(
                        passed.placing, rank, order
                    )


@given(hall=halls(), order=orders)
def test_r5_3_a_counter_that_calls_on_leaves_nobody_behind(
    hall: tuple[list[Ticket], list[Counter]], order: CallingOrder
) -> None:
    """Whoever a counter may call is called at last, and after the bound's latecomers nobody comes between."""
    tickets, places = hall
    place = replace(places[0], booking_only=False)
    waiting = [each for each in tickets if place.may(each)]
    sequence = sorted(waiting, key=lambda each: place.key(each, order))
    for n, ticket in enumerate(sequence):
        rank = place.queues.index(ticket.queue)
        until = rules.overtaken_until(ticket.placing, rank, order)
        assert all(before.placing.issued_at <= until for before in sequence[:n])
    assert sorted(each.ordinal for each in sequence) == sorted(each.ordinal for each in waiting)


@given(placing=placings, order=orders)
def test_r5_3_the_bound_of_a_walk_in_is_its_issue_and_the_largest_head_start(
    placing: Placing, order: CallingOrder
) -> None:
    """What residents are told: who comes so much later than you is never called before you."""
    walk_in = Placing(placing.issued_at)
    assert rules.overtaken_until(walk_in, 0, order) == placing.issued_at + order.largest_head_start

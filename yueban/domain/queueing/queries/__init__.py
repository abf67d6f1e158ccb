"""What can be asked about a hall."""

from yueban.domain.queueing.queries.board import Board, Call, WaitingQueue, board
from yueban.domain.queueing.queries.console import (
    CounterQueueView,
    CounterView,
    Line,
    counter_view,
    matters_of_counter,
)
from yueban.domain.queueing.queries.hall import (
    CounterFacts,
    HallView,
    QueueFacts,
    QueueView,
    TicketView,
    counter,
    counter_of_staff,
    counters,
    hall,
    halls,
    people_ahead,
    queue,
    queues,
    queues_of_counter,
    ticket,
    ticket_of,
)
from yueban.domain.queueing.queries.invariants import broken_invariants
from yueban.domain.queueing.queries.order import IN_ORDER, in_order, recorded_words, why, words
from yueban.domain.queueing.queries.settings import calling_order, hall_rules

__all__ = [
    "IN_ORDER",
    "Board",
    "Call",
    "CounterFacts",
    "CounterQueueView",
    "CounterView",
    "HallView",
    "Line",
    "QueueFacts",
    "QueueView",
    "TicketView",
    "WaitingQueue",
    "board",
    "broken_invariants",
    "calling_order",
    "counter",
    "counter_of_staff",
    "counter_view",
    "counters",
    "hall",
    "hall_rules",
    "halls",
    "in_order",
    "matters_of_counter",
    "people_ahead",
    "queue",
    "queues",
    "queues_of_counter",
    "recorded_words",
    "ticket",
    "ticket_of",
    "why",
    "words",
]

"""The order of calling (R5.3). All instants are aware datetimes, all spans `timedelta`.

One key decides who is next:

    due_at = max(issued_at, slot_start - priority_opens) - head_start(class)

It is fixed when the ticket is issued, so time itself never reorders a hall; at a counter the key of a less
preferred queue is moved back by `rank * step`. docs/adr has the proof of its bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from yueban.domain.regulation.rules import Parameters


class TicketClass(StrEnum):
    """Why a ticket may have a head start (R5.3); a ticket can be of several, the largest counts."""

    ARRIVED_BOOKING = "arrived_booking"
    STATUTORY = "statutory"
    BOOKED_ONLINE = "booked_online"
    WALK_IN = "walk_in"


@dataclass(frozen=True, slots=True)
class CallingOrder:
    """The parameters of a centre's order: when a booking becomes due, the head starts, the step of a rank."""

    priority_opens: timedelta
    head_starts: Mapping[TicketClass, timedelta]
    step: timedelta

    @classmethod
    def of(cls, parameters: Parameters) -> Self:
        """The order as the regulation in force has it."""
        starts = parameters.head_starts
        minutes = {
            TicketClass.ARRIVED_BOOKING: starts.arrived_booking,
            TicketClass.STATUTORY: starts.statutory,
            TicketClass.BOOKED_ONLINE: starts.booked_online,
            TicketClass.WALK_IN: starts.walk_in,
        }
        head_starts = {each: timedelta(minutes=value) for each, value in minutes.items()}
        return cls(parameters.priority_opens, head_starts, parameters.preference_step)

    @property
    def largest_head_start(self) -> timedelta:
        """The span that bounds every overtaking."""
        return max(self.head_starts.values())


@dataclass(frozen=True, slots=True)
class Placing:
    """The facts that place a ticket: when it was issued, for which slot, of which classes."""

    issued_at: datetime
    slot_start: datetime | None = None
    classes: frozenset[TicketClass] = frozenset({TicketClass.WALK_IN})


def eligible_at(placing: Placing, order: CallingOrder) -> datetime:
    """The instant a ticket waits from: its issue, or for an early booking `priority_opens` before its slot."""
    if placing.slot_start is None:
        return placing.issued_at
    return max(placing.issued_at, placing.slot_start - order.priority_opens)


def leading(classes: frozenset[TicketClass], order: CallingOrder) -> TicketClass:
    """The class that counts: the one with the largest head start, for they are not added up."""
    return max(classes, key=lambda each: (order.head_starts[each], each))


def due_at(placing: Placing, order: CallingOrder) -> datetime:
    """The key of the order, fixed at issue."""
    return eligible_at(placing, order) - order.head_starts[leading(placing.classes, order)]


def due_at_counter(due: datetime, rank: int, order: CallingOrder) -> datetime:
    """The key as one counter sees it; `rank` is 0 for its most preferred queue."""
    return due + rank * order.step


def overtaken_until(placing: Placing, rank: int, order: CallingOrder) -> datetime:
    """The bound: only tickets issued before this instant can be called first at a counter of that rank."""
    return eligible_at(placing, order) + order.largest_head_start + rank * order.step


class Punctuality(StrEnum):
    """How a booked ticket lies to its slot."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


def punctuality(issued_at: datetime, slot_start: datetime, slot_end: datetime, order: CallingOrder) -> Punctuality:
    """Early before the booking counts, late after the slot, else on time."""
    if issued_at < slot_start - order.priority_opens:
        return Punctuality.EARLY
    return Punctuality.LATE if issued_at > slot_end else Punctuality.ON_TIME


@dataclass(frozen=True, slots=True)
class Why:
    """Why a ticket was the next one, as facts; `queries.words` makes the sentence of it."""

    rank_class: TicketClass
    issued_at: datetime
    slot_start: datetime | None = None
    punctuality: Punctuality | None = None
    remote: bool = False
    rank: int = 0
    booking_only: bool = False
    chosen: bool = False

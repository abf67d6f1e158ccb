"""The order of calling and the life of a ticket (R4.1.3, R4.2, R5.3). Pure: no clock, no database.

All instants are aware datetimes; all spans are ``timedelta``. One key decides who is next:

    due_at = max(issued_at, slot_start - priority_opens) - head_start(class)

It is fixed when the ticket is issued, so time itself never reorders a hall; at a counter the key of a less
preferred queue is moved back by ``rank x step``. See docs/adr on the order of calling for the proof of its bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from yueban.domain.regulation.rules import GraceFrom, Parameters, Reason, RefusalCode, reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MAX_RECALLS = 5


class TicketStatus(StrEnum):
    """Where a ticket is in its life."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    MISSED = "missed"
    SERVED = "served"
    VOID = "void"
    EXPIRED = "expired"


class Move(StrEnum):
    """What may happen to a ticket; each is one operation."""

    CALL = "call"
    RECALL = "recall"
    ACCEPT = "accept"
    FINISH = "finish"
    MISS = "miss"
    PARK = "park"
    RESUME = "resume"
    TRANSFER = "transfer"
    VOID = "void"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the transition table: from any of `sources` to `target`."""

    sources: frozenset[TicketStatus]
    target: TicketStatus


def _step(target: TicketStatus, *sources: TicketStatus) -> Step:
    return Step(frozenset(sources), target)


_S = TicketStatus

# A missed ticket may be called again by its number: the applicant came back (architecture: accepted again).
TRANSITIONS: Mapping[Move, Step] = {
    Move.CALL: _step(_S.CALLED, _S.WAITING, _S.MISSED),
    Move.RECALL: _step(_S.CALLED, _S.CALLED),
    Move.ACCEPT: _step(_S.SERVING, _S.CALLED),
    Move.FINISH: _step(_S.SERVED, _S.CALLED, _S.SERVING),
    Move.MISS: _step(_S.MISSED, _S.CALLED),
    Move.PARK: _step(_S.PARKED, _S.CALLED, _S.SERVING),
    Move.RESUME: _step(_S.SERVING, _S.PARKED),
    Move.TRANSFER: _step(_S.WAITING, _S.CALLED, _S.SERVING),
    Move.VOID: _step(_S.VOID, _S.WAITING, _S.MISSED),
    Move.EXPIRE: _step(_S.EXPIRED, _S.WAITING, _S.PARKED, _S.MISSED, _S.CALLED, _S.SERVING),
}

AT_COUNTER = frozenset({_S.CALLED, _S.SERVING})
OPEN = frozenset({_S.WAITING, _S.CALLED, _S.SERVING, _S.PARKED})


def may(move: Move, status: TicketStatus) -> bool:
    """Whether the transition table has that move from that status."""
    return status in TRANSITIONS[move].sources


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


def head_start(classes: frozenset[TicketClass], order: CallingOrder) -> timedelta:
    """The largest head start of the classes: they are not added up."""
    return max((order.head_starts[each] for each in classes), default=timedelta(0))


def due_at(placing: Placing, order: CallingOrder) -> datetime:
    """The key of the order, fixed at issue."""
    return eligible_at(placing, order) - head_start(placing.classes, order)


def due_at_counter(due: datetime, rank: int, order: CallingOrder) -> datetime:
    """The key as one counter sees it; `rank` is 0 for its most preferred queue."""
    return due + rank * order.step


def overtaken_until(placing: Placing, rank: int, order: CallingOrder) -> datetime:
    """The bound: only tickets issued before this instant can be called first at a counter of that rank."""
    return eligible_at(placing, order) + order.largest_head_start + rank * order.step


BOOKED_MARK = "Y"
_DIGITS = 3


def ticket_number(prefix: str, ordinal: int, *, booked: bool) -> str:
    """`A012` for a walk-in, `YA012` for a booking; past 999 the number simply grows."""
    return f"{BOOKED_MARK if booked else ''}{prefix}{ordinal:0{_DIGITS}d}"


class Punctuality(StrEnum):
    """How a booked ticket lies to its slot."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class CheckInWindow:
    """When a ticket may be taken for a slot, both ends included (R4.1.3, R4.3)."""

    opens: datetime
    closes: datetime


def check_in_window(slot_start: datetime, slot_end: datetime, parameters: Parameters) -> CheckInWindow:
    """From `checkin_opens` before the slot until its grace is over."""
    base = slot_start if parameters.grace_from is GraceFrom.SLOT_START else slot_end
    return CheckInWindow(slot_start - parameters.checkin_opens, base + parameters.grace)


def ticket_refusals(window: CheckInWindow, *, ticketed: bool, now: datetime) -> list[Reason]:
    """All reasons against taking a ticket for an appointment now; a boundary instant is on time."""
    reasons = []
    if ticketed:
        reasons.append(reason(RefusalCode.ALREADY_TICKETED))
    if now < window.opens:
        reasons.append(reason(RefusalCode.TOO_EARLY_FOR_TICKET, opens=window.opens))
    if now > window.closes:
        reasons.append(reason(RefusalCode.TOO_LATE_FOR_TICKET, closes=window.closes))
    return reasons


def punctuality(issued_at: datetime, slot_start: datetime, slot_end: datetime, order: CallingOrder) -> Punctuality:
    """Early before the booking counts, late after the slot, else on time."""
    if issued_at < slot_start - order.priority_opens:
        return Punctuality.EARLY
    return Punctuality.LATE if issued_at > slot_end else Punctuality.ON_TIME


def estimated_minutes(ahead: int, service_minutes: float, open_counters: int) -> int:
    """Minutes until one is called: the people ahead at the mean service time over the open counters (at least one)."""
    return round(ahead * service_minutes / max(open_counters, 1))


@dataclass(frozen=True, slots=True)
class Why:
    """Why a ticket was the next one, as facts; `queries.words` makes the sentence of it."""

    classes: frozenset[TicketClass]
    slot_start: datetime | None = None
    punctuality: Punctuality | None = None
    remote: bool = False
    rank: int = 0
    booking_only: bool = False
    chosen: bool = False

"""The life of a ticket: its states, its number, when it may be taken (R4.1.3, R4.2, R4.3), and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from yueban.domain.regulation.rules import GraceFrom, Parameters, Reason, RefusalCode, reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MAX_RECALLS = 5


class TicketState(StrEnum):
    """Where a ticket is in its life."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    MISSED = "missed"
    DONE = "done"
    VOID = "void"
    CLOSED = "closed"


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
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the transition table: from any of `sources` to `target`."""

    sources: frozenset[TicketState]
    target: TicketState


def _step(target: TicketState, *sources: TicketState) -> Step:
    return Step(frozenset(sources), target)


_S = TicketState

# A missed ticket may be called again by its number: the applicant came back (architecture: accepted again).
TRANSITIONS: Mapping[Move, Step] = {
    Move.CALL: _step(_S.CALLED, _S.WAITING, _S.MISSED),
    Move.RECALL: _step(_S.CALLED, _S.CALLED),
    Move.ACCEPT: _step(_S.SERVING, _S.CALLED),
    Move.FINISH: _step(_S.DONE, _S.CALLED, _S.SERVING),
    Move.MISS: _step(_S.MISSED, _S.CALLED),
    Move.PARK: _step(_S.PARKED, _S.CALLED, _S.SERVING),
    Move.RESUME: _step(_S.SERVING, _S.PARKED),
    Move.TRANSFER: _step(_S.WAITING, _S.CALLED, _S.SERVING),
    Move.VOID: _step(_S.VOID, _S.WAITING),
    Move.CLOSE: _step(_S.CLOSED, _S.WAITING, _S.CALLED, _S.SERVING, _S.PARKED),
}

AT_COUNTER = frozenset({_S.CALLED, _S.SERVING})
OPEN = frozenset({_S.WAITING, _S.CALLED, _S.SERVING, _S.PARKED})


def may(move: Move, state: TicketState) -> bool:
    """Whether the transition table has that move from that state."""
    return state in TRANSITIONS[move].sources


class Outcome(StrEnum):
    """How a handling ended (R4.2): 办结, 收件受理, 材料不齐, 不予受理."""

    COMPLETED = "completed"
    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"


class CounterMode(StrEnum):
    """Whether a counter calls."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


BOOKED_MARK = "Y"
_DIGITS = 3


def ticket_number(prefix: str, ordinal: int, *, booked: bool) -> str:
    """`A012` for a walk-in, `YA012` for a booking; past 999 the number simply grows."""
    return f"{BOOKED_MARK if booked else ''}{prefix}{ordinal:0{_DIGITS}d}"


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


class QueueingError(Exception):
    """Something in the hall cannot be done now; the text is for logs and tests."""


class UnknownTicket(QueueingError):  # noqa: N818 - reads as the answer
    """No such ticket."""


class UnknownCounter(QueueingError):  # noqa: N818
    """No such counter, or it is out of use."""


class UnknownQueue(QueueingError):  # noqa: N818
    """No such queue, or it is out of use."""


class CounterBusy(QueueingError):  # noqa: N818
    """The counter has a ticket in hand and must end with it first."""


class CounterTaken(QueueingError):  # noqa: N818
    """The clerk sits at another counter already."""


class MoveRefused(QueueingError):  # noqa: N818
    """The transition table has no such move from the ticket's state."""

    def __init__(self, move: Move, state: str) -> None:
        """Say which move from which state."""
        self.move, self.state = move, state
        super().__init__(f"{move} from {state}")


class AlreadyWaiting(QueueingError):  # noqa: N818
    """The person has an open ticket of this queue today; offer to print it again (architecture, invariant 5)."""

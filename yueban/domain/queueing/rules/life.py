"""The life of a ticket: its states, its number (R4.2), and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANNEL = "yueban_hall"
"""The LISTEN channel on which a committed call wakes the event stream; its payload is the centre's id."""

MAX_RECALLS = 5

RESERVATION = timedelta(minutes=2)
"""A number whose slip was neither printed nor given up by then is dropped: its terminal died."""


class TicketState(StrEnum):
    """Where a ticket is in its life."""

    RESERVED = "reserved"
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

    CONFIRM = "confirm"
    DROP = "drop"
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
    REQUEUE = "requeue"
    RESTORE_CALLED = "restore_called"
    RESTORE_SERVING = "restore_serving"
    REORDER = "reorder"
    CONTINUE = "continue"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the transition table: from any of `sources` to `target`."""

    sources: frozenset[TicketState]
    target: TicketState


def _step(target: TicketState, *sources: TicketState) -> Step:
    return Step(frozenset(sources), target)


_S = TicketState

# A reserved number becomes valid when its slip is out, and is dropped when it is not: nobody calls it before.
# A missed ticket may be called again by its number: the applicant came back (architecture: accepted again).
TRANSITIONS: Mapping[Move, Step] = {
    Move.CONFIRM: _step(_S.WAITING, _S.RESERVED),
    Move.DROP: _step(_S.VOID, _S.RESERVED),
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
    # A missed number that waits again by the centre's rule, and what takes a missed call or a transfer back.
    Move.REQUEUE: _step(_S.WAITING, _S.CALLED),
    Move.RESTORE_CALLED: _step(_S.CALLED, _S.WAITING, _S.MISSED),
    Move.RESTORE_SERVING: _step(_S.SERVING, _S.WAITING),
    # A new place in the order: statutory priority, or more time.
    Move.REORDER: _step(_S.WAITING, _S.WAITING),
    # Its appointment was withdrawn, even while its holder stands at the counter.
    Move.WITHDRAW: _step(_S.VOID, _S.WAITING, _S.CALLED, _S.SERVING, _S.PARKED),
    # The next matter of the same visit.
    Move.CONTINUE: _step(_S.SERVING, _S.CALLED, _S.SERVING),
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


WALK_IN_SERIES = "W"
BOOKED_SERIES = "Y"
BOOKED_MARK = "Y"
_DIGITS = 3


def ticket_number(prefix: str, ordinal: int, *, booked: bool) -> str:
    """`A012` for a walk-in, `YA012` for a booking; past 999 the number simply grows."""
    return f"{BOOKED_MARK if booked else ''}{prefix}{ordinal:0{_DIGITS}d}"


class QueueingError(Exception):
    """Something in the hall cannot be done now; the text is for logs and tests."""


class UnknownTicket(QueueingError):
    """No such ticket."""


class UnknownCounter(QueueingError):
    """No such counter, or it is out of use."""


class UnknownQueue(QueueingError):
    """No such queue, or it is out of use."""


class UnknownPrinter(QueueingError):
    """No such printer, it is out of use, or only its own terminal reaches it."""


class CounterBusy(QueueingError):
    """The counter has a ticket in hand and must end with it first."""


class CounterTaken(QueueingError):
    """The clerk sits at another counter already."""


class MoveRefused(QueueingError):
    """The transition table has no such move from the ticket's state."""

    def __init__(self, move: Move, state: str) -> None:
        """Say which move from which state."""
        self.move, self.state = move, state
        super().__init__(f"{move} from {state}")


class AppointmentWithdrawn(QueueingError):
    """The appointment of the ticket was cancelled meanwhile; the number is void now, and the counter is free."""


class TooManyRecalls(QueueingError):
    """The ticket was called again as often as may be; mark it missed or accept it."""


class NotReserved(QueueingError):
    """The number was dropped meanwhile; its slip, if there is one, is worth nothing."""


class AlreadyWaiting(QueueingError):
    """The person has an open ticket of this queue today; offer to print it again (architecture, invariant 5)."""

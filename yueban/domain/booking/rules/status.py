"""The statuses of an appointment, what each holds, and the only moves between them (architecture: Data)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """Where an appointment stands."""

    REQUESTED = "requested"
    BOOKED = "booked"
    ARRIVED = "arrived"
    TICKETED = "ticketed"
    ACCEPTED = "accepted"
    MISSED = "missed"
    SERVED = "served"
    NO_SHOW = "no_show"
    LATE_CANCELLED = "late_cancelled"
    CANCELLED = "cancelled"
    COUNTER_CANCELLED = "counter_cancelled"
    REJECTED = "rejected"


class IllegalTransition(Exception):
    """An appointment was asked to move where the table has no way; it stays as it is."""

    def __init__(self, to: Status) -> None:
        """Name the status that could not be reached."""
        self.to = to
        super().__init__(f"no way to {to}")


_S = Status
_WITHDRAWN: Final = frozenset({_S.CANCELLED, _S.COUNTER_CANCELLED})

NEXT: Final[dict[Status, frozenset[Status]]] = {
    _S.REQUESTED: frozenset({_S.BOOKED, _S.REJECTED, _S.CANCELLED}),
    _S.BOOKED: frozenset({_S.ARRIVED, _S.TICKETED, _S.ACCEPTED, _S.LATE_CANCELLED, _S.NO_SHOW}) | _WITHDRAWN,
    _S.ARRIVED: frozenset({_S.ACCEPTED, _S.MISSED}) | _WITHDRAWN,
    # Late cancelled and no_show are for a ticket taken on a phone by somebody who never came (R4.3).
    _S.TICKETED: frozenset({_S.ACCEPTED, _S.MISSED, _S.NO_SHOW, _S.LATE_CANCELLED}) | _WITHDRAWN,
    _S.ACCEPTED: frozenset({_S.SERVED, _S.MISSED}),
    # Back to where it stood when a clerk takes a missed call back within seconds (撤销).
    _S.MISSED: frozenset({_S.ACCEPTED, _S.ARRIVED, _S.NO_SHOW}),
    _S.SERVED: frozenset(),
    _S.NO_SHOW: frozenset(),
    _S.LATE_CANCELLED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.COUNTER_CANCELLED: frozenset(),
    _S.REJECTED: frozenset(),
}

HOLDS_DAY: Final = frozenset(_S) - {_S.CANCELLED, _S.COUNTER_CANCELLED, _S.REJECTED}
"""Counts against the limit of the day (R5.2): a late cancellation and a no-show do, an in-time one does not."""

HOLDS_PLACE: Final = HOLDS_DAY - {_S.LATE_CANCELLED}
"""Keeps its place in the slot, and its time from other bookings of the same person."""


def sources_of(to: Status) -> list[str]:
    """Give every status from which `to` can be reached, sorted, for a conditional update."""
    return sorted(source for source, targets in NEXT.items() if to in targets)

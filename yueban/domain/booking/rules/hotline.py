"""The calls that 总咨询台 takes and a counter answers (R4.1.2): due, late, and who may call back now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from yueban.domain.booking.rules.windows import whole_second
from yueban.domain.calendar.rules import callback_due

if TYPE_CHECKING:
    from decimal import Decimal

    from yueban.domain.calendar.rules import WorkingClock

WARN_PART: Final = 6
"""The manager is told of a call when all but this part of its time has passed: of half a day about half an hour."""

HELD_FOR: Final = timedelta(minutes=15)
"""So long a clerk who took a call keeps it from the others; somebody who was called away blocks nobody for good."""


class CallState(StrEnum):
    """Where a call stands."""

    WAITING = "waiting"
    REGISTERED = "registered"
    CLOSED = "closed"


class DayPart(StrEnum):
    """When on the wanted day."""

    ANY = ""
    MORNING = "am"
    AFTERNOON = "pm"


class AttemptResult(StrEnum):
    """What came of calling back without an end."""

    NOBODY = "nobody"
    WRONG_NUMBER = "wrong_number"
    AGAIN_LATER = "again_later"


class ClosedReason(StrEnum):
    """Why a call ended without an appointment."""

    NOT_WANTED = "not_wanted"
    UNREACHABLE = "unreachable"
    BOOKED_OTHERWISE = "booked_otherwise"
    NOT_POSSIBLE = "not_possible"
    OTHER = "other"


class Urgency(StrEnum):
    """How a waiting call stands to its due time."""

    LATE = "late"
    SOON = "soon"
    IN_TIME = "in_time"


class CallTaken(Exception):
    """Somebody else calls this person back at this moment, or the call has ended; nothing was written."""


class UnknownCall(LookupError):
    """No call has this id."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a call must have been answered, and when its manager is told that it has not."""

    due_at: datetime
    warn_at: datetime


def due(clock: WorkingClock, asked_at: datetime, working_days: Decimal, *, wanted: date | None = None) -> Due:
    """Give when a call of `asked_at` is due (R4.1.2), for an hour on the next working day by close of business.

    After closing that hour is past its cut-off and hurries nobody. Raises `UnknownDay` outside the known calendar.
    """
    at = callback_due(clock, asked_at, working_days, slot_date=wanted)
    if at <= asked_at:
        at = callback_due(clock, asked_at, working_days)
    return Due(at, max(asked_at, clock.subtract(at, Fraction(working_days) / WARN_PART)))


def urgency(due: Due, *, now: datetime) -> Urgency:
    """Say how a waiting call stands; the due time's own second is in time."""
    now = whole_second(now)
    if now > due.due_at:
        return Urgency.LATE
    return Urgency.SOON if now >= due.warn_at else Urgency.IN_TIME

"""Five levels of 好差评, the reasons that may be given with them, and how long the device asks."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

ASKS: Final = timedelta(seconds=20)
"""How long the device at the counter asks; then the handling stays unrated."""

ANSWERS: Final = timedelta(seconds=60)
"""Until when an answer still counts: a face was touched, reasons are being chosen."""


class Level(IntEnum):
    """非常满意 5 to 非常不满意 1 (R5.5.3); 1 and 2 are bad."""

    VERY_GOOD = 5
    GOOD = 4
    FAIR = 3
    BAD = 2
    VERY_BAD = 1


class RatingReason(StrEnum):
    """Why, if the rater likes to say."""

    KIND = "kind"
    QUICK = "quick"
    CLEAR = "clear"
    SLOW = "slow"
    RUDE = "rude"
    UNCLEAR = "unclear"
    TWICE = "twice"


GOOD_REASONS: Final = (RatingReason.KIND, RatingReason.QUICK, RatingReason.CLEAR)
BAD_REASONS: Final = (RatingReason.SLOW, RatingReason.RUDE, RatingReason.UNCLEAR, RatingReason.TWICE)


def is_bad(level: Level) -> bool:
    """差评: 不满意 and 非常不满意."""
    return level <= Level.BAD


def reasons_of(level: Level) -> tuple[RatingReason, ...]:
    """The reasons that are offered with a level."""
    return GOOD_REASONS if level >= Level.GOOD else BAD_REASONS


def asks(ended_at: datetime, *, now: datetime) -> bool:
    """Whether the device still asks about a handling that ended then."""
    return timedelta(0) <= now - ended_at <= ASKS


def answers(ended_at: datetime, *, now: datetime) -> bool:
    """Whether an answer about it is still taken."""
    return timedelta(0) <= now - ended_at <= ANSWERS


class FeedbackError(Exception):
    """A rating cannot be taken."""


class AlreadyRated(FeedbackError):
    """One rating for each handling."""


class TooLateToRate(FeedbackError):
    """The device does not ask about it any more."""


class UnknownHandling(FeedbackError):
    """No such handling."""

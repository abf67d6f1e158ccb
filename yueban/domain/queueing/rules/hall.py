"""What a centre decides for its own hall: head starts, what becomes of those who miss their call, who is told when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from yueban.domain.queueing.rules.life import QueueingError
from yueban.domain.queueing.rules.order import TicketClass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from yueban.domain.queueing.rules.order import CallingOrder

UNDO_SHOWN: Final = 5
"""Seconds for which the console offers to take a missed call or a transfer back."""

UNDO: Final = timedelta(seconds=UNDO_SHOWN + 1)
"""How long the hall takes it back: what is shown, and one second for the way to us."""

LONGEST_NOTE: Final = 300


class MissedRule(StrEnum):
    """What becomes of a number that was called and not there."""

    ASIDE = "aside"
    VOID = "void"
    AFTER = "after"
    END = "end"


class Ground(StrEnum):
    """Why a person goes first by law: 军人, 老年人, 孕妇, 残疾人."""

    MILITARY = "military"
    ELDERLY = "elderly"
    PREGNANT = "pregnant"
    DISABLED = "disabled"


class UnusedPlaces(StrEnum):
    """When booked places that nobody uses are open to walk-ins, beyond the quota of their band."""

    NEVER = "never"
    SLOT_START = "slot_start"
    GRACE = "grace"


@dataclass(frozen=True, slots=True)
class HallRules:
    """The decisions of one centre; what it leaves open (None, empty) is the regulation's."""

    head_starts: Mapping[TicketClass, timedelta] = field(default_factory=dict)
    step: timedelta | None = None
    missed: MissedRule = MissedRule.ASIDE
    missed_after: int = 3
    missed_limit: int = 2
    recall_pause: timedelta = timedelta(0)
    statutory_age: int | None = None
    unused: UnusedPlaces = UnusedPlaces.GRACE
    more_time_places: int = 3
    notice_ahead: int = 3
    notice_call: bool = True
    overnight: date | None = None

    def order(self, regulation: CallingOrder) -> CallingOrder:
        """The calling order of the regulation with this centre's head starts and step."""
        head_starts = {**regulation.head_starts, **self.head_starts}
        return replace(regulation, head_starts=head_starts, step=regulation.step if self.step is None else self.step)


def missed_rule(rules: HallRules, misses: int) -> MissedRule:
    """What becomes of a number at its `misses`-th missed call: after the limit it does not come back by itself."""
    comes_back = rules.missed in {MissedRule.AFTER, MissedRule.END}
    return MissedRule.ASIDE if comes_back and misses > rules.missed_limit else rules.missed


def age(born: date, day: date) -> int:
    """Full years on a day; whoever was born on 29 February has a birthday on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def ground_of_age(born: date | None, day: date, rules: HallRules) -> Ground | None:
    """老年人 by the certificate: from the birthday on which the centre's age is reached."""
    if born is None or rules.statutory_age is None:
        return None
    return Ground.ELDERLY if age(born, day) >= rules.statutory_age else None


def may_undo(made_at: datetime, *, now: datetime) -> bool:
    """Whether it may still be taken back; the last instant counts."""
    return now - made_at <= UNDO


class TooLateToUndo(QueueingError):
    """The few seconds are over, or somebody else went on with the ticket."""


class CoolingDown(QueueingError):
    """Called just now; wait before calling the same number again."""


class AlreadyParked(QueueingError):
    """The counter has set somebody aside already; it may keep one."""


class MissedForGood(QueueingError):
    """By the centre's rule a missed number is void: its holder takes a new one."""


class AlreadyPostponed(QueueingError):
    """More time was given once already."""


class AlreadyPressed(QueueingError):
    """The number of this press exists: a press whose answer was lost gives the same one."""


class OutsideBands(QueueingError):
    """The queue gives no numbers at this time of day."""


class QuotaUsed(QueueingError):
    """The numbers of this time of day are given out."""

"""Opening sessions over the year, and how they are cut into slots (R1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from yueban.domain.calendar.rules.working_days import WorkingDays
from yueban.domain.regulation.rules import Remainder
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Iterable

_SATURDAY: Final = 6
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Kind(StrEnum):
    """What a session is: ordinary hours, or one of the innovations of R3.1 to R3.3."""

    REGULAR = "regular"
    EARLY = "early"
    LATE = "late"
    NOON = "noon"
    WEEKEND = "weekend"


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day of every year; 29 February is one, and is passed over where it does not occur."""

    month: int
    day: int

    @classmethod
    def parse(cls, text: str) -> MonthDay:
        """Read `MM-DD`; `ValueError` for anything else, or for a day that no year has."""
        match = re.fullmatch(r"(\d\d)-(\d\d)", text, re.ASCII)
        if match is None:
            raise ValueError(f"not MM-DD: {text!r}")
        month, day = int(match[1]), int(match[2])
        if not 1 <= month <= len(_LONGEST_MONTH) or not 1 <= day <= _LONGEST_MONTH[month - 1]:
            raise ValueError(f"no such day of the year: {text!r}")
        return cls(month, day)

    @classmethod
    def of(cls, day: date) -> MonthDay:
        """Take the month and day of a date."""
        return cls(day.month, day.day)


def in_season(day: date, valid_from: MonthDay, valid_to: MonthDay) -> bool:
    """Tell whether a date lies in a season, both ends inclusive; `from` after `to` wraps the new year."""
    at = MonthDay.of(day)
    if valid_from <= valid_to:
        return valid_from <= at <= valid_to
    return at >= valid_from or at <= valid_to


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one day, `start` before `end`."""

    start: time
    end: time

    @property
    def minutes(self) -> int:
        """How long it is, in minutes."""
        return _minute(self.end) - _minute(self.start)

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Place it on a date: its two instants, aware."""
        return datetime.combine(day, self.start, TZ), datetime.combine(day, self.end, TZ)


@dataclass(frozen=True, slots=True)
class Opening:
    """One session of a centre's timetable: open `span` on `weekdays` (1 Monday … 7) within a season."""

    span: Span
    weekdays: frozenset[int]
    valid_from: MonthDay = MonthDay(1, 1)
    valid_to: MonthDay = MonthDay(12, 31)
    kind: Kind = Kind.REGULAR


def timetable_weekday(day: date, *, working: bool) -> int:
    """Return the weekday whose timetable a date follows.

    A weekend day that 调休 made a working day follows the nearest ordinary one: Saturday Friday's, Sunday Monday's.
    """
    weekday = day.isoweekday()
    if working and weekday >= _SATURDAY:
        return 5 if weekday == _SATURDAY else 1
    return weekday


def openings_on(day: date, openings: Iterable[Opening], days: WorkingDays) -> list[Opening]:
    """Return the sessions held on a date, ascending by start.

    Weekend sessions are held on days off, all others on working days (R1.2, R3.1 to R3.3).
    Raises `UnknownDay` outside the known years.
    """
    working = days.is_working(day)
    weekday = timetable_weekday(day, working=working)
    held = (
        opening
        for opening in openings
        if weekday in opening.weekdays
        and in_season(day, opening.valid_from, opening.valid_to)
        and working == (opening.kind is not Kind.WEEKEND)
    )
    return sorted(held, key=lambda opening: opening.span)


def tile(session: Span, slot_minutes: int, remainder: Remainder = Remainder.SHORT) -> list[Span]:
    """R1.2: cut a session into slots of `slot_minutes` from its opening.

    The rest becomes a short slot, is dropped, or lengthens the last slot. A session shorter than one
    slot is one short slot (dropped by `drop`). Slots never reach past the session, so never across lunch.
    """
    start, end = _minute(session.start), _minute(session.end)
    cuts = [*range(start, end, slot_minutes), end]
    if (end - start) % slot_minutes and remainder is not Remainder.SHORT:
        last_full = len(cuts) - 2
        if remainder is Remainder.DROP:
            del cuts[-1]
        elif last_full > 0:
            del cuts[last_full]
    return [Span(_time(a), _time(b)) for a, b in pairwise(cuts)]


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)

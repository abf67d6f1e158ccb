"""Arithmetic in working days of one centre, counted over its sessions (R4.1.2, R4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Final

from yueban.domain.calendar.rules.timetable import Kind, Opening, Span, openings_on
from yueban.domain.calendar.rules.working_days import WorkingDays
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

_MICROSECOND: Final = timedelta(microseconds=1)
_NONE: Final = timedelta(0)
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingClock:
    """The regular hours of one centre as a clock that runs only while it is open.

    Its unit is the working day: every day the centre is open counts 1, and a moment in it counts the part
    of that day's open minutes that has passed. So half a working day is half of the regular minutes, and a
    change of season or a short Friday needs no special case. All instants are aware.
    """

    days: WorkingDays
    openings: tuple[Opening, ...]

    def spans(self, day: date) -> list[Span]:
        """Return the regular hours of a date, ascending; none on a day off. Raises `UnknownDay`."""
        return [o.span for o in openings_on(day, self.openings, self.days) if o.kind is Kind.REGULAR]

    def add(self, instant: datetime, working_days: Decimal | Fraction) -> datetime:
        """Return when `working_days` (0 or more) of open time have passed since `instant`: the earliest such moment.

        Raises `UnknownDay` when the known years end before.
        """
        if not working_days:
            return instant
        day, passed = self._position(instant.astimezone(TZ))
        target = passed + Fraction(working_days)
        while target > 1:
            day, target = self._open_day(day, 1), target - 1
        return self._at(day, target, late=False)

    def subtract(self, instant: datetime, working_days: Decimal | Fraction) -> datetime:
        """Return the latest moment from which `working_days` (0 or more) of open time remain until `instant`.

        Raises `UnknownDay` when the known years begin after it.
        """
        if not working_days:
            return instant
        day, passed = self._position(instant.astimezone(TZ))
        target = passed - Fraction(working_days)
        while target < 0:
            day, target = self._open_day(day, -1), target + 1
        return self._at(day, target, late=True)

    def close_of_business(self, day: date) -> datetime | None:
        """Return the end of the last regular session of a date, or nothing when it is closed."""
        spans = self.spans(day)
        return spans[-1].on(day)[1] if spans else None

    def next_open_day(self, day: date) -> date:
        """Return the first day after `day` with regular hours."""
        return self._open_day(day, 1)

    def _open_day(self, day: date, step: int) -> date:
        day += step * _ONE_DAY
        while not self.spans(day):
            day += step * _ONE_DAY
        return day

    def _position(self, instant: datetime) -> tuple[date, Fraction]:
        """Return the open day and how much of it has passed; a closed day is the beginning of the next open one."""
        spans = self.spans(instant.date())
        if not spans:
            return self._open_day(instant.date(), 1), Fraction(0)
        passed = sum((_passed(span, instant) for span in spans), _NONE)
        return instant.date(), Fraction(passed // _MICROSECOND, _total(spans) // _MICROSECOND)

    def _at(self, day: date, part: Fraction, *, late: bool) -> datetime:
        """Return when `part` of a day has passed; at a break, its end when `late`, else its beginning."""
        spans = self.spans(day)
        rest = floor(part * (_total(spans) // _MICROSECOND)) * _MICROSECOND
        for span in spans:
            start, end = span.on(day)
            if rest < end - start or (rest == end - start and not late):
                return start + rest
            rest -= end - start
        raise AssertionError("a part of a day is at most the whole")


def callback_due(
    clock: WorkingClock, called_at: datetime, working_days: Decimal, *, slot_date: date | None = None
) -> datetime:
    """R4.1.2: when a counter must have called back for a request taken by the hotline at `called_at`.

    `working_days` after the call; for a slot on the next open day no later than close of business of the
    day of the call.
    """
    due = clock.add(called_at, working_days)
    day = called_at.astimezone(TZ).date()
    closing = clock.close_of_business(day)
    if closing is None or slot_date is None or slot_date > clock.next_open_day(day):
        return due
    return min(due, max(closing, called_at))


def _passed(span: Span, instant: datetime) -> timedelta:
    start, end = span.on(instant.date())
    return max(_NONE, min(instant, end) - start)


def _total(spans: Sequence[Span]) -> timedelta:
    return timedelta(minutes=sum(span.minutes for span in spans))

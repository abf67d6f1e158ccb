"""Working days (调休 included), and the two bounds of booking that are counted in them (R4.0)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Self

from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONE_DAY: Final = timedelta(days=1)


class UnknownDay(LookupError):
    """A day outside the known years was asked for; `day` is the one that is missing."""

    def __init__(self, day: date) -> None:
        """Keep the day."""
        self.day = day
        super().__init__(f"no working calendar is known for {day}")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The known working days: ascending `dates`, known without a gap from `first` to `last` inclusive.

    Every question about a day outside that range raises `UnknownDay`: nothing is guessed.
    """

    dates: tuple[date, ...]
    first: date
    last: date

    @classmethod
    def from_days(cls, days: Mapping[date, bool]) -> Self:
        """Build from `{date: working}`. With a gap, the unbroken run up to the last day is what is known.

        Raises `ValueError` when no day is given.
        """
        if not days:
            raise ValueError("a calendar needs at least one day")
        first = last = max(days)
        while first - _ONE_DAY in days:
            first -= _ONE_DAY
        return cls(tuple(sorted(day for day, working in days.items() if working and first <= day)), first, last)

    def knows(self, day: date) -> bool:
        """Tell whether the day lies in the known range."""
        return self.first <= day <= self.last

    def is_working(self, day: date) -> bool:
        """Tell whether the day is a working day."""
        self._demand(day)
        index = bisect_left(self.dates, day)
        return index < len(self.dates) and self.dates[index] == day

    def next_working(self, day: date) -> date:
        """Return the first working day after `day`."""
        return self.nth_working_after(day, 1)

    def previous_working(self, day: date) -> date:
        """Return the last working day before `day`."""
        return self.nth_working_before(day, 1)

    def nth_working_after(self, day: date, n: int) -> date:
        """Return the n-th working day after `day` (n = 0: `day` itself, working or not)."""
        self._demand(day)
        if n == 0:
            return day
        index = bisect_right(self.dates, day) + n - 1
        if index >= len(self.dates):
            raise UnknownDay(self.last + _ONE_DAY)
        return self.dates[index]

    def nth_working_before(self, day: date, n: int) -> date:
        """Return the n-th working day before `day` (n = 0: `day` itself, working or not)."""
        self._demand(day)
        if n == 0:
            return day
        index = bisect_left(self.dates, day) - n
        if index < 0:
            raise UnknownDay(self.first - _ONE_DAY)
        return self.dates[index]

    def between(self, first: date, last: date) -> tuple[date, ...]:
        """Return the working days from `first` to `last` inclusive, as far as they are known."""
        return self.dates[bisect_left(self.dates, first) : bisect_right(self.dates, last)]

    def _demand(self, day: date) -> None:
        if not self.knows(day):
            raise UnknownDay(day)


def desk_cutoff(days: WorkingDays, service_date: date, *, at: time = time(16, 30), days_before: int = 1) -> datetime:
    """R4.0: the last instant at which the desk or the telephone may book for `service_date`.

    That is `at` on the `days_before`-th working day before it; the instant itself is on time.
    Raises `UnknownDay` when the calendar does not reach.
    """
    return datetime.combine(days.nth_working_before(service_date, days_before), at, TZ)


def horizon_end(days: WorkingDays, today: date, horizon: int) -> date:
    """R4.0: the last service date that can be booked today, `horizon` working days ahead.

    Where the known years end before that, the last known day is the end. Raises `UnknownDay` when
    today itself is unknown.
    """
    try:
        return days.nth_working_after(today, horizon)
    except UnknownDay:
        if not days.knows(today):
            raise
        return days.last

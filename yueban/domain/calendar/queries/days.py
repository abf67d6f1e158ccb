"""The working calendar as the county has it, overrides included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models.functions import Coalesce

from yueban.domain.calendar.models import Day, Year
from yueban.domain.calendar.rules import Standing, WorkingDays
from yueban.domain.regulation.queries import Kept

_NOTHING: Final = WorkingDays((), date.max, date.min)
"""No year is known: an empty range, so that every question is answered by `UnknownDay`."""


@dataclass(frozen=True, slots=True)
class DayView:
    """One date as a person reads it: worked or not, why, and whether its year is only provisional."""

    date: date
    working: bool
    name: str
    provisional: bool


def _load_days() -> WorkingDays:
    days = dict(Day.objects.values_list("date", Coalesce("override", "working")))
    return WorkingDays.from_days(days) if days else _NOTHING


def _load_names() -> dict[date, str]:
    return dict(Day.objects.exclude(name="").values_list("date", "name"))


def _load_standings() -> dict[int, Standing]:
    return {year: Standing(standing) for year, standing in Year.objects.values_list("year", "standing")}


_days: Final = Kept(_load_days)
_names: Final = Kept(_load_names)
_standings: Final = Kept(_load_standings)


def working_days() -> WorkingDays:
    """Return the working days of all known years, kept until the reference data changes."""
    return _days.get()


def standings() -> dict[int, Standing]:
    """Return the known years and how sure each is."""
    return dict(_standings.get())


def day(date: date) -> DayView:
    """Return what is known of a date; raises `UnknownDay`."""
    working = working_days().is_working(date)
    standing = _standings.get().get(date.year)
    return DayView(date, working, _names.get().get(date, ""), standing is Standing.PROVISIONAL)

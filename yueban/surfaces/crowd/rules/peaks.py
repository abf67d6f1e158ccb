"""Seasons, weekdays and peaks: how many come to a queue on a day, compared with an ordinary one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import prod
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from yueban.domain.directory.county import Demand
    from yueban.domain.directory.county.records import Peak, QueueDemand

MOST: Final = 2.5
"""Peaks of the same day multiply up to this; a day that is a peak by its date (`dates`) is not bounded."""


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One working day of a hall.

    `weekday` is 1 (Monday) to 5 by the timetable it follows (调休). `sessions` are its opening hours, ascending.
    `before` holds the day itself and the working days before it, nearest first: one can book on them. `days_off` are
    the days off just before it.
    """

    date: dt.date
    weekday: int
    sessions: tuple[tuple[dt.datetime, dt.datetime], ...]
    before: tuple[dt.date, ...]
    days_off: int = 0


def season_of(demand: Demand, day: dt.date) -> str:
    """Give the season of a date; the file's first one where none names it."""
    seasons = demand.meta.seasons
    at = (day.month, day.day)
    for name, spans in seasons.items():
        if any((a.month, a.day) <= at <= (b.month, b.day) for a, b in spans):
            return name
    return next(iter(seasons))


def peaks_of(demand: Demand, queue: str, day: DayFacts) -> list[Peak]:
    """Give the peaks that a queue has on a day; manual ones never come by themselves."""
    return [peak for peak in demand.peaks if (queue in peak.queues or "*" in peak.queues) and _is_on(peak, day)]


def day_factor(demand: Demand, queue: str, assumed: QueueDemand, day: DayFacts) -> float:
    """Give what an ordinary day's visits are multiplied with."""
    found = peaks_of(demand, queue, day)
    bounded = min(MOST, prod(peak.factor for peak in found if peak.type != "dates"))
    named = prod(peak.factor for peak in found if peak.type == "dates")
    return assumed.arrivals.weekday_factor.get(day.weekday, 1.0) * bounded * named


def _is_on(peak: Peak, day: DayFacts) -> bool:
    match peak.type:
        case "dates":
            return not {f"{day.date:%m-%d}", f"{day.date:%Y-%m-%d}"}.isdisjoint(peak.dates)
        case "month_end":
            return (day.date + timedelta(days=peak.days or 0)).month != day.date.month
        case "after_holiday":
            return day.days_off >= (peak.min_days_off or 1)
        case "manual":
            return False
        case _:
            return _in_span(peak, day.date)


def _in_span(peak: Peak, day: dt.date) -> bool:
    if peak.type == "month_list":
        return day.month in peak.months
    if peak.type == "month_days":
        return (peak.days_from or 1) <= day.day <= (peak.days_to or 31)
    first, last = str(peak.from_), str(peak.to)
    return first <= f"{day:%m-%d}" <= last


def item_of(peaks: Sequence[Peak], draws: Sequence[float]) -> tuple[str, ...]:
    """Give the items that a visit of a peak day came for, none for an ordinary visit.

    A peak that names items adds its visits to them: of `factor` visits, `factor − 1` are theirs. `draws` are as many
    numbers from 0 to 1 as there are peaks.
    """
    for peak, drawn in zip(peaks, draws, strict=True):
        if peak.items and peak.factor > 1 and drawn < 1 - 1 / peak.factor:
            return peak.items
    return ()

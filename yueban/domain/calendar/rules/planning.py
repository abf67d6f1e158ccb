"""The slots that a hall's timetable and counters make on one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from yueban.domain.calendar.rules.capacity import Share, day_capacities
from yueban.domain.calendar.rules.timetable import Kind, Opening, openings_on, tile
from yueban.domain.calendar.rules.working_days import WorkingDays, horizon_end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from yueban.domain.regulation.rules import Parameters

BEYOND: Final = 2
"""Working days generated past the horizon, so that midnight never finds an empty last day."""

_day_capacities = lru_cache(maxsize=4096)(day_capacities)


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What planning needs of a bookable queue."""

    id: int
    service_minutes: Fraction
    walk_in_share: Fraction
    share: Share


@dataclass(frozen=True, slots=True)
class HallFacts:
    """What planning needs of a centre."""

    id: int
    openings: tuple[Opening, ...]
    queues: tuple[QueueFacts, ...]


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """One slot to be: `planned` is what the counters give, 1 or more."""

    queue_id: int
    date: date
    starts_at: datetime
    ends_at: datetime
    planned: int


def planned_slots(hall: HallFacts, day: date, days: WorkingDays, parameters: Parameters) -> Iterator[PlannedSlot]:
    """Give the regular slots of a hall on one date, queue by queue; hours that hold nobody are left to walk-ins.

    Raises `UnknownDay` outside the known years.
    """
    spans = [
        span
        for opening in openings_on(day, hall.openings, days)
        if opening.kind is Kind.REGULAR
        for span in tile(opening.span, parameters.slot_minutes, parameters.remainder)
    ]
    minutes = tuple(span.minutes for span in spans)
    for queue in hall.queues:
        places = _day_capacities(queue.share, minutes, queue.service_minutes, queue.walk_in_share)
        for span, planned in zip(spans, places, strict=True):
            if planned:
                yield PlannedSlot(queue.id, day, *span.on(day), planned)


def generated_days(days: WorkingDays, today: date, horizon: int) -> list[date]:
    """Give the dates that must have slots: today to a little past the horizon (R4.0), as far as the calendar is known.

    Raises `UnknownDay` when today itself is unknown.
    """
    last = horizon_end(days, today, horizon + BEYOND)
    return [today + timedelta(days=n) for n in range((last - today).days + 1)]

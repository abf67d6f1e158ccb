"""The slots that a hall's timetable and counters make on one day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from yueban.domain.calendar.rules.capacity import Share, day_capacities
from yueban.domain.calendar.rules.openings import permitted
from yueban.domain.calendar.rules.timetable import Kind, Opening, Span, openings_on, tile
from yueban.domain.calendar.rules.working_days import WorkingDays, horizon_end

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
class FlexibleFacts:
    """A published opening (R3.1 to R3.3): its hours by date, and its queues with what its own counters give them."""

    id: int
    kind: Kind
    hours: Mapping[date, Span]
    queues: tuple[QueueFacts, ...]


@dataclass(frozen=True, slots=True)
class HallFacts:
    """What planning needs of a centre."""

    id: int
    openings: tuple[Opening, ...]
    queues: tuple[QueueFacts, ...]
    flexible: tuple[FlexibleFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """One slot to be: `planned` is what the counters give, 1 or more."""

    queue_id: int
    date: date
    starts_at: datetime
    ends_at: datetime
    planned: int
    kind: Kind = Kind.REGULAR
    opening_id: int | None = None


def planned_slots(hall: HallFacts, day: date, days: WorkingDays, parameters: Parameters) -> Iterator[PlannedSlot]:
    """Give the slots of a hall on one date, queue by queue; hours that hold nobody are left to walk-ins.

    Regular hours, and those of published openings that the timetable of the day still permits (R3.1 to R3.3).
    Raises `UnknownDay` outside the known years.
    """
    sessions = _sessions(hall, day, days)
    yield from _regular_slots(hall, day, sessions, parameters)
    yield from _flexible_slots(hall, day, sessions, days, parameters)


def makers(hall: HallFacts, day: date, days: WorkingDays, parameters: Parameters) -> set[int | None]:
    """Tell what makes slots in a hall on a date: ids of openings, None for the timetable. Raises `UnknownDay`."""
    sessions = _sessions(hall, day, days)
    first = next(_regular_slots(hall, day, sessions, parameters), None)
    found: set[int | None] = set() if first is None else {None}
    return found | {slot.opening_id for slot in _flexible_slots(hall, day, sessions, days, parameters)}


def _sessions(hall: HallFacts, day: date, days: WorkingDays) -> list[Span]:
    return [opening.span for opening in openings_on(day, hall.openings, days) if opening.kind is Kind.REGULAR]


def _regular_slots(hall: HallFacts, day: date, sessions: list[Span], parameters: Parameters) -> Iterator[PlannedSlot]:
    spans = [span for session in sessions for span in tile(session, parameters.slot_minutes, parameters.remainder)]
    for queue in hall.queues:
        yield from _slots(queue, day, spans, queue.walk_in_share)


def _flexible_slots(
    hall: HallFacts, day: date, sessions: list[Span], days: WorkingDays, parameters: Parameters
) -> Iterator[PlannedSlot]:
    working, limit = days.is_working(day), parameters.early_late_minutes
    for opening in hall.flexible:
        span = opening.hours.get(day)
        if span and permitted(opening.kind, span, sessions=sessions, working=working, limit=limit):
            yield from _flexible(opening, day, span, parameters)


def _flexible(opening: FlexibleFacts, day: date, span: Span, parameters: Parameters) -> Iterator[PlannedSlot]:
    """These hours are by appointment only: nothing is kept for walk-ins."""
    tiles = tile(span, parameters.slot_minutes, parameters.remainder)
    for queue in opening.queues:
        for slot in _slots(queue, day, tiles, Fraction(0)):
            yield replace(slot, kind=opening.kind, opening_id=opening.id)


def _slots(queue: QueueFacts, day: date, spans: Sequence[Span], walk_in_share: Fraction) -> Iterator[PlannedSlot]:
    for span, planned in zip(spans, places_of(queue, spans, walk_in_share), strict=True):
        if planned:
            yield PlannedSlot(queue.id, day, *span.on(day), planned)


def places_of(queue: QueueFacts, spans: Sequence[Span], walk_in_share: Fraction) -> list[int]:
    """Give the places of a queue in each of a day's spans."""
    minutes = tuple(span.minutes for span in spans)
    return _day_capacities(queue.share, minutes, queue.service_minutes, walk_in_share)


def generated_days(days: WorkingDays, today: date, horizon: int) -> list[date]:
    """Give the dates that must have slots: today to a little past the horizon (R4.0), as far as the calendar is known.

    Raises `UnknownDay` when today itself is unknown.
    """
    last = horizon_end(days, today, horizon + BEYOND)
    return [today + timedelta(days=n) for n in range((last - today).days + 1)]

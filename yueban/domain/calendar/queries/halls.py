"""When halls are open, and what their counters give."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from yueban.domain.calendar.models import Session, Slot
from yueban.domain.calendar.queries.days import working_days
from yueban.domain.calendar.rules import (
    HallFacts,
    Kind,
    MonthDay,
    Opening,
    QueueFacts,
    Service,
    Share,
    SharingCounter,
    Span,
    WorkingClock,
    generated_days,
    horizon_end,
    openings_on,
    planned_slots,
    shares,
)
from yueban.domain.directory import queries as directory
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.queries import Kept
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from datetime import date, datetime

    from yueban.domain.regulation.rules import Parameters


def _load_openings() -> dict[int, tuple[Opening, ...]]:
    found: dict[int, tuple[Opening, ...]] = {}
    for row in Session.objects.order_by("centre_id", "order"):
        found[row.centre_id] = (*found.get(row.centre_id, ()), _opening(row))
    return found


def _opening(row: Session) -> Opening:
    season = MonthDay.parse(row.valid_from), MonthDay.parse(row.valid_to)
    return Opening(Span(row.start, row.end), frozenset(row.weekdays), *season, Kind(row.kind))


def _load_halls() -> tuple[HallFacts, ...]:
    return tuple(_hall(centre) for centre in directory.centres())


_openings: Final = Kept(_load_openings)
_halls: Final = Kept(_load_halls)


def openings(centre_id: int) -> tuple[Opening, ...]:
    """Return a centre's timetable over the year, in the county's order; none for an unknown centre."""
    return _openings.get().get(centre_id, ())


def open_spans(centre_id: int, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """Return when a centre is open on a date, ascending, every kind of session; raises `UnknownDay`."""
    held = openings_on(day, openings(centre_id), working_days())
    return tuple(opening.span.on(day) for opening in held)


def working_clock(centre_id: int) -> WorkingClock:
    """Return the clock that counts a centre's working time (R4.1.2, R4.3)."""
    return WorkingClock(working_days(), openings(centre_id))


def halls() -> tuple[HallFacts, ...]:
    """Return what planning needs of every centre in use, kept until the reference data changes."""
    return _halls.get()


def _hall(centre: Any) -> HallFacts:
    queues = list(directory.queues(centre))
    demand = {queue.pk: Fraction(queue.demand) for queue in queues if queue.demand}
    parts = shares((_sharing(counter) for counter in directory.counters(centre)), demand)
    bookable = (
        QueueFacts(
            queue.pk, Fraction(queue.service_minutes), Fraction(queue.walk_in_share), parts.get(queue.pk, Share())
        )
        for queue in queues
        if queue.bookable
    )
    return HallFacts(centre.pk, openings(centre.pk), tuple(bookable))


def _sharing(counter: Any) -> SharingCounter[int]:
    services = (
        Service(link.queue_id, link.rank, None if link.weight is None else Fraction(link.weight))
        for link in counter.counterqueue_set.all()
    )
    return SharingCounter(tuple(services), counter.booking_only)


def days_to_generate(now: datetime) -> dict[date, Parameters]:
    """Return the dates that must have slots at `now`, each with the parameters in force on it.

    Raises `UnknownDay` when today is unknown.
    """
    today = now.astimezone(TZ).date()
    horizon = regulation.in_force(today).parameters.horizon
    return {day: regulation.in_force(day).parameters for day in generated_days(working_days(), today, horizon)}


def slots_ready(*, now: datetime) -> bool:
    """Tell whether every hall has its slots from today to the horizon; raises `UnknownDay` when today is unknown."""
    days = days_to_generate(now)
    end = horizon_end(working_days(), min(days), days[min(days)].horizon)
    return _complete({day: parameters for day, parameters in days.items() if day <= end})


def generation_due(*, now: datetime) -> bool:
    """Tell whether some hall lacks slots that generation would make; raises `UnknownDay` when today is unknown."""
    return not _complete(days_to_generate(now))


def _complete(days: dict[date, Parameters]) -> bool:
    known, all_halls = working_days(), halls()
    wanted = {
        (hall.id, day)
        for day, parameters in days.items()
        for hall in all_halls
        if any(True for _ in planned_slots(hall, day, known, parameters))
    }
    queues = [queue.id for hall in all_halls for queue in hall.queues]
    found = Slot.objects.filter(queue_id__in=queues, date__in=[day for _, day in wanted])
    return bool(wanted) and wanted <= set(found.values_list("centre_id", "date").distinct())

"""When halls are open, and what their counters give."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from yueban.domain.calendar.models import FlexibleOpening, Session, Slot
from yueban.domain.calendar.queries.days import working_days
from yueban.domain.calendar.rules import (
    FlexibleFacts,
    HallFacts,
    Kind,
    MonthDay,
    Opening,
    QueueFacts,
    Service,
    Share,
    SharingCounter,
    Span,
    State,
    WorkingClock,
    generated_days,
    horizon_end,
    makers,
    openings_on,
    shares,
)
from yueban.domain.directory import queries as directory
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.queries import Kept
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
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
    published: dict[int, list[FlexibleOpening]] = {}
    rows = FlexibleOpening.objects.filter(state=State.PUBLISHED).prefetch_related(
        "openingqueue_set", "openingcounter_set"
    )
    for row in rows.order_by("pk"):
        published.setdefault(row.centre_id, []).append(row)
    return tuple(_hall(centre, published.get(centre.pk, ())) for centre in directory.centres())


_openings: Final = Kept(_load_openings)
_halls: Final = Kept(_load_halls)


def openings(centre_id: int) -> tuple[Opening, ...]:
    """Return a centre's timetable over the year, in the county's order; none for an unknown centre."""
    return _openings.get().get(centre_id, ())


def open_spans(centre_id: int, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """Return when a centre is open on a date by its timetable, ascending, openings apart; raises `UnknownDay`."""
    held = openings_on(day, openings(centre_id), working_days())
    return tuple(opening.span.on(day) for opening in held)


def working_clock(centre_id: int) -> WorkingClock:
    """Return the clock that counts a centre's working time (R4.1.2, R4.3)."""
    return WorkingClock(working_days(), openings(centre_id))


def halls() -> tuple[HallFacts, ...]:
    """Return what planning needs of every centre in use, kept until the reference data changes."""
    return _halls.get()


def _hall(centre: Any, published: Iterable[FlexibleOpening]) -> HallFacts:
    staff = staffing(centre)
    parts = staff.shares(staff.counters)
    bookable = tuple(staff.facts(queue, parts) for queue in staff.queues if queue.bookable)
    flexible = tuple(_flexible(opening, staff) for opening in published)
    return HallFacts(centre.pk, openings(centre.pk), bookable, flexible)


def _flexible(opening: FlexibleOpening, staff: Staffing) -> FlexibleFacts:
    queues = frozenset(each.queue_id for each in opening.openingqueue_set.all())
    counters = frozenset(each.counter_id for each in opening.openingcounter_set.all())
    kind = Kind(opening.kind)
    hours = hours_held(opening.openingqueue_set.all()[0].hours)
    dated = {start.date(): Span(start.time(), end.time()) for start, end in hours}
    return FlexibleFacts(opening.pk, kind, dated, staff.given(kind, queues, counters))


def hours_held(value: Any) -> list[tuple[datetime, datetime]]:
    """Read a multirange of the database as stretches of wall time, ascending; none for an unpublished opening."""
    return [(each.lower.astimezone(TZ), each.upper.astimezone(TZ)) for each in value or ()]


@dataclass(frozen=True, slots=True)
class Staffing:
    """A hall's queues and counters, and what counters give to queues."""

    queues: tuple[Any, ...]
    counters: tuple[Any, ...]

    def shares(self, counters: Iterable[Any], queues: Collection[int] | None = None) -> dict[int, Share]:
        """Share the counters' time among the queues that they serve, or only among some of those."""
        demand = {queue.pk: Fraction(queue.demand) for queue in self.queues if queue.demand}
        return shares((_sharing(counter, queues) for counter in counters), demand)

    def facts(self, queue: Any, parts: Mapping[int, Share]) -> QueueFacts:
        """Give what planning needs of one queue."""
        share = parts.get(queue.pk, Share())
        return QueueFacts(queue.pk, Fraction(queue.service_minutes), Fraction(queue.walk_in_share), share)

    def given(self, kind: Kind, queues: Collection[int], counters: Collection[int]) -> tuple[QueueFacts, ...]:
        """Give what chosen counters give to chosen queues, and to no other; at noon only comprehensive ones (R3.2)."""
        chosen = [each for each in self.counters if each.pk in counters]
        if kind is Kind.NOON:
            chosen = [each for each in chosen if each.comprehensive]
        parts = self.shares(chosen, queues)
        return tuple(self.facts(queue, parts) for queue in self.queues if queue.pk in queues and queue.bookable)


def staffing(centre: Any) -> Staffing:
    """Read the queues and counters of a centre, those in use."""
    return Staffing(tuple(directory.queues(centre)), tuple(directory.counters(centre)))


def _sharing(counter: Any, queues: Collection[int] | None) -> SharingCounter[int]:
    services = (
        Service(link.queue_id, link.rank, None if link.weight is None else Fraction(link.weight))
        for link in counter.counterqueue_set.all()
        if queues is None or link.queue_id in queues
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
        (hall.id, day, maker)
        for day, parameters in days.items()
        for hall in all_halls
        for maker in makers(hall, day, known, parameters)
    }
    queues = [queue.id for hall in all_halls for queue in hall.queues]
    found = Slot.objects.filter(queue_id__in=queues, date__in=[day for _, day, _ in wanted])
    return bool(wanted) and wanted <= set(found.values_list("centre_id", "date", "opening_id").distinct())

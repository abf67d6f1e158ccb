"""Openings outside the timetable (R3.1 to R3.3): as they stand, what one would give, and what stands against it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Max, Q, Sum

from yueban.domain.calendar.models import FlexibleOpening, OpeningCounter, OpeningQueue, Slot
from yueban.domain.calendar.queries.days import working_days
from yueban.domain.calendar.queries.halls import hours_held, openings, staffing
from yueban.domain.calendar.rules import (
    CLAUSES,
    CounterKnown,
    HallHours,
    Held,
    Kind,
    Objection,
    Problem,
    Proposal,
    QueueKnown,
    Span,
    State,
    all_days,
    dates_of,
    objections,
    places_of,
    tile,
)
from yueban.domain.directory import queries as directory
from yueban.domain.regulation import queries as regulation
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date, datetime

    from django.db.models import QuerySet

    from yueban.domain.calendar.queries.halls import Staffing
    from yueban.domain.calendar.rules import QueueFacts
    from yueban.domain.regulation.rules import Parameters


_ByQueue: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]
"""The name of each queue, with its places in each of a day's hours."""


class UnknownOpening(LookupError):
    """No opening has this id."""


@dataclass(frozen=True, slots=True)
class Named:
    """Something of the hall with its name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class OpeningView:
    """One opening as a manager sees it: what it is, who did what, and what its coming and past hours hold.

    `places` and `booked` count all hours that have slots by now, `ahead` what is booked of those that have not begun.
    """

    id: int
    centre_id: int
    kind: Kind
    state: State
    proposal: Proposal
    queues: tuple[Named, ...]
    counters: tuple[Named, ...]
    exempt: tuple[Named, ...]
    note: str
    made_by: str
    made_at: datetime
    published_by: str
    published_at: datetime | None
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_reason: str
    places: int
    booked: int
    ahead: int


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """One date: the places of each of the preview's hours (None: no such hour that day)."""

    date: date
    places: tuple[int | None, ...]

    @property
    def total(self) -> int:
        """All places of the date."""
        return sum(each or 0 for each in self.places)


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would make: dates by hours, each queue's places of a day, days passed over, all objections."""

    hours: tuple[Span, ...]
    days: tuple[PreviewDay, ...]
    queues: _ByQueue
    passed_over: tuple[date, ...]
    objections: tuple[Objection, ...]

    @property
    def total(self) -> int:
        """All places."""
        return sum(day.total for day in self.days)


def flexible_openings(centre_id: int, *, now: datetime) -> list[OpeningView]:
    """Give the openings of a centre, the latest first."""
    return [_view(row) for row in _rows(now).filter(centre_id=centre_id).order_by("-last", "-first", "-pk")]


def flexible_opening(opening_id: int, *, now: datetime) -> OpeningView:
    """Give one opening. Raises `UnknownOpening`."""
    found = _rows(now).filter(pk=opening_id).first() if 0 < opening_id <= directory.LARGEST_ID else None
    if found is None:
        raise UnknownOpening(opening_id)
    return _view(found)


def _rows(now: datetime) -> QuerySet[FlexibleOpening]:
    coming = Q(slot__starts_at__gt=now)
    rows = FlexibleOpening.objects.annotate(
        places=Sum("slot__capacity"), booked=Sum("slot__booked"), ahead=Sum("slot__booked", filter=coming)
    )
    return rows.prefetch_related("openingqueue_set__queue", "openingcounter_set__counter", "exempt")


def _view(row: Any) -> OpeningView:
    queues = sorted((each.queue for each in row.openingqueue_set.all()), key=lambda queue: (queue.order, queue.pk))
    counters = sorted((each.counter for each in row.openingcounter_set.all()), key=lambda counter: counter.number)
    exempt = tuple(Named(each.pk, each.short_name) for each in row.exempt.all())
    return OpeningView(
        id=row.pk,
        centre_id=row.centre_id,
        kind=Kind(row.kind),
        state=State(row.state),
        proposal=Proposal(
            Kind(row.kind),
            row.first,
            row.last,
            frozenset(row.weekdays),
            Span(row.start, row.end),
            frozenset(each.pk for each in queues),
            frozenset(each.pk for each in counters),
            frozenset(each.id for each in exempt),
            row.basis,
        ),
        queues=tuple(Named(each.pk, each.name) for each in queues),
        counters=tuple(Named(each.pk, f"{each.number} {each.name}") for each in counters),
        exempt=exempt,
        note=row.note,
        made_by=row.made_by,
        made_at=row.made_at,
        published_by=row.published_by,
        published_at=row.published_at,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
        places=getattr(row, "places", 0) or 0,
        booked=getattr(row, "booked", 0) or 0,
        ahead=getattr(row, "ahead", 0) or 0,
    )


def hall_hours(centre_id: int) -> HallHours:
    """Give what the rules about openings look at in a centre."""
    centre = directory.centres().get(pk=centre_id)
    staff = staffing(centre)
    frequent, in_force = directory.queues_with_frequent_matters(centre), _numbers()
    return HallHours(
        timetable=openings(centre_id),
        days=working_days(),
        limit=lambda day: in_force(day).early_late_minutes,
        queues={queue.pk: _queue(queue, frequent) for queue in staff.queues},
        counters={counter.pk: _counter(counter) for counter in staff.counters},
        held=tuple(_held(centre_id)),
    )


def _numbers() -> Callable[[date], Parameters]:
    """Give the parameters in force on a date, from one reading of all editions."""
    editions = sorted(regulation.history(), key=lambda edition: edition.effective_from)
    starts = [edition.effective_from for edition in editions]
    return lambda day: editions[max(0, bisect_right(starts, day) - 1)].parameters


def _queue(queue: Any, frequent: set[int]) -> QueueKnown:
    departments = frozenset(department.pk for department in queue.departments.all())
    return QueueKnown(queue.pk, queue.name, queue.bookable, queue.pk in frequent, departments)


def _counter(counter: Any) -> CounterKnown:
    served = frozenset(link.queue_id for link in counter.counterqueue_set.all())
    return CounterKnown(counter.pk, f"{counter.number} {counter.name}", counter.comprehensive, served)


def _held(centre_id: int) -> Iterator[Held]:
    of_queues = OpeningQueue.objects.filter(opening__centre_id=centre_id).exclude(hours=None)
    of_counters = OpeningCounter.objects.filter(opening__centre_id=centre_id).exclude(hours=None)
    for queue_id, hours in of_queues.values_list("queue_id", "hours"):
        yield from (Held(*each, frozenset({queue_id}), frozenset()) for each in hours_held(hours))
    for counter_id, hours in of_counters.values_list("counter_id", "hours"):
        yield from (Held(*each, frozenset(), frozenset({counter_id})) for each in hours_held(hours))


def preview(proposal: Proposal, *, centre_id: int, now: datetime) -> Preview:
    """Give what publishing a proposal would make in a centre, and every reason against it."""
    centre = directory.centres().get(pk=centre_id)
    staff, hall = staffing(centre), hall_hours(centre_id)
    given = staff.given(proposal.kind, proposal.queues, proposal.counters)
    dates, in_force = dates_of(proposal, hall.days), _numbers()
    by_date = {day: _tiles(proposal.span, in_force(day)) for day in dates}
    hours = tuple(sorted({span for spans in by_date.values() for span in spans}))
    by_queue = _by_queue(given, staff, _tiles(proposal.span, in_force(proposal.first)))
    against = [*objections(proposal, hall, now=now.astimezone(TZ)), *_placeless(proposal, given, by_queue)]
    return Preview(
        hours=hours,
        days=tuple(_preview_day(day, spans, hours, given) for day, spans in by_date.items()),
        queues=by_queue,
        passed_over=tuple(_passed_over(proposal, dates, hall)),
        objections=tuple(against),
    )


def _tiles(span: Span, parameters: Parameters) -> list[Span]:
    return tile(span, parameters.slot_minutes, parameters.remainder)


def _preview_day(day: date, spans: list[Span], hours: tuple[Span, ...], given: Iterable[QueueFacts]) -> PreviewDay:
    columns = [places_of(queue, spans, Fraction(0)) for queue in given]
    totals = {span: sum(places[n] for places in columns) for n, span in enumerate(spans)}
    return PreviewDay(day, tuple(totals.get(span) for span in hours))


def _by_queue(given: Iterable[QueueFacts], staff: Staffing, spans: list[Span]) -> _ByQueue:
    names = {queue.pk: queue.name for queue in staff.queues}
    return tuple((names[each.id], tuple(places_of(each, spans, Fraction(0)))) for each in given)


def _placeless(proposal: Proposal, given: Iterable[QueueFacts], by_queue: _ByQueue) -> Iterator[Objection]:
    """R1.2: a queue that some chosen counter serves and that gets no place in any hour."""
    pairs = zip(given, by_queue, strict=True)
    if empty := [name for queue, (name, places) in pairs if queue.share.whole and not any(places)]:
        yield Objection(Problem.NO_PLACE, CLAUSES[proposal.kind], {"queues": "、".join(empty)})


def _passed_over(proposal: Proposal, dates: list[date], hall: HallHours) -> Iterator[date]:
    """Give the dates of the chosen weekdays on which it is not held: holidays, or weekends that work."""
    days = all_days(proposal.first, min(proposal.last, hall.days.last))
    return (day for day in days if day.isoweekday() in proposal.weekdays and day not in set(dates))


def reserved(proposal: Proposal, *, centre_id: int) -> list[tuple[datetime, datetime]]:
    """Give the stretches of time of a proposal, ascending: what a published opening keeps."""
    return [proposal.span.on(day) for day in dates_of(proposal, hall_hours(centre_id).days)]


@dataclass(frozen=True, slots=True)
class HeldHour:
    """One hour of a published opening, all its queues together."""

    starts_at: datetime
    ends_at: datetime
    places: int
    booked: int
    closed_reason: str


def held_hours(opening_id: int) -> list[HeldHour]:
    """Give the hours of an opening that have slots by now, ascending."""
    rows = Slot.objects.filter(opening_id=opening_id).values("starts_at", "ends_at").order_by("starts_at", "ends_at")
    totals = rows.annotate(places=Sum("capacity"), booked=Sum("booked"), why=Max("closed_reason"))
    return [
        HeldHour(
            row["starts_at"].astimezone(TZ), row["ends_at"].astimezone(TZ), row["places"], row["booked"], row["why"]
        )
        for row in totals
    ]


def announced(today: date) -> dict[int, list[OpeningView]]:
    """Give what is published and not over, by the centre's id, the nearest first: what residents are told."""
    coming = FlexibleOpening.objects.filter(state=State.PUBLISHED, last__gte=today)
    rows = coming.prefetch_related("openingqueue_set__queue", "openingcounter_set__counter", "exempt")
    found: dict[int, list[OpeningView]] = {}
    for row in rows.order_by("first", "start", "pk"):
        found.setdefault(row.centre_id, []).append(_view(row))
    return found

"""Everything that stands against an opening, at once and each with its clause (R3.1 to R3.3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from yueban.domain.calendar.rules.openings import (
    CLAUSES,
    EXEMPTIBLE,
    LONGEST_RANGE,
    HallHours,
    Objection,
    Problem,
    Proposal,
    dates_of,
    inside,
    windows,
)
from yueban.domain.calendar.rules.timetable import Kind, Span
from yueban.domain.regulation.rules import Clause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yueban.domain.calendar.rules.openings import CounterKnown, Held, QueueKnown

SHOWN_DATES = 6
"""So many dates are named in one sentence; the rest are counted."""

_OUTSIDE = {Kind.EARLY: Problem.BEFORE_EARLY, Kind.LATE: Problem.AFTER_LATE, Kind.NOON: Problem.NOT_AT_NOON}


def objections(proposal: Proposal, hall: HallHours, *, now: datetime) -> list[Objection]:
    """Give every reason against publishing `proposal` in this hall; none means that it may be published.

    `now` is aware, in the county's zone. Ids of queues and counters that the hall does not have are left out.
    """
    dates = dates_of(proposal, hall.days)
    return [
        *_range(proposal, dates, hall, now),
        *_hours(proposal, dates, hall),
        *_who(proposal, hall),
        *_exempt(proposal, hall),
        *_taken(proposal, dates, hall),
    ]


def _range(proposal: Proposal, dates: list[date], hall: HallHours, now: datetime) -> Iterator[Objection]:
    """R1.2: days that are known, still to come and not too many at once."""
    clause = CLAUSES[proposal.kind]
    if (proposal.last - proposal.first).days >= LONGEST_RANGE:
        yield Objection(Problem.TOO_LONG, clause, {"most": str(LONGEST_RANGE)})
    if proposal.last > hall.days.last:
        yield _on(Problem.UNKNOWN_DAYS, Clause.R1_2, [hall.days.last])
    if past := [day for day in dates if proposal.span.on(day)[0] <= now]:
        yield _on(Problem.PAST, clause, past)
    if not dates:
        yield Objection(Problem.NO_DAYS, clause)


def _hours(proposal: Proposal, dates: list[date], hall: HallHours) -> Iterator[Objection]:
    """R3.1, R3.2: against the sessions of each date, because the season may change inside the range."""
    if proposal.kind is Kind.WEEKEND:
        return
    found: dict[tuple[Problem, Span | None, int], list[date]] = {}
    for day in dates:
        limit = hall.limit(day)
        for problem, span in _against(proposal, hall.sessions(day), limit):
            found.setdefault((problem, span, limit), []).append(day)
    for (problem, span, limit), days in found.items():
        yield _on(problem, CLAUSES[proposal.kind], days, minutes=str(limit), **_ends(span))


def _ends(span: Span | None) -> dict[str, str]:
    return {"from": f"{span.start:%H:%M}", "to": f"{span.end:%H:%M}"} if span else {}


def _against(proposal: Proposal, sessions: list[Span], limit: int) -> Iterator[tuple[Problem, Span | None]]:
    """Overlaps with the regular hours, and whether it also reaches out of what is allowed on the other side."""
    span, allowed = proposal.span, windows(proposal.kind, sessions, limit)
    if not allowed:
        yield Problem.NO_WINDOW, None
        return
    overlapped = [each for each in sessions if each.start < span.end and span.start < each.end]
    yield from ((Problem.INSIDE_SESSION, each) for each in overlapped)
    spans = [*allowed, *sessions]
    reaches_out = span.start < min(each.start for each in spans) or max(each.end for each in spans) < span.end
    if reaches_out or not (overlapped or inside(span, allowed)):
        yield _OUTSIDE[proposal.kind], allowed[0]


def _who(proposal: Proposal, hall: HallHours) -> Iterator[Objection]:
    """R3.2, R3.3: comprehensive counters at noon, frequent matters at weekends; each serves one of the others."""
    queues = [hall.queues[each] for each in sorted(proposal.queues) if each in hall.queues]
    counters = [hall.counters[each] for each in sorted(proposal.counters) if each in hall.counters]
    yield from _queues(Problem.NOT_BOOKABLE, Clause.R1_2, (q for q in queues if not q.bookable))
    if proposal.kind is Kind.WEEKEND:
        yield from _queues(Problem.NOT_FREQUENT, Clause.R3_3, (q for q in queues if not q.frequent))
    if proposal.kind is Kind.NOON:
        yield from _counters(Problem.NOT_COMPREHENSIVE, Clause.R3_2, (c for c in counters if not c.comprehensive))
    clause = CLAUSES[proposal.kind]
    served = frozenset[int]().union(*(counter.queues for counter in counters))
    yield from _queues(Problem.NOT_SERVED, clause, (q for q in queues if q.id not in served))
    yield from _counters(Problem.SERVES_NONE, clause, (c for c in counters if not c.queues & proposal.queues))


def _exempt(proposal: Proposal, hall: HallHours) -> Iterator[Objection]:
    """R3.1 「除国家主管部门另有规定外」: with its basis, and somebody must be left."""
    if not proposal.exempt or proposal.kind not in EXEMPTIBLE:
        return
    if not proposal.basis.strip():
        yield Objection(Problem.NO_BASIS, Clause.R3_1)
    queues = (hall.queues[each] for each in sorted(proposal.queues) if each in hall.queues)
    yield from _queues(Problem.ALL_EXEMPT, Clause.R3_1, (q for q in queues if q.departments <= proposal.exempt))


def _taken(proposal: Proposal, dates: list[date], hall: HallHours) -> Iterator[Objection]:
    """R1.2: no hour of a queue and no minute of a counter is given twice."""
    spans = {day: proposal.span.on(day) for day in dates}
    for queue in sorted(proposal.queues & hall.queues.keys()):
        if days := _busy(spans, (each for each in hall.held if queue in each.queues)):
            yield _on(Problem.QUEUE_TAKEN, Clause.R1_2, days, queues=hall.queues[queue].name)
    for counter in sorted(proposal.counters & hall.counters.keys()):
        if days := _busy(spans, (each for each in hall.held if counter in each.counters)):
            yield _on(Problem.COUNTER_TAKEN, Clause.R1_2, days, counters=hall.counters[counter].name)


def _busy(spans: dict[date, tuple[datetime, datetime]], held: Iterable[Held]) -> list[date]:
    """Give the days on which held hours overlap the span of the day; none lasts over midnight."""
    known = (each for each in held if each.starts_at.date() in spans)
    return sorted({each.starts_at.date() for each in known if _overlap(each, spans[each.starts_at.date()])})


def _overlap(held: Held, span: tuple[datetime, datetime]) -> bool:
    return held.starts_at < span[1] and span[0] < held.ends_at


def _on(problem: Problem, clause: Clause, days: list[date], **details: str) -> Objection:
    return Objection(problem, clause, details, tuple(days))


def _queues(problem: Problem, clause: Clause, queues: Iterable[QueueKnown]) -> Iterator[Objection]:
    if names := [queue.name for queue in queues]:
        yield Objection(problem, clause, {"queues": "、".join(names)})


def _counters(problem: Problem, clause: Clause, counters: Iterable[CounterKnown]) -> Iterator[Objection]:
    if names := [counter.name for counter in counters]:
        yield Objection(problem, clause, {"counters": "、".join(names)})

"""弹性时段: when a hall may open early, late, at noon and at weekends, and who may serve then (R3.1 to R3.3, N4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from yueban.domain.calendar.rules.timetable import Kind, Opening, Span, openings_on, timetable_weekday
from yueban.domain.calendar.rules.working_days import WorkingDays
from yueban.domain.regulation.rules import Clause
from yueban.kernel.errors import gettext_noop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LONGEST_RANGE: Final = 366
"""Days that one opening may span, both ends counted."""

CLAUSES: Final = {
    Kind.EARLY: Clause.R3_1,
    Kind.LATE: Clause.R3_1,
    Kind.NOON: Clause.R3_2,
    Kind.WEEKEND: Clause.R3_3,
}
"""The kinds that are opened by a manager, each with its clause."""

EXEMPTIBLE: Final = frozenset({Kind.EARLY, Kind.LATE})
"""Only R3.1 says 「除国家主管部门另有规定外」."""

_DAY_START: Final = time(0)
_DAY_END: Final = time(23, 59)


class State(StrEnum):
    """Where an opening stands: only a published one has hours, and a withdrawn one stays for the record."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Problem(StrEnum):
    """Why an opening cannot be published."""

    PAST = "past"
    TOO_LONG = "too_long"
    UNKNOWN_DAYS = "unknown_days"
    NO_DAYS = "no_days"
    BEFORE_EARLY = "before_early"
    AFTER_LATE = "after_late"
    INSIDE_SESSION = "inside_session"
    NOT_AT_NOON = "not_at_noon"
    NO_WINDOW = "no_window"
    NOT_COMPREHENSIVE = "not_comprehensive"
    NOT_FREQUENT = "not_frequent"
    NOT_BOOKABLE = "not_bookable"
    SERVES_NONE = "serves_none"
    NOT_SERVED = "not_served"
    QUEUE_TAKEN = "queue_taken"
    COUNTER_TAKEN = "counter_taken"
    NO_BASIS = "no_basis"
    ALL_EXEMPT = "all_exempt"
    NO_PLACE = "no_place"


WORDS: Final[dict[Problem, str]] = {
    Problem.PAST: gettext_noop("这些日子已经过去：%(days)s。请从今天或以后的日子开放。"),
    Problem.TOO_LONG: gettext_noop("一次最多开放 %(most)s 天，请分几次开放。"),
    Problem.UNKNOWN_DAYS: gettext_noop("%(days)s以后哪天上班还没有公布，只能开放到这一天。"),
    Problem.NO_DAYS: gettext_noop(
        "所选日期里没有可以开放的日子：早、晚、午间只在工作日，周末办只在休息日（调休上班的周末是工作日）。"
    ),
    Problem.BEFORE_EARLY: gettext_noop(
        "早间只能在上午上班前 %(minutes)s 分钟以内，也就是 %(from)s–%(to)s：%(days)s 不符合。"
    ),
    Problem.AFTER_LATE: gettext_noop(
        "晚间只能在下午下班后 %(minutes)s 分钟以内，也就是 %(from)s–%(to)s：%(days)s 不符合。"
    ),
    Problem.INSIDE_SESSION: gettext_noop("与正常上班时间 %(from)s–%(to)s 重叠：%(days)s。"),
    Problem.NOT_AT_NOON: gettext_noop("午间只能在上下午之间，也就是 %(from)s–%(to)s：%(days)s 不符合。"),
    Problem.NO_WINDOW: gettext_noop("按这些日子的上班时间，没有这类时段可以开放：%(days)s。"),
    Problem.NOT_COMPREHENSIVE: gettext_noop("午间只由综合窗口办理，%(counters)s 不是综合窗口。"),
    Problem.NOT_FREQUENT: gettext_noop("周末只办个人高频事项，这些队列没有：%(queues)s。"),
    Problem.NOT_BOOKABLE: gettext_noop("这些队列不开放预约：%(queues)s。"),
    Problem.SERVES_NONE: gettext_noop("%(counters)s 不办所选的任何一个队列。"),
    Problem.NOT_SERVED: gettext_noop("所选窗口都不办这些队列：%(queues)s。"),
    Problem.QUEUE_TAKEN: gettext_noop("%(queues)s 在 %(days)s 的这个时间已经开放过了。"),
    Problem.COUNTER_TAKEN: gettext_noop("%(counters)s 在 %(days)s 的这个时间已经安排给别的开放时段。"),
    Problem.NO_BASIS: gettext_noop("有部门不参加，请写明国家主管部门规定的依据。"),
    Problem.ALL_EXEMPT: gettext_noop("这些队列的部门都不参加：%(queues)s。"),
    Problem.NO_PLACE: gettext_noop("按所选窗口算，这些队列一个名额也没有：%(queues)s。请增加窗口或减少队列。"),
}


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason against an opening, with its clause; `details` fill its sentence in `WORDS`."""

    problem: Problem
    clause: Clause
    details: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a manager wants to open: `span` on the `weekdays` (1 Monday … 7) from `first` to `last` inclusive.

    `exempt` are departments that take no part because their national authority says otherwise, `basis` where it
    says so (R3.1).
    """

    kind: Kind
    first: date
    last: date
    weekdays: frozenset[int]
    span: Span
    queues: frozenset[int]
    counters: frozenset[int]
    exempt: frozenset[int] = frozenset()
    basis: str = ""


@dataclass(frozen=True, slots=True)
class QueueKnown:
    """What the rules need of a queue. `frequent`: a personal high-frequency matter is handled there (R3.3)."""

    id: int
    name: str
    bookable: bool
    frequent: bool
    departments: frozenset[int]


@dataclass(frozen=True, slots=True)
class CounterKnown:
    """What the rules need of a counter."""

    id: int
    name: str
    comprehensive: bool
    queues: frozenset[int]


@dataclass(frozen=True, slots=True)
class Held:
    """Hours that a published opening has: a queue's or a counter's, from `starts_at` to `ends_at`."""

    starts_at: datetime
    ends_at: datetime
    queues: frozenset[int]
    counters: frozenset[int]


@dataclass(frozen=True, slots=True)
class HallHours:
    """What a hall is like: its timetable, the working days, its queues and counters, what is opened already.

    `limit` gives the minutes of R3.1 that the regulation in force on a date allows.
    """

    timetable: tuple[Opening, ...]
    days: WorkingDays
    limit: Callable[[date], int]
    queues: Mapping[int, QueueKnown]
    counters: Mapping[int, CounterKnown]
    held: tuple[Held, ...] = ()

    def sessions(self, day: date) -> list[Span]:
        """Give the regular hours of a date, ascending. Raises `UnknownDay`."""
        return [o.span for o in openings_on(day, self.timetable, self.days) if o.kind is Kind.REGULAR]


def all_days(first: date, last: date) -> Iterator[date]:
    """Give every date from `first` to `last` inclusive."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def dates_of(proposal: Proposal, days: WorkingDays) -> list[date]:
    """Give the dates on which it would be held: its weekdays, working days but for the weekend's days off.

    A worked Saturday follows Friday and a worked Sunday Monday, as in the timetable. Days outside the known years
    are left out.
    """
    known = (day for day in all_days(proposal.first, proposal.last) if days.knows(day))
    return [day for day in known if _held_on(proposal, day, working=days.is_working(day))]


def _held_on(proposal: Proposal, day: date, *, working: bool) -> bool:
    right_day = working == (proposal.kind is not Kind.WEEKEND)
    return right_day and timetable_weekday(day, working=working) in proposal.weekdays


def windows(kind: Kind, sessions: list[Span], limit: int) -> list[Span]:
    """Give the spans of a day inside which this kind may lie; `sessions` are its regular hours, ascending.

    Early and late: within `limit` minutes before the first and after the last session (R3.1). Noon: between
    sessions (R3.2). Weekend: any hour of a day off (R3.3).
    """
    if kind is Kind.WEEKEND:
        return [] if sessions else [Span(_DAY_START, _DAY_END)]
    if not sessions:
        return []
    if kind is Kind.NOON:
        return [Span(before.end, after.start) for before, after in pairwise(sessions) if before.end < after.start]
    if kind is Kind.EARLY:
        return _before(sessions[0].start, limit)
    return _after(sessions[-1].end, limit) if kind is Kind.LATE else []


def _before(opens: time, limit: int) -> list[Span]:
    start = _moved(opens, -limit)
    return [Span(start, opens)] if start < opens else []


def _after(closes: time, limit: int) -> list[Span]:
    end = _moved(closes, limit)
    return [Span(closes, end)] if closes < end else []


def _moved(wall: time, minutes: int) -> time:
    """Move a wall time, but not out of its day."""
    minute = wall.hour * 60 + wall.minute + minutes
    return _DAY_START if minute < 0 else _DAY_END if minute >= 24 * 60 else time(minute // 60, minute % 60)


def permitted(kind: Kind, span: Span, *, sessions: list[Span], working: bool, limit: int) -> bool:
    """Tell whether an opening may be held on a date with these regular `sessions`, worked or not."""
    return working == (kind is not Kind.WEEKEND) and inside(span, windows(kind, sessions, limit))


def inside(span: Span, allowed: Iterable[Span]) -> bool:
    """Tell whether a span lies within one of the allowed ones; the same minute is inside."""
    return any(window.start <= span.start and span.end <= window.end for window in allowed)


def suggested(kind: Kind, day: date, hall: HallHours) -> Span | None:
    """Give the whole of what is allowed on a working date, to begin a form with; at weekends an ordinary morning.

    None where the timetable has no room for it. Raises `UnknownDay`.
    """
    sessions = hall.sessions(day)
    if kind is Kind.WEEKEND:
        return sessions[0] if sessions else None
    allowed = windows(kind, sessions, hall.limit(day))
    return allowed[0] if allowed else None

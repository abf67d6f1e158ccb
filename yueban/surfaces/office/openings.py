"""What a manager typed about an opening, read into a proposal; and its sentences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext, ngettext

from yueban.domain.calendar.rules import (
    EXEMPTIBLE,
    SHOWN_DATES,
    WORDS,
    Kind,
    Proposal,
    Span,
    UnknownDay,
    suggested,
)
from yueban.domain.regulation.queries import citation
from yueban.kernel.errors import FieldError, InvalidInput, gettext_noop
from yueban.kernel.wall import in_our_years
from yueban.surfaces.templatetags.yueban import day_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import QueryDict

    from yueban.domain.calendar.queries import OpeningView
    from yueban.domain.calendar.rules import HallHours, Objection

T = TypeVar("T")

LONGEST: Final = 200
WORKDAYS: Final = ("1", "2", "3", "4", "5")
WEEKEND: Final = ("6", "7")
FORTNIGHT: Final = timedelta(days=13)

_NO_DATE = gettext_noop("请选日期。")
_TURNED = gettext_noop("结束日期不能早于开始日期。")
_NO_WEEKDAY = gettext_noop("请至少选一个星期几。")
_NO_TIME = gettext_noop("请写几点几分，例如 07:30。")
_TIME_TURNED = gettext_noop("结束时间要晚于开始时间。")
_NO_QUEUE = gettext_noop("请至少选一个队列。")
_NO_COUNTER = gettext_noop("请至少选一个窗口。")


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed: nothing of it is lost by an error."""

    kind: Kind
    first: str = ""
    last: str = ""
    weekdays: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    queues: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    basis: str = ""
    note: str = ""

    @classmethod
    def of(cls, posted: QueryDict, kind: Kind) -> Typed:
        """Take what a form sent, cut to what a person writes."""
        one = {name: posted.get(name, "").replace("\0", "")[:LONGEST].strip() for name in _ONE}
        many = {name: tuple(each[:20] for each in posted.getlist(name)) for name in _MANY}
        return cls(kind, **one, **many)  # type: ignore[arg-type]

    @classmethod
    def from_opening(cls, opening: OpeningView) -> Typed:
        """Take what a draft says."""
        wanted = opening.proposal
        return cls(
            opening.kind,
            wanted.first.isoformat(),
            wanted.last.isoformat(),
            _texts(wanted.weekdays),
            f"{wanted.span.start:%H:%M}",
            f"{wanted.span.end:%H:%M}",
            _texts(wanted.queues),
            _texts(wanted.counters),
            _texts(wanted.exempt),
            wanted.basis,
            opening.note,
        )

    @classmethod
    def begun(cls, kind: Kind, hall: HallHours, today: date) -> Typed:
        """Begin a form: a fortnight from the next day on which this kind can be held, with the hours it may have."""
        first = _first_day(kind, hall, today + timedelta(days=1))
        weekdays = WEEKEND if kind is Kind.WEEKEND else WORKDAYS
        made = cls(kind, first.isoformat(), (first + FORTNIGHT).isoformat(), weekdays)
        hours = _hours(kind, hall, first)
        return replace(made, start=f"{hours.start:%H:%M}", end=f"{hours.end:%H:%M}") if hours else made


_ONE = ("first", "last", "start", "end", "basis", "note")
_MANY = ("weekdays", "queues", "counters", "exempt")


def _texts(numbers: frozenset[int]) -> tuple[str, ...]:
    return tuple(str(number) for number in sorted(numbers))


def _first_day(kind: Kind, hall: HallHours, day: date) -> date:
    try:
        while hall.days.is_working(day) == (kind is Kind.WEEKEND):
            day += timedelta(days=1)
    except UnknownDay:
        pass
    return day


def _hours(kind: Kind, hall: HallHours, first: date) -> Span | None:
    """Give the hours to begin with; a weekend copies the morning of the working day before."""
    try:
        day = hall.days.previous_working(first) if kind is Kind.WEEKEND else first
        return suggested(kind, day, hall)
    except UnknownDay:
        return None


def read(typed: Typed) -> Proposal:
    """Read a proposal. Raises InvalidInput with every field that cannot be read."""
    errors: list[FieldError] = []
    first, last = (_date(getattr(typed, name), name, errors) for name in ("first", "last"))
    start, end = (_time(getattr(typed, name), name, errors) for name in ("start", "end"))
    if first and last and last < first:
        errors.append(FieldError("last", "turned", _TURNED))
    if start and end and end <= start:
        errors.append(FieldError("end", "turned", _TIME_TURNED))
    chosen = {name: _ids(getattr(typed, name)) for name in _MANY}
    errors += [FieldError(name, "missing", words) for name, words in _NEEDED.items() if not chosen[name]]
    if errors or first is None or last is None or start is None or end is None:
        raise InvalidInput.of(errors)
    exempt = chosen["exempt"] if typed.kind in EXEMPTIBLE else frozenset[int]()
    weekdays = frozenset(each for each in chosen["weekdays"] if each in range(1, 8))
    return Proposal(
        typed.kind, first, last, weekdays, Span(start, end), chosen["queues"], chosen["counters"], exempt, typed.basis
    )


_NEEDED = {"weekdays": _NO_WEEKDAY, "queues": _NO_QUEUE, "counters": _NO_COUNTER}


def _date(text: str, field: str, errors: list[FieldError]) -> date | None:
    found = _quietly(parse_date, text)
    if found is None or not in_our_years(found):
        errors.append(FieldError(field, "missing", _NO_DATE))
        return None
    return found


def _time(text: str, field: str, errors: list[FieldError]) -> time | None:
    found = _quietly(parse_time, text)
    if found is None or found.tzinfo is not None or found.second or found.microsecond:
        errors.append(FieldError(field, "missing", _NO_TIME))
        return None
    return found


def _quietly(parse: Callable[[str], T | None], text: str) -> T | None:
    try:
        return parse(text)
    except ValueError:
        return None


def _ids(texts: tuple[str, ...]) -> frozenset[int]:
    return frozenset(int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19)  # noqa: PLR2004


def sentence(objection: Objection) -> str:
    """Say an objection in the active language, its clause in brackets at the end."""
    words = gettext(WORDS[objection.problem]) % ({"days": dates(objection.dates)} | dict(objection.details))
    return gettext("%(sentence)s（%(clause)s）") % {"sentence": words, "clause": citation(objection.clause)}


def dates(days: tuple[date, ...]) -> str:
    """Name dates as one says them, the first few of many."""
    named = gettext("、").join(day_text(day) for day in days[:SHOWN_DATES])
    more = len(days) - SHOWN_DATES
    if more <= 0:
        return named
    return named + ngettext("等，另有 %(n)s 天", "等，另有 %(n)s 天", more) % {"n": more}

"""What is known of a year: the State Council's notice, or a provisional guess that says it is one."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import chinese_calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SATURDAY: Final = 6
_NAME_LENGTH: Final = 50
_COLUMNS: Final = ["date", "working", "name"]
_YES_NO: Final = {
    "1": True,
    "yes": True,
    "true": True,
    "班": True,
    "0": False,
    "no": False,
    "false": False,
    "休": False,
}


class Standing(StrEnum):
    """How sure a year is."""

    OFFICIAL = "official"
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class KnownDay:
    """One date of a year: is it worked, and the name of the holiday that makes it special."""

    date: date
    working: bool
    name: str = ""


_STATUTORY: Final[dict[int, tuple[tuple[date, int, str], ...]]] = {
    2027: (
        (date(2027, 1, 1), 1, "元旦"),
        (date(2027, 2, 5), 4, "春节"),  # 除夕 to 初三; lunar new year is 6 February
        (date(2027, 4, 5), 1, "清明节"),
        (date(2027, 5, 1), 2, "劳动节"),
        (date(2027, 6, 9), 1, "端午节"),
        (date(2027, 9, 15), 1, "中秋节"),
        (date(2027, 10, 1), 3, "国庆节"),
    ),
}
"""First day, number of days and name of the statutory holidays (全国年节及纪念日放假办法 of 2024), per year."""


@dataclass(frozen=True, slots=True)
class KnownYear:
    """A whole year, and how sure it is."""

    year: int
    standing: Standing
    days: list[KnownDay]


def known_year(year: int) -> KnownYear | None:
    """Give what is known of a year without a file: official, provisional, or nothing at all."""
    days = official_year(year)
    if days is not None:
        return KnownYear(year, Standing.OFFICIAL, days)
    if year in _STATUTORY:
        return KnownYear(year, Standing.PROVISIONAL, provisional_year(year))
    return None


def official_year(year: int) -> list[KnownDay] | None:
    """Give a year by the State Council's notice as `chinesecalendar` has it; nothing where it has none."""
    try:
        return [_published(known.date) for known in weekdays_of(year)]
    except NotImplementedError:
        return None


def _published(day: date) -> KnownDay:
    _, holiday = chinese_calendar.get_holiday_detail(day)
    name = chinese_calendar.Holiday(holiday).chinese if holiday else ""
    return KnownDay(day, chinese_calendar.is_workday(day), name)


def weekdays_of(year: int) -> Iterator[KnownDay]:
    """Give every day of a year, Monday to Friday worked."""
    day = date(year, 1, 1)
    while day.year == year:
        yield KnownDay(day, day.isoweekday() < _SATURDAY)
        day += timedelta(days=1)


def provisional_year(year: int) -> list[KnownDay]:
    """Give a year before its notice: weekdays, less the statutory holidays.

    A statutory day that falls on a weekend is made up on the next weekday, as the law says; 调休 days are not guessed.
    `KeyError` for a year whose lunar dates are not written down here.
    """
    days = {known.date: known for known in weekdays_of(year)}
    for first, count, name in _STATUTORY[year]:
        for day in _days_off(first, count):
            days[day] = KnownDay(day, working=False, name=name)
    return list(days.values())


def _days_off(first: date, count: int) -> list[date]:
    statutory = [first + timedelta(days=n) for n in range(count)]
    owed = sum(day.isoweekday() >= _SATURDAY for day in statutory)
    day = statutory[-1]
    made_up: list[date] = []
    while len(made_up) < owed:
        day += timedelta(days=1)
        if day.isoweekday() < _SATURDAY:
            made_up.append(day)
    return statutory + made_up


@dataclass(frozen=True, slots=True)
class NoticeError:
    """What is wrong in a notice file, and in which line (1 is the heading)."""

    line: int
    problem: str


class InvalidNotice(ValueError):
    """A notice file cannot be read; `errors` lists everything that is wrong with it."""

    def __init__(self, errors: Iterable[NoticeError]) -> None:
        """Keep all errors; the text has one line for each."""
        self.errors = tuple(errors)
        super().__init__("\n".join(f"line {error.line}: {error.problem}" for error in self.errors))


def parse_notice(text: str) -> tuple[int, list[KnownDay]]:
    """Read a year's notice and return the year with all of its days.

    The file is CSV with the heading `date,working,name` and one line for each day that is no ordinary one:
    `2027-02-05,no,春节` or `2027-02-14,yes,春节`. Days left out are worked Monday to Friday. All dates lie in one year.
    Raises `InvalidNotice` with every error at once.
    """
    rows = _rows(text)
    if not rows or [cell.strip() for cell in rows[0][1]] != _COLUMNS:
        raise InvalidNotice([NoticeError(1, f"the heading must be {','.join(_COLUMNS)}")])
    errors: list[NoticeError] = []
    days = _special_days(rows[1:], errors)
    if not days and not errors:
        errors.append(NoticeError(1, "no day is given"))
    if errors:
        raise InvalidNotice(errors)
    year = next(iter(days)).year
    return year, [days.get(known.date, known) for known in weekdays_of(year)]


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Give the rows, each with the line it ends in."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InvalidNotice([NoticeError(reader.line_num, str(error))]) from error


def _special_days(rows: list[tuple[int, list[str]]], errors: list[NoticeError]) -> dict[date, KnownDay]:
    days: dict[date, KnownDay] = {}
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        known, problems = _known_day([cell.strip() for cell in row])
        if known is not None:
            problems += _conflicts(known, days)
            days.setdefault(known.date, known)
        errors += [NoticeError(line, problem) for problem in problems]
    return days


def _known_day(row: list[str]) -> tuple[KnownDay | None, list[str]]:
    if len(row) != len(_COLUMNS):
        return None, [f"{len(_COLUMNS)} columns are expected, {len(row)} found"]
    problems = []
    try:
        day = date.fromisoformat(row[0])
    except ValueError:
        day = None
        problems.append(f"no date YYYY-MM-DD: {row[0]!r}")
    working = _YES_NO.get(row[1].lower())
    if working is None:
        problems.append(f"working must be yes or no, not {row[1]!r}")
    if len(row[2]) > _NAME_LENGTH:
        problems.append(f"the name is longer than {_NAME_LENGTH} characters")
    if day is None or working is None:
        return None, problems
    return KnownDay(day, working, row[2]), problems


def _conflicts(known: KnownDay, days: dict[date, KnownDay]) -> list[str]:
    problems = []
    if known.date in days:
        problems.append(f"{known.date} is given twice")
    if days and known.date.year != next(iter(days)).year:
        problems.append(f"{known.date} is of another year than the lines before")
    return problems

"""Making years known: from what is published, from a notice file, and by the county's own word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.calendar.models import Day, Slot, Year
from yueban.domain.calendar.rules import (
    InvalidNotice,
    KnownDay,
    KnownYear,
    NoticeError,
    Standing,
    UnknownDay,
    known_year,
    parse_notice,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

FIRST_YEAR: Final = 2022
"""The regulation is in force from July 2022; no day before is ever asked for."""

LAST_YEAR: Final = 2027
_LARGEST_FILE: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class NoticeImported:
    """What a notice changed. `booked` counts appointments on days that are no working days any more."""

    year: int
    changed: tuple[date, ...]
    booked: int


@transaction.atomic
def seed_years(*, now: datetime) -> list[int]:
    """Make every year known that is known without a file, and return the years that changed.

    Official years stay as they are; a provisional one becomes official when its notice is published.
    """
    standings = dict(Year.objects.values_list("year", "standing"))
    known = (known_year(year) for year in range(FIRST_YEAR, LAST_YEAR + 1))
    news = [year for year in known if year is not None and _is_news(year, standings.get(year.year))]
    for year in news:
        _write(year)
        audit.record(kind="calendar.year_known", by="system:seed", at=now, data=_plain(year))
    return [year.year for year in news]


def _is_news(year: KnownYear, standing: str | None) -> bool:
    return standing not in {Standing.OFFICIAL, year.standing}


def import_notice(path: Path | str, *, by: str, now: datetime) -> NoticeImported:
    """Make a year official from the CSV file of its notice (see `rules.parse_notice`); overrides are kept.

    Raises `InvalidNotice` with every error and its line; nothing is written then. Slots follow by `generate_slots`.
    """
    year, days = parse_notice(_text(Path(path)))
    return _import(KnownYear(year, Standing.OFFICIAL, days), by, now)


@transaction.atomic
def _import(year: KnownYear, by: str, now: datetime) -> NoticeImported:
    before = dict(Day.objects.filter(date__year=year.year).values_list("date", "working"))
    _write(year)
    changed = tuple(known.date for known in year.days if before.get(known.date) is not known.working)
    closed = [known.date for known in year.days if known.date in changed and not known.working]
    booked = _booked_on(closed)
    audit.record(
        kind="calendar.notice_imported",
        by=by,
        at=now,
        data=_plain(year) | {"changed": len(changed), "booked_on_days_off": booked},
    )
    return NoticeImported(year.year, changed, booked)


@transaction.atomic
def override_day(date: date, *, working: bool | None, reason: str, by: str, now: datetime) -> int:
    """Let the county's own word count for one date (None: take it back), and return the places booked on it.

    Raises `UnknownDay` for a date of an unknown year.
    """
    if not Day.objects.filter(date=date).update(override=working, override_reason=reason):
        raise UnknownDay(date)
    audit.record(
        kind="calendar.day_overridden",
        by=by,
        at=now,
        clause="R1.2",
        reason=reason,
        data={"date": date.isoformat(), "working": working},
    )
    return _booked_on([date])


def _write(year: KnownYear) -> None:
    Day.objects.bulk_create(
        (_row(known) for known in year.days),
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["working", "name"],
    )
    Year.objects.update_or_create(year=year.year, defaults={"standing": year.standing})


def _row(known: KnownDay) -> Day:
    return Day(date=known.date, working=known.working, name=known.name)


def _plain(year: KnownYear) -> dict[str, int | str]:
    return {"year": year.year, "standing": year.standing, "working_days": sum(known.working for known in year.days)}


def _booked_on(dates: Iterable[date]) -> int:
    return sum(Slot.objects.filter(date__in=list(dates)).values_list("booked", flat=True))


def _text(path: Path) -> str:
    """Read a CSV file as spreadsheets write it: UTF-8, or GB 18030."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidNotice([NoticeError(0, f"cannot read {path}: {error.strerror}")]) from error
    if len(data) > _LARGEST_FILE:
        raise InvalidNotice([NoticeError(0, f"the file is larger than {_LARGEST_FILE // 1024} KiB")])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidNotice([NoticeError(0, "the file is neither UTF-8 nor GB 18030 text")])

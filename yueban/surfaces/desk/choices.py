"""What can be chosen while registering: matters and packages by name or initials, halls, and the nearest hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yueban.domain.booking import queries as booking
from yueban.domain.booking.queries import Asked
from yueban.domain.directory import queries as directory
from yueban.domain.people import queries as people
from yueban.domain.regulation.rules import RefusalCode, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from yueban.domain.directory.models import Centre, Department, Matter, Package
    from yueban.domain.regulation.rules import Reason
    from yueban.kernel.certificates import Certificate
    from yueban.surfaces.desk.typed import Typed
    from yueban.surfaces.workplace import Workplace

DAYS = 31
MATTERS = 8
PACKAGES = 2
"""So many places of the list are kept for packages that fit: matters alone could fill it."""
HOURS = 8
LIFTED = frozenset({RefusalCode.TOO_LATE, RefusalCode.BEYOND_HORIZON})
"""What an override passes over (R4.0)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A matter, or a package by the matter that leads it (R5.2). `value` is what the form sends."""

    matter: Matter
    package: Package | None = None

    @property
    def value(self) -> str:
        """How the form names it."""
        return f"p:{self.package.code}" if self.package else f"m:{self.matter.code}"

    @property
    def name(self) -> str:
        """What people call it."""
        return self.package.name if self.package else self.matter.name

    @property
    def audience(self) -> str:
        """For whom it is."""
        return self.package.audience if self.package else self.matter.audience


@dataclass(frozen=True, slots=True)
class Choice:
    """What answers to a search, and which of it is meant: what the form names, or else the best fit."""

    found: Sequence[Target]
    target: Target | None

    @property
    def listed(self) -> Sequence[Target]:
        """What to choose from: what was found, or what is meant where nothing was searched for."""
        return self.found or ([self.target] if self.target else [])


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the list; `reasons` are against this person, and none means that it can be registered."""

    id: int
    starts_at: datetime
    ends_at: datetime
    left: int
    kind: str
    reasons: Sequence[Reason]
    lifted: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom hours are looked for, and under which words: the call's moment, an override (R4.0)."""

    typed: Typed
    target: Target
    hall: Centre
    certificate: Certificate | None
    asked_at: datetime | None
    overridden: bool


def department_of(place: Workplace) -> Department | None:
    """Give the department that the role is bound to, None for all of the hall."""
    if place.department_id is None:
        return None
    return directory.departments().get(pk=place.department_id)


def search(text: str, place: Workplace) -> list[Target]:
    """Give what answers to a name or to pinyin initials, the best fit first; only what this person may register."""
    return search_all(text, department_of(place))


def search_all(text: str, department: Department | None = None) -> list[Target]:
    """Give the same of one department, or of all; nothing for nothing."""
    if not text:
        return []
    found = [Target(each) for each in directory.search_matters(text, department=department)[:MATTERS]]
    led = [Target(each.lead, each) for each in directory.search_packages(text, department=department)[:MATTERS]]
    return [*found[: MATTERS - min(len(led), PACKAGES)], *led][:MATTERS]


def choose(text: str, value: str, place: Workplace) -> Choice:
    """Search once, and tell what is meant; a search that no longer finds what the form names means its best fit."""
    found, named = search(text, place), target_of(value, place)
    return Choice(found, named if named in found or not text else next(iter(found), None))


def target_of(value: str, place: Workplace) -> Target | None:
    """Give what the form names; None for nothing, for what is unknown, and for another department's."""
    sort, _colon, code = value.partition(":")
    try:
        found = directory.package(code) if sort == "p" else None
        target = Target(found.lead, found) if found else Target(directory.matter(code))
    except (directory.UnknownMatter, directory.UnknownPackage):
        return None
    return target if place.department_id in {None, target.matter.department_id} else None


def halls_of(target: Target) -> list[Centre]:
    """Give the halls of the county that handle it (R3.6)."""
    return [each.centre for each in directory.offers(target.matter)]


def hours(wanted: Wanted, *, start: date, now: datetime) -> list[Hour]:
    """Give the nearest hours from a date on, each with what stands against this very person."""
    rows = _rows(wanted, start=start, now=now)
    near = [row for row in rows if row["starts_at"] > now and _listed(row, wanted)][:HOURS]
    return [_hour(row, wanted, now) for row in near]


def reasons_against(wanted: Wanted, slot_id: int, *, now: datetime) -> list[Reason]:
    """Give everything against one hour, before anything is written."""
    asked = Asked(
        centre=wanted.hall.code,
        matter=wanted.target.matter.code,
        package=wanted.target.package.code if wanted.target.package else "",
        slot_id=slot_id,
        channel=wanted.typed.channel_kind,
        person=people.certificate_indexes(wanted.certificate) if wanted.certificate else [b""],
        asked_at=wanted.asked_at,
        overridden=wanted.overridden,
    )
    return booking.against(asked, now=now)


def _rows(wanted: Wanted, *, start: date, now: datetime) -> list[dict[str, Any]]:
    try:
        return booking.availability(
            centre=wanted.hall.code,
            matter=wanted.target.matter.code,
            channel=wanted.typed.channel_kind,
            start=start,
            days=DAYS,
            now=min(wanted.asked_at or now, now),
        )
    except (booking.UnknownPlace, Refused):
        return []


def _listed(row: dict[str, Any], wanted: Wanted) -> bool:
    """An open hour, and one that only the cut-off or the horizon closes where that is passed over."""
    return row["open"] or (wanted.overridden and all(each["code"] in LIFTED for each in row["refusals"]))


def _hour(row: dict[str, Any], wanted: Wanted, now: datetime) -> Hour:
    against = reasons_against(wanted, row["id"], now=now)
    lifted = not row["open"]
    return Hour(row["id"], row["starts_at"], row["ends_at"], row["left"], row["kind"], against, lifted)

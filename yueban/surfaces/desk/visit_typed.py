"""What a clerk typed about a visit, not yet believed and never lost; and how it is read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from yueban.domain.visits.operations import When
from yueban.domain.visits.rules import LONGEST, MOST_TRAVEL, SHORTEST, Ground, Kind, Origin
from yueban.kernel.errors import FieldError, InvalidInput
from yueban.kernel.wall import at, in_our_years

if TYPE_CHECKING:
    from collections.abc import Mapping

WAYS = {
    "home": (Kind.HOME, Origin.APPLICANT),
    "inspection": (Kind.INSPECTION, Origin.APPLICANT),
    "proposal": (Kind.INSPECTION, Origin.DEPARTMENT),
}
"""What can be arranged, and who began it."""
OTHER = "other"
_LONGEST = 300
_SHORTEST_ADDRESS, _LONGEST_ADDRESS = 4, 200
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class VisitTyped:
    """The fields of a visit as they stand in the form; those of who is visited are `typed.Typed`.

    `at` is one of the times offered, or `other` for the time of `day` and `clock`. `told`: how the applicant hears of a
    proposal, `link` or `phone`. `of` is the number of the appointment that the form was opened from.
    """

    way: str = "home"
    ground: str = ""
    evidence: str = ""
    township: str = ""
    address: str = ""
    team: str = ""
    at: str = ""
    day: str = ""
    clock: str = ""
    minutes: str = "60"
    travel: str = "30"
    override: str = ""
    told: str = "link"
    of: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> VisitTyped:
        """Read a form, or what an address says of one."""
        found = {
            each.name: values[each.name][:_LONGEST].replace("\0", "").strip()
            for each in fields(cls)
            if each.name in values
        }
        typed = cls(**found)
        return typed if typed.way in WAYS else cls(**(found | {"way": "home"}))

    @property
    def kind(self) -> Kind:
        """A home visit or an inspection."""
        return WAYS[self.way][0]

    @property
    def origin(self) -> Origin:
        """Who began it."""
        return WAYS[self.way][1]

    @property
    def known_ground(self) -> Ground | None:
        """The ground; None while none is chosen."""
        return Ground(self.ground) if self.ground in [*Ground] else None

    @property
    def team_id(self) -> int:
        """The team's id, 0 while none is chosen."""
        return number(self.team, 0)

    @property
    def length(self) -> timedelta:
        """How long the visit lasts, as far as it can be read."""
        return min(max(number(self.minutes, 60) * _MINUTE, SHORTEST), LONGEST)

    @property
    def way_there(self) -> timedelta:
        """How long the team is on the way, as far as it can be read."""
        return min(number(self.travel, 30) * _MINUTE, MOST_TRAVEL)

    @property
    def from_day(self) -> date | None:
        """From which day on free times are looked for."""
        return _date(self.day)


def number(text: str, otherwise: int) -> int:
    """Read a small whole number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise  # noqa: PLR2004


def when_of(typed: VisitTyped, errors: list[FieldError]) -> When | None:
    """Read team and time; what is wrong is added to `errors`."""
    starts_at = _start(typed)
    if not typed.team_id:
        errors.append(_error("team", _("请选择上门小组。")))
    if starts_at is None:
        errors.append(_error("at", _("请选一个时间，或填写日期和时间。")))
    minutes, travel = number(typed.minutes, -1) * _MINUTE, number(typed.travel, -1) * _MINUTE
    if not SHORTEST <= minutes <= LONGEST:
        errors.append(_error("minutes", _("请填写 10 到 480 分钟。")))
    if not timedelta(0) <= travel <= MOST_TRAVEL:
        errors.append(_error("travel", _("请填写 0 到 240 分钟。")))
    if starts_at is not None and minutes <= LONGEST and (starts_at + minutes).date() != starts_at.date():
        errors.append(_error("at", _("不能跨到第二天，请改时间或时长。")))
    return When(typed.team_id, starts_at, starts_at + minutes, travel) if starts_at and not errors else None


def address_of(typed: VisitTyped, errors: list[FieldError]) -> str:
    """Read the address."""
    if not _SHORTEST_ADDRESS <= len(typed.address) <= _LONGEST_ADDRESS:
        errors.append(_error("address", _("请填写详细地址，4 至 200 个字。")))
    return typed.address


def missing(field: str, sentence: str) -> InvalidInput:
    """Say that one field is missing."""
    return InvalidInput(field, "missing", sentence)


def _error(field: str, sentence: str) -> FieldError:
    return FieldError(field, "missing", sentence)


def _start(typed: VisitTyped) -> datetime | None:
    if typed.at and typed.at != OTHER:
        return _instant(typed.at)
    day, clock = _date(typed.day), _time(typed.clock)
    return at(day, clock) if day and clock else None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and in_our_years(found) else None


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if in_our_years(found) else None


def _time(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo else found

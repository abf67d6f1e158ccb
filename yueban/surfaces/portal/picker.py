"""Days across, hours down: the slots of a matter at a hall arranged for the page."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404

from yueban.domain.booking import queries as booking
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.regulation.rules import RefusalCode, Refused

DAYS = 31
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Hour:
    """One slot; `refusals` are the reasons as the availability says them (code, clause, message)."""

    id: int
    starts_at: datetime
    ends_at: datetime
    left: int
    open: bool
    refusals: tuple[dict[str, str], ...]
    url: str
    kind: str = "regular"

    @property
    def full(self) -> bool:
        """No place left, and nothing else against it."""
        return [each["code"] for each in self.refusals] == [RefusalCode.SLOT_FULL]

    @property
    def barred(self) -> bool:
        """Whether this kind of hour is never for this matter (R3.1, R3.3)."""
        return any(each["code"] == RefusalCode.NOT_ELIGIBLE for each in self.refusals)


@dataclass(frozen=True, slots=True)
class Day:
    """One date of the strip."""

    date: date
    hours: tuple[Hour, ...]
    selected: bool
    url: str

    @property
    def free(self) -> int:
        """Places that can be booked now."""
        return sum(hour.left for hour in self.hours if hour.open)

    @property
    def state(self) -> str:
        """Why there is none: rest (nobody works), barred (not for this matter), full, or closed (too late, stopped)."""
        if not self.hours:
            return "rest"
        if all(hour.barred for hour in self.hours):
            return "barred"
        return "full" if any(hour.full for hour in self.hours) else "closed"


@dataclass(frozen=True, slots=True)
class Picker:
    """The strip of days with one chosen, its hours, and the nearest free ones when it has none."""

    days: tuple[Day, ...]
    chosen: Day
    nearest: tuple[Hour, ...]
    action: str

    @property
    def date(self) -> date:
        """The chosen date."""
        return self.chosen.date

    @property
    def hours(self) -> tuple[Hour, ...]:
        """The hours of the chosen date."""
        return self.chosen.hours

    @property
    def free(self) -> int:
        """Places on the chosen date."""
        return self.chosen.free

    @property
    def state(self) -> str:
        """What the chosen date is like when it has no place."""
        return self.chosen.state


def slots(centre: str, matter: str, *, now: datetime) -> list[dict[str, Any]]:
    """Every slot from today on, as an online booking sees it; 404 where the hall does not offer the matter."""
    try:
        return booking.availability(
            centre=centre, matter=matter, channel=ChannelKind.ONLINE, start=now.date(), days=DAYS, now=now
        )
    except (booking.UnknownPlace, Refused) as error:
        raise Http404 from error


def picker(rows: list[dict[str, Any]], action: str, *, wanted: str, now: datetime) -> Picker:
    """Arrange slots; the day `wanted` (ISO text, may be nonsense) is chosen when it is shown, else the first with a place."""
    hours = [_hour(row, action) for row in rows if not _beyond(row)]
    dates = _dates(hours, now.date())
    free = [hour for hour in hours if hour.open]
    first = free[0].starts_at.date() if free else dates[0]
    shown = {day.isoformat(): day for day in dates}.get(wanted, first)
    days = tuple(_day(day, hours, action, chosen=day == shown) for day in dates)
    return Picker(days, next(day for day in days if day.selected), tuple(free[:NEAREST]), action)


def find(rows: list[dict[str, Any]], slot: str) -> dict[str, Any] | None:
    """The slot of an id as it came from a form, or None."""
    return next((row for row in rows if str(row["id"]) == slot), None)


def _beyond(row: dict[str, Any]) -> bool:
    return any(each["code"] == RefusalCode.BEYOND_HORIZON for each in row["refusals"])


def _hour(row: dict[str, Any], action: str) -> Hour:
    url = f"{action}?day={row['starts_at'].date().isoformat()}"
    return Hour(
        row["id"], row["starts_at"], row["ends_at"], row["left"], row["open"], tuple(row["refusals"]), url, row["kind"]
    )


def _dates(hours: list[Hour], today: date) -> list[date]:
    last = hours[-1].starts_at.date() if hours else today
    return [today + timedelta(days=n) for n in range((last - today).days + 1)]


def _day(day: date, hours: list[Hour], action: str, *, chosen: bool) -> Day:
    its = tuple(hour for hour in hours if hour.starts_at.date() == day)
    return Day(day, its, chosen, f"{action}?day={day.isoformat()}")

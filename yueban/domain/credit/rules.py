"""Strikes and suspension (R5.4): counted by the calendar month of the service date, cleared on the 1st."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from yueban.kernel.wall import at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yueban.domain.regulation.rules import Parameters


class Cause(StrEnum):
    """What a strike is for."""

    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"
    FINDING = "finding"


class Standing(StrEnum):
    """Where somebody stands in a month."""

    CLEAR = "clear"
    WARNED = "warned"
    SUSPENDED = "suspended"


def first_of_month(day: date) -> date:
    """Give the 1st of the month of a date."""
    return day.replace(day=1)


def free_again_at(service_date: date) -> datetime:
    """Give when strikes of a service date stop counting: the 1st of the following month, 00:00:00."""
    december = service_date.month == 12  # noqa: PLR2004 - the last month
    year, month = (service_date.year + 1, 1) if december else (service_date.year, service_date.month + 1)
    return at(date(year, month, 1), time())


def standing(count: int, parameters: Parameters) -> Standing:
    """Give where a number of strikes in one month leads."""
    if count >= parameters.strikes:
        return Standing.SUSPENDED
    return Standing.WARNED if count and count >= parameters.warn else Standing.CLEAR


def lenient(governing: Parameters, current: Parameters) -> Parameters:
    """Give the more lenient of the regulation an appointment was made under and the one in force (amendments)."""
    return governing if governing.strikes > current.strikes else current


def count_in_month(service_dates: Iterable[date], month: date) -> int:
    """Count the strikes whose service date lies in the month of `month`."""
    return sum(first_of_month(day) == first_of_month(month) for day in service_dates)


def suspended_until(service_dates: Iterable[date], parameters: Parameters) -> datetime | None:
    """Give until when these strikes (none of them waived) suspend; nothing when no month has enough of them."""
    dates = list(service_dates)
    months = {first_of_month(day) for day in dates}
    full = [month for month in months if standing(count_in_month(dates, month), parameters) is Standing.SUSPENDED]
    return free_again_at(max(full)) if full else None


def is_suspended(until: datetime | None, *, now: datetime) -> bool:
    """Tell whether somebody may not book at `now`: free again at the very instant, not one second before."""
    return until is not None and now < until

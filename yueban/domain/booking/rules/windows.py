"""From when and until when an hour can be booked (R4.0): the few instants that decide, for one and for many slots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from yueban.domain.calendar.rules import UnknownDay, desk_cutoff, horizon_end

if TYPE_CHECKING:
    from yueban.domain.booking.rules.facts import ChannelKind
    from yueban.domain.calendar.rules import WorkingDays
    from yueban.domain.regulation.rules import Parameters


@dataclass(frozen=True, slots=True)
class Window:
    """What can be booked at one moment: slots that start at `earliest_start` or later, on `last_date` or earlier."""

    earliest_start: datetime
    last_date: date


def whole_second(now: datetime) -> datetime:
    """Cut the fraction: a deadline's own second is on time, as every clock on a wall shows it."""
    return now.replace(microsecond=0)


def deadline(channel: ChannelKind, starts_at: datetime, days: WorkingDays, parameters: Parameters) -> datetime:
    """Give the last moment to book a slot on a channel (R4.0). Raises `UnknownDay` outside the known calendar."""
    if channel.at_desk:
        return _desk_deadline(starts_at.date(), days, parameters)
    return starts_at - parameters.online_lead


def window(channel: ChannelKind, *, now: datetime, days: WorkingDays, parameters: Parameters) -> Window:
    """Give what the channel can book at `now` (a datetime in the county's zone)."""
    now = whole_second(now)
    return Window(_earliest_start(channel, now, days, parameters), _last_date(now.date(), days, parameters))


def _desk_deadline(service_date: date, days: WorkingDays, parameters: Parameters) -> datetime:
    return desk_cutoff(days, service_date, at=parameters.desk_cutoff, days_before=parameters.desk_cutoff_days)


def _last_date(today: date, days: WorkingDays, parameters: Parameters) -> date:
    try:
        return horizon_end(days, today, parameters.horizon)
    except UnknownDay:
        return days.last


def _earliest_start(channel: ChannelKind, now: datetime, days: WorkingDays, parameters: Parameters) -> datetime:
    if not channel.at_desk:
        return now + parameters.online_lead
    day = now.date()
    try:
        while _desk_deadline(day, days, parameters) < now:
            day += timedelta(days=1)
    except UnknownDay:  # nothing beyond the known calendar can be booked
        day = max(day, days.last + timedelta(days=1))
    return datetime.combine(day, time.min, now.tzinfo)

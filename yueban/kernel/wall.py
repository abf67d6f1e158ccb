"""Wall times: everything here happens in one zone. Reading the clock is another thing (kernel.clock)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")
"""The zone of every wall time in this project."""

_YEARS = range(2000, 2200)


def in_our_years(found: date) -> bool:
    """Tell whether a date or instant that came from outside can be one of ours; near the ends of time arithmetic fails."""
    return found.year in _YEARS


def at(day: date, wall: time) -> datetime:
    """Give the aware instant of a wall time on a day."""
    return datetime.combine(day, wall, TZ)

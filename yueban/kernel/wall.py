"""Wall times: everything here happens in one zone. Reading the clock is another thing (kernel.clock)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")
"""The zone of every wall time in this project."""


def at(day: date, wall: time) -> datetime:
    """Give the aware instant of a wall time on a day."""
    return datetime.combine(day, wall, TZ)

"""What can be asked about days, opening hours and slots."""

from yueban.domain.calendar.queries.days import DayView, day, standings, working_days
from yueban.domain.calendar.queries.flexible import (
    HeldHour,
    OpeningView,
    Preview,
    UnknownOpening,
    announced,
    flexible_opening,
    flexible_openings,
    hall_hours,
    held_hours,
    preview,
    reserved,
)
from yueban.domain.calendar.queries.halls import (
    days_to_generate,
    generation_due,
    halls,
    open_spans,
    openings,
    slots_ready,
    working_clock,
)
from yueban.domain.calendar.queries.invariants import broken_invariants

__all__ = [
    "DayView",
    "HeldHour",
    "OpeningView",
    "Preview",
    "UnknownOpening",
    "announced",
    "broken_invariants",
    "day",
    "days_to_generate",
    "flexible_opening",
    "flexible_openings",
    "generation_due",
    "hall_hours",
    "halls",
    "held_hours",
    "open_spans",
    "openings",
    "preview",
    "reserved",
    "slots_ready",
    "standings",
    "working_clock",
    "working_days",
]

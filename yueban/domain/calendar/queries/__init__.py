"""What can be asked about days, opening hours and slots."""

from yueban.domain.calendar.queries.days import DayView, day, standings, working_days
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
    "broken_invariants",
    "day",
    "days_to_generate",
    "generation_due",
    "halls",
    "open_spans",
    "openings",
    "slots_ready",
    "standings",
    "working_clock",
    "working_days",
]

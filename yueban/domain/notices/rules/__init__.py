"""What messages say, when they may go out, and what becomes of them."""

from yueban.domain.notices.rules.retry import MAX_ATTEMPTS, pause_after
from yueban.domain.notices.rules.texts import (
    PART,
    SINGLE,
    TEXTS,
    Template,
    day,
    fields_of,
    hours,
    length,
    moment,
    render,
    segments,
)

__all__ = [
    "MAX_ATTEMPTS",
    "PART",
    "SINGLE",
    "TEXTS",
    "Template",
    "day",
    "fields_of",
    "hours",
    "length",
    "moment",
    "pause_after",
    "render",
    "segments",
]

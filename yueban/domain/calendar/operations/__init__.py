"""Making years known, loading a county with its timetables, generating slots."""

from yueban.domain.calendar.operations.county import export_county, load_county, load_sessions
from yueban.domain.calendar.operations.flexible import (
    OpeningChanged,
    OpeningRefused,
    close_opening,
    discard_opening,
    draft_opening,
    publish_opening,
)
from yueban.domain.calendar.operations.slots import generate_slots
from yueban.domain.calendar.operations.years import NoticeImported, import_notice, override_day, seed_years

__all__ = [
    "NoticeImported",
    "OpeningChanged",
    "OpeningRefused",
    "close_opening",
    "discard_opening",
    "draft_opening",
    "export_county",
    "generate_slots",
    "import_notice",
    "load_county",
    "load_sessions",
    "override_day",
    "publish_opening",
    "seed_years",
]

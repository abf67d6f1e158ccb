"""Everything that `yueban check` proves, by context."""

from collections.abc import Callable

from yueban.domain.audit import queries as audit
from yueban.domain.booking import queries as booking
from yueban.domain.calendar import queries as calendar
from yueban.domain.credit import queries as credit
from yueban.domain.directory import queries as directory
from yueban.domain.feedback import queries as feedback
from yueban.domain.notices import queries as notices
from yueban.domain.people import queries as people
from yueban.domain.prereview import queries as prereview
from yueban.domain.queueing import queries as queueing
from yueban.domain.visits import queries as visits

CONTEXTS: dict[str, Callable[[], list[str]]] = {
    "audit": audit.broken_invariants,
    "directory": directory.broken_invariants,
    "people": people.broken_invariants,
    "notices": notices.broken_invariants,
    "calendar": calendar.broken_invariants,
    "credit": credit.broken_invariants,
    "booking": booking.broken_invariants,
    "prereview": prereview.broken_invariants,
    "visits": visits.broken_invariants,
    "queueing": queueing.broken_invariants,
    "feedback": feedback.broken_invariants,
}

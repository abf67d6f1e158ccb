"""What can be booked, what was booked, and whether the tables still agree."""

from yueban.domain.booking.queries.appointments import (
    AppointmentView,
    UnknownAppointment,
    by_code,
    by_codes,
    by_id,
    by_ids,
    by_qr,
    channel_of,
    codes_of,
    expected_on,
    of_person,
    of_phone,
    upcoming,
    view_of,
)
from yueban.domain.booking.queries.arrivals import arrivals_on
from yueban.domain.booking.queries.availability import (
    MOST_DAYS,
    UnknownPlace,
    availability,
    availability_json,
    first_open,
)
from yueban.domain.booking.queries.counter import CancelledByCounter, cancelled_by_counter, limit_of, limits_of
from yueban.domain.booking.queries.facts import Asked, against
from yueban.domain.booking.queries.hotline import (
    AttemptView,
    CallView,
    call,
    ended_calls,
    escalated_calls,
    waiting_calls,
)
from yueban.domain.booking.queries.invariants import broken_invariants
from yueban.domain.booking.queries.openings import (
    Affected,
    CancelledInOpening,
    affected_by_opening,
    cancelled_of_opening,
)
from yueban.domain.booking.queries.rebooking import Offered, free_hours, nearest, offered, rebooking_token
from yueban.domain.booking.queries.reminders import by_cancel_token, cancel_token, to_remind
from yueban.domain.booking.queries.urgent import UrgentView, urgent_decided, urgent_requests

__all__ = [
    "MOST_DAYS",
    "Affected",
    "AppointmentView",
    "Asked",
    "AttemptView",
    "CallView",
    "CancelledByCounter",
    "CancelledInOpening",
    "Offered",
    "UnknownAppointment",
    "UnknownPlace",
    "UrgentView",
    "affected_by_opening",
    "against",
    "arrivals_on",
    "availability",
    "availability_json",
    "broken_invariants",
    "by_cancel_token",
    "by_code",
    "by_codes",
    "by_id",
    "by_ids",
    "by_qr",
    "call",
    "cancel_token",
    "cancelled_by_counter",
    "cancelled_of_opening",
    "channel_of",
    "codes_of",
    "ended_calls",
    "escalated_calls",
    "expected_on",
    "first_open",
    "free_hours",
    "limit_of",
    "limits_of",
    "nearest",
    "of_person",
    "of_phone",
    "offered",
    "rebooking_token",
    "to_remind",
    "upcoming",
    "urgent_decided",
    "urgent_requests",
    "view_of",
    "waiting_calls",
]

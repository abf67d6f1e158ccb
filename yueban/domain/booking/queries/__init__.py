"""What can be booked, what was booked, and whether the tables still agree."""

from yueban.domain.booking.queries.appointments import (
    AppointmentView,
    UnknownAppointment,
    by_code,
    by_id,
    by_qr,
    channel_of,
    codes_of,
    expected_on,
    of_person,
    of_phone,
    view_of,
)
from yueban.domain.booking.queries.availability import (
    MOST_DAYS,
    UnknownPlace,
    availability,
    availability_json,
    first_open,
)
from yueban.domain.booking.queries.invariants import broken_invariants

__all__ = [
    "MOST_DAYS",
    "AppointmentView",
    "UnknownAppointment",
    "UnknownPlace",
    "availability",
    "availability_json",
    "broken_invariants",
    "by_code",
    "by_id",
    "by_qr",
    "channel_of",
    "codes_of",
    "expected_on",
    "first_open",
    "of_person",
    "of_phone",
    "view_of",
]

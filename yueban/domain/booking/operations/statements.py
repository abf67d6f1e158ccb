"""The guarded write of a booking, in pieces that are joined to one statement.

Order of locks: the person's row first (an upsert that also tests the suspension, on the row's latest version), then the
slot (its constraint refuses the place too many), then the appointment (exclusion and daily limit). A CTE that reads
another's RETURNING runs after it, which is what makes the order certain. The ordinal of the day is the lowest free one in
this statement's snapshot; should a concurrent booking of the same person have taken it, the unique constraint says so and
the whole is tried again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from yueban.kernel import crypto

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.operations.terms import Booking, BookingRequest

_NOT_SUSPENDED: Final = "WHERE p.suspended_until IS NULL OR p.suspended_until <= excluded.seen_at"

BOOK: Final = """
WITH person AS (
    INSERT INTO people_person AS p (certificate_kind, certificate_index, certificate_sealed, seen_at)
    VALUES (%(kind)s, %(certificate_index)s, %(certificate_sealed)s, %(now)s)
    ON CONFLICT (certificate_index) DO UPDATE SET seen_at = excluded.seen_at
        WHERE p.suspended_until IS NULL OR p.suspended_until <= excluded.seen_at
    RETURNING id
), slot AS (
    UPDATE calendar_slot s SET booked = s.booked + 1 FROM person WHERE s.id = %(slot)s
    RETURNING s.id, s.queue_id, s.centre_id, s.date, s.starts_at, s.ends_at, person.id AS person_id
), appointment AS (
    INSERT INTO booking_appointment (code, person_id, name, phone_index, phone_sealed, organisation, uscc, matter_id,
        package_id, centre_id, queue_id, slot_id, service_date, during, ordinal, day_limit, status, channel_kind, channel_id,
        regulation_id, guide_version, booked_at)
    SELECT %(code)s, slot.person_id, %(name)s, %(phone_index)s, %(phone_sealed)s, %(organisation)s, %(uscc)s, %(matter)s,
        %(package)s, slot.centre_id, slot.queue_id, slot.id, slot.date, tstzrange(slot.starts_at, slot.ends_at),
        coalesce((SELECT min(n) FROM generate_series(1, %(day_limit)s::int) n WHERE NOT EXISTS (
            SELECT 1 FROM booking_appointment a WHERE a.person_id = slot.person_id AND a.service_date = slot.date
                AND a.status NOT IN ('cancelled', 'counter_cancelled', 'rejected') AND a.ordinal = n
        )), %(day_limit)s::int + 1),
        %(day_limit)s::int, 'booked', %(channel_kind)s, %(channel)s, %(regulation)s, %(guide_version)s, %(now)s
    FROM slot
    RETURNING id, person_id, centre_id
), history AS (
    INSERT INTO audit_event (at, kind, by, centre_id, appointment_id, person_id, clause, data)
    SELECT %(now)s, 'appointment.booked', %(by)s, centre_id, id, person_id, 'R4.1', %(data)s::jsonb FROM appointment
)"""

TELL: Final = """, message AS (
    INSERT INTO notices_message (event, template, appointment_id, centre_id, phone_index, phone_sealed, body_sealed,
        created_at, priority, due_at, about_at, expires_at)
    SELECT 'booked:' || id, 'booked', id, centre_id, %(phone_index)s, %(phone_sealed)s, %(body_sealed)s,
        %(now)s, %(priority)s, %(due_at)s, %(about_at)s, %(expires_at)s
    FROM appointment
)"""

OVERRIDDEN: Final = """, overridden AS (
    INSERT INTO audit_event (at, kind, by, centre_id, appointment_id, person_id, clause, reason, data)
    SELECT %(now)s, 'appointment.overridden', %(by)s, centre_id, id, person_id, 'R4.0', %(override)s, %(data)s::jsonb
    FROM appointment
)"""

BOOK_OWED: Final = BOOK.replace(_NOT_SUSPENDED, "")
"""The same where a counter took an hour back (R4.3): a suspension leaves alone what stood."""

REPLACE: Final = """, replaced AS (
    INSERT INTO booking_rebooking (old_id, new_id, at) SELECT %(replaces)s, id, %(now)s FROM appointment
), told AS (
    INSERT INTO audit_event (at, kind, by, centre_id, appointment_id, person_id, clause, data)
    SELECT %(now)s, 'appointment.rebooked', %(by)s, centre_id, %(replaces)s, person_id, 'R4.3',
        jsonb_build_object('code', %(code)s::text) FROM appointment
)"""

PUSH_PACKAGE: Final = """, task AS (
    INSERT INTO booking_packagetask (appointment_id, matter_id, department_id)
    SELECT appointment.id, m.id, m.department_id FROM appointment, directory_packagemember k
    JOIN directory_matter m ON m.id = k.matter_id WHERE k.package_id = %(package)s
)"""

KEEP_RESPONSE: Final = """, response AS (
    INSERT INTO people_channelresponse (channel_id, key, request_digest, status, body, at)
    SELECT %(idempotency_channel)s, %(idempotency_key)s, %(idempotency_digest)s, 201, %(idempotency_body)s, %(now)s
    FROM appointment
)"""

CONFIRM: Final = " SELECT id FROM appointment"


def values(request: BookingRequest, booking: Booking, *, by: str, now: datetime) -> dict[str, Any]:
    """Give the parameters of the statement; what is personal is sealed here."""
    found = booking.found
    return {
        "now": now,
        "by": by,
        "code": booking.code,
        "kind": request.certificate.kind.value,
        "certificate_index": crypto.blind_index("certificate", request.certificate.identity),
        "certificate_sealed": crypto.seal(request.certificate.number),
        "phone_index": crypto.blind_index("phone", request.phone) if request.phone else b"",
        "phone_sealed": crypto.seal(request.phone) if request.phone else b"",
        "name": request.name,
        "organisation": request.organisation,
        "uscc": request.uscc,
        "slot": found.slot_id,
        "matter": found.matter_id,
        "package": found.package_id,
        "guide_version": found.guide_version,
        "day_limit": found.facts.parameters.per_day,
        "regulation": found.regulation.id,
        "channel": request.channel_id,
        "channel_kind": request.channel_kind.value,
        "data": _history(found.starts_at, found.matter_code, request.channel_kind.value),
    }


def _history(starts_at: datetime, matter: str, channel: str) -> str:
    return f'{{"starts_at":"{starts_at.isoformat()}","matter":"{matter}","channel":"{channel}"}}'

"""What `yueban check` proves about booking: the architecture's invariants that span tables."""

from __future__ import annotations

from typing import Final

from django.db import connection

_CHECKS: Final[dict[str, str]] = {
    "slot.booked differs from the appointments that hold a place": """
        SELECT 'slot ' || s.id || ' booked=' || s.booked || ' held=' || count(a.id)
        FROM calendar_slot s LEFT JOIN booking_appointment a ON a.slot_id = s.id
            AND a.status NOT IN ('late_cancelled', 'cancelled', 'counter_cancelled', 'rejected')
        GROUP BY s.id HAVING s.booked <> count(a.id)""",
    "an appointment's time is not its slot's": """
        SELECT 'appointment ' || a.id FROM booking_appointment a JOIN calendar_slot s ON s.id = a.slot_id
        WHERE a.place = 'counter' AND a.status NOT IN ('cancelled', 'counter_cancelled', 'rejected', 'late_cancelled')
            AND (a.during <> tstzrange(s.starts_at, s.ends_at) OR a.service_date <> s.date OR a.queue_id <> s.queue_id)""",
    "an appointment was confirmed without its message": """
        SELECT 'appointment ' || a.id FROM booking_appointment a
        WHERE a.place = 'counter' AND a.phone_sealed <> ''::bytea
            AND a.booked_at >= (SELECT coalesce(min(created_at), '-infinity') FROM notices_message)  -- older ones are forgotten
            AND NOT EXISTS (SELECT 1 FROM notices_message m WHERE m.event = 'booked:' || a.id)""",
    "an appointment was confirmed without its history": """
        SELECT 'appointment ' || a.id FROM booking_appointment a
        WHERE NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.appointment_id = a.id
            AND e.kind IN ('appointment.booked', 'appointment.requested'))""",
    "a link replaced what no counter cancelled, or booked for somebody else": """
        SELECT 'appointment ' || o.id || ' by ' || n.id FROM booking_rebooking r
        JOIN booking_appointment o ON o.id = r.old_id JOIN booking_appointment n ON n.id = r.new_id
        WHERE o.status <> 'counter_cancelled' OR (o.person_id, o.matter_id, o.centre_id, o.channel_kind)
            IS DISTINCT FROM (n.person_id, n.matter_id, n.centre_id, n.channel_kind)""",
    "a no-show or late cancellation has no strike": """
        SELECT 'appointment ' || a.id || ' ' || a.status FROM booking_appointment a
        WHERE a.status IN ('no_show', 'late_cancelled')
            AND NOT EXISTS (SELECT 1 FROM credit_strike s WHERE s.appointment_id = a.id)""",
    "a strike stands against an appointment that was neither missed nor cancelled late": """
        SELECT 'strike ' || s.id || ' of appointment ' || s.appointment_id FROM credit_strike s
        JOIN booking_appointment a ON a.id = s.appointment_id
        WHERE s.waived_at IS NULL AND s.cause IN ('no_show', 'late_cancel') AND a.status NOT IN ('no_show', 'late_cancelled')""",
}


def broken_invariants() -> list[str]:
    """Give a line for every row that breaks an invariant; an empty list is the proof."""
    broken = []
    with connection.cursor() as cursor:
        for meaning, statement in _CHECKS.items():
            cursor.execute(statement)
            broken += [f"{meaning}: {row[0]}" for row in cursor.fetchall()]
    return broken

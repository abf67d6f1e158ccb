"""What `yueban check` proves about visits."""

from __future__ import annotations

from typing import Final

from django.db import connection

_CHECKS: Final[dict[str, str]] = {
    "a visit counts although its appointment does not, or the other way round": """
        SELECT 'visit ' || v.id || ' ' || a.status FROM visits_visit v JOIN booking_appointment a ON a.id = v.appointment_id
        WHERE v.live <> (a.status NOT IN ('late_cancelled', 'cancelled', 'counter_cancelled', 'rejected'))""",
    "a visit takes other hours of its team than its appointment's with the way there and back": """
        SELECT 'visit ' || v.id FROM visits_visit v JOIN booking_appointment a ON a.id = v.appointment_id
        WHERE v.busy <> tstzrange(lower(a.during) - make_interval(mins => v.travel_minutes),
                                  upper(a.during) + make_interval(mins => v.travel_minutes))""",
    "a home visit or an inspection has no visit, or a visit stands at a counter": """
        SELECT 'appointment ' || a.id || ' ' || a.place FROM booking_appointment a
        LEFT JOIN visits_visit v ON v.appointment_id = a.id
        WHERE (a.place IN ('home_visit', 'inspection')) <> (v.id IS NOT NULL)""",
    "an inspection that the department started counts against the day (R5.2)": """
        SELECT 'visit ' || v.id FROM visits_visit v JOIN booking_appointment a ON a.id = v.appointment_id
        WHERE (v.origin = 'department') <> (a.ordinal IS NULL)""",
    "a visit is a no-show or has a strike (R3.4)": """
        SELECT 'visit ' || v.id FROM visits_visit v JOIN booking_appointment a ON a.id = v.appointment_id
        WHERE a.status IN ('no_show', 'late_cancelled')
            OR EXISTS (SELECT 1 FROM credit_strike s WHERE s.appointment_id = a.id AND s.cause IN ('no_show', 'late_cancel'))""",
}


def broken_invariants() -> list[str]:
    """Give a line for every row that breaks an invariant; an empty list is the proof."""
    broken = []
    with connection.cursor() as cursor:
        for meaning, statement in _CHECKS.items():
            cursor.execute(statement)
            broken += [f"{meaning}: {row[0]}" for row in cursor.fetchall()]
    return broken

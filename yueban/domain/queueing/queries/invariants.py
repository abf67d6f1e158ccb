"""What `yueban check` proves about halls: the architecture's invariants that span rows."""

from __future__ import annotations

from typing import Final

from django.db import connection

_CHECKS: Final[dict[str, str]] = {
    "ticket numbers have a gap": """
        SELECT 'queue ' || n.queue_id || ' ' || n.series || ' ' || n.date || ' last=' || n.last || ' tickets=' || count(t.id)
        FROM queueing_numbering n LEFT JOIN queueing_ticket t ON t.numbering_id = n.id
        GROUP BY n.id HAVING n.last <> count(t.id) OR n.last <> coalesce(max(t.number), 0)""",
    "a ticket's series is not that of its appointment": """
        SELECT 'ticket ' || t.id FROM queueing_ticket t WHERE (t.series = 'Y') <> (t.appointment_id IS NOT NULL)""",
    "a counter has two tickets in service": """
        SELECT 'counter ' || t.counter_id FROM queueing_ticket t WHERE t.state IN ('called', 'serving')
        GROUP BY t.counter_id HAVING count(*) > 1""",
    "a ticket was called and no event says so": """
        SELECT 'ticket ' || t.id FROM queueing_ticket t WHERE t.called_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.ticket_id = t.id AND e.kind = 'ticket.called')""",
    "an appointment is not where its ticket is": """
        SELECT 'appointment ' || a.id || ' ' || a.status || ' ticket ' || t.id || ' ' || t.state
        FROM queueing_ticket t JOIN booking_appointment a ON a.id = t.appointment_id
        WHERE (t.state = 'done' AND a.status <> 'served')
            OR (t.state = 'missed' AND a.status NOT IN ('missed', 'no_show'))
            OR (t.state IN ('called', 'serving', 'parked') AND a.channel_kind = 'online' AND a.status <> 'accepted')""",
    "an appointment is ticketed and has no ticket": """
        SELECT 'appointment ' || a.id FROM booking_appointment a WHERE a.status = 'ticketed'
            AND NOT EXISTS (SELECT 1 FROM queueing_ticket t WHERE t.appointment_id = a.id
                AND t.state NOT IN ('void', 'reserved'))""",
}


def broken_invariants() -> list[str]:
    """Give a line for every row that breaks an invariant; an empty list is the proof."""
    broken = []
    with connection.cursor() as cursor:
        for meaning, statement in _CHECKS.items():
            cursor.execute(statement)
            broken += [f"{meaning}: {row[0]}" for row in cursor.fetchall()]
    return broken

"""What must hold of the calendar and cannot be a constraint."""

from __future__ import annotations

from django.db import connection

from yueban.domain.calendar.queries.days import standings, working_days

_OVERLAPPING = """
SELECT a.queue_id, a.starts_at, b.starts_at FROM calendar_slot a JOIN calendar_slot b
    ON b.queue_id = a.queue_id AND b.date = a.date AND b.starts_at > a.starts_at AND b.starts_at < a.ends_at
WHERE a.planned > 0 AND b.planned > 0 ORDER BY 1, 2 LIMIT 20
"""


def broken_invariants() -> list[str]:
    """Return a line for each thing that is wrong: hours sold twice, or a gap between the known years."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAPPING)
        lines = [
            f"queue {queue}: the slots of {first} and {second} overlap" for queue, first, second in cursor.fetchall()
        ]
    known = working_days()
    lines += [f"year {year} is known but not joined to the last one" for year in standings() if year < known.first.year]
    return lines

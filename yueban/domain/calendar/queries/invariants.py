"""What must hold of the calendar and cannot be a constraint."""

from __future__ import annotations

from typing import Any

from django.db import connection

from yueban.domain.calendar.queries.days import standings, working_days

_OVERLAPPING = """
SELECT a.queue_id, a.starts_at, b.starts_at FROM calendar_slot a JOIN calendar_slot b
    ON b.queue_id = a.queue_id AND b.date = a.date AND b.starts_at > a.starts_at AND b.starts_at < a.ends_at
WHERE a.planned > 0 AND b.planned > 0 ORDER BY 1, 2 LIMIT 20
"""

# A withdrawn opening sells nothing from then on, and nobody gives more minutes than an opening's counters have.
_WITHDRAWN = """
SELECT s.queue_id, s.starts_at FROM calendar_slot s JOIN calendar_flexibleopening o ON o.id = s.opening_id
WHERE o.state = 'withdrawn' AND s.starts_at > o.withdrawn_at AND s.planned > 0 ORDER BY 1, 2 LIMIT 20
"""
_OVERSOLD = """
SELECT s.opening_id, s.starts_at FROM calendar_slot s JOIN directory_queue q ON q.id = s.queue_id
WHERE s.opening_id IS NOT NULL GROUP BY 1, 2
HAVING sum(s.planned * q.service_minutes) > (SELECT count(*) FROM calendar_openingcounter c WHERE c.opening_id = s.opening_id)
    * extract(epoch FROM max(s.ends_at) - s.starts_at) / 60
ORDER BY 1, 2 LIMIT 20
"""
_UNHELD = """
SELECT o.id FROM calendar_flexibleopening o WHERE EXISTS (
    SELECT FROM calendar_openingqueue q WHERE q.opening_id = o.id AND (q.hours IS NULL) = (o.state = 'published')
) ORDER BY 1 LIMIT 20
"""


def broken_invariants() -> list[str]:
    """Return a line for each thing that is wrong: hours sold twice, or a gap between the known years."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAPPING)
        lines = [
            f"queue {queue}: the slots of {first} and {second} overlap" for queue, first, second in cursor.fetchall()
        ]
        lines += _about_openings(cursor)
    known = working_days()
    lines += [f"year {year} is known but not joined to the last one" for year in standings() if year < known.first.year]
    return lines


def _about_openings(cursor: Any) -> list[str]:
    """R3.1 to R3.3: openings keep their hours while they are published, and no longer."""
    found = []
    for statement, words in (
        (_WITHDRAWN, "queue {}: the slot of {} belongs to a withdrawn opening and is still planned"),
        (_OVERSOLD, "opening {}: at {} more minutes are planned than its counters have"),
        (_UNHELD, "opening {}: its hours are not kept as its state says"),
    ):
        cursor.execute(statement)
        found += [words.format(*row) for row in cursor.fetchall()]
    return found

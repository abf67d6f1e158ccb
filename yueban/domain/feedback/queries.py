"""What the device at a counter asks, and what `yueban check` proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from yueban.domain.feedback.models import Rating
from yueban.domain.feedback.rules import asks
from yueban.domain.queueing import queries as queueing

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.queueing.queries import HandlingView

_MISMATCHED = """
SELECT 'rating ' || r.id FROM feedback_rating r JOIN queueing_handling h ON h.id = r.handling_id
WHERE (r.centre_id, r.counter_id, r.matter_id, r.staff_id)
    IS DISTINCT FROM (h.centre_id, h.counter_id, h.matter_id, h.staff_id)
"""


def to_rate(counter_id: int, *, now: datetime) -> HandlingView | None:
    """The handling that the counter's device asks about now: the last one, just ended and not rated; None to rest."""
    handling = queueing.last_handling(counter_id)
    if handling is None or not asks(handling.ended_at, now=now):
        return None
    return None if Rating.objects.filter(handling_id=handling.id).exists() else handling


def broken_invariants() -> list[str]:
    """A rating is about what its handling was about."""
    with connection.cursor() as cursor:
        cursor.execute(_MISMATCHED)
        return [f"a rating is not about its handling: {row[0]}" for row in cursor.fetchall()]

"""Handlings that ended: what is measured and what is rated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yueban.domain.queueing.queries.hall import rows

if TYPE_CHECKING:
    from datetime import datetime

HANDLING = """
SELECT h.id, h.ticket_id, t.label, h.centre_id, h.counter_id, h.matter_id, h.staff_id, h.ended_at,
    coalesce(m.short_name, q.name) AS what
FROM queueing_handling h JOIN queueing_ticket t ON t.id = h.ticket_id JOIN directory_queue q ON q.id = h.queue_id
LEFT JOIN directory_matter m ON m.id = h.matter_id
"""


@dataclass(frozen=True, slots=True)
class HandlingView:
    """One matter that was handled; it names no person."""

    id: int
    ticket_id: int
    label: str
    centre_id: int
    counter_id: int
    matter_id: int | None
    staff_id: int | None
    ended_at: datetime
    what: str


def handling(handling_id: int) -> HandlingView | None:
    """One handling, None when there is none."""
    found = rows(HANDLING + "WHERE h.id = %(id)s", {"id": handling_id})
    return HandlingView(**found[0]) if found else None


def last_handling(counter_id: int) -> HandlingView | None:
    """The newest of a counter."""
    last = "WHERE h.counter_id = %(counter)s ORDER BY h.ended_at DESC, h.id DESC LIMIT 1"
    found = rows(HANDLING + last, {"counter": counter_id})
    return HandlingView(**found[0]) if found else None

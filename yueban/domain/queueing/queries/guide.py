"""What the hall guide walks around with: who asked for help, and a number that somebody shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yueban.domain.queueing.queries.hall import TicketView, rows, ticket

if TYPE_CHECKING:
    from datetime import date, datetime

HELP = """
SELECT h.counter_id, c.number, c.area, c.name, h.asked_at FROM queueing_helpcall h
JOIN directory_counter c ON c.id = h.counter_id
WHERE h.centre_id = %(centre)s AND h.answered_at IS NULL ORDER BY h.asked_at, h.id
"""
LABELLED = """
SELECT id FROM queueing_ticket WHERE centre_id = %(centre)s AND date = %(date)s AND label = %(label)s
    AND state <> 'reserved' ORDER BY state = 'void', id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class HelpView:
    """A counter that asked for help."""

    counter_id: int
    number: int
    area: str
    name: str
    asked_at: datetime


def help_calls(centre_id: int) -> list[HelpView]:
    """The counters that wait for help, longest first."""
    return [HelpView(**each) for each in rows(HELP, {"centre": centre_id})]


def ticket_labelled(centre_id: int, label: str, *, date: date) -> TicketView | None:
    """The number of a day as people read it, `ya 012` too; None when there is none."""
    found = rows(LABELLED, {"centre": centre_id, "date": date, "label": "".join(label.upper().split())[:10]})
    return ticket(found[0]["id"]) if found else None

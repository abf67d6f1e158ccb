"""The hall board: who was called where, and who comes next. It names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yueban.domain.audit import queries as audit
from yueban.domain.queueing.queries.devices import notices
from yueban.domain.queueing.queries.hall import rows

if TYPE_CHECKING:
    from datetime import datetime

LATEST = 9
NEXT = 3

CALLS = """
SELECT t.id AS ticket, t.label, c.number AS counter, c.area, t.called_at AS at, t.series = 'Y' AS booked
FROM queueing_ticket t JOIN directory_counter c ON c.id = t.counter_id
WHERE t.centre_id = %(centre)s AND t.date = %(date)s AND t.called_at IS NOT NULL
ORDER BY t.called_at DESC, t.id DESC LIMIT %(limit)s
"""
WAITING = """
SELECT q.code, q.name, count(t.id) AS waiting,
    coalesce((array_agg(t.label ORDER BY t.due_at, t.number, t.id) FILTER (WHERE t.id IS NOT NULL))[1:%(next)s], '{}') AS next
FROM directory_queue q
LEFT JOIN queueing_ticket t ON t.queue_id = q.id AND t.date = %(date)s AND t.state = 'waiting'
WHERE q.centre_id = %(centre)s AND q.active GROUP BY q.id ORDER BY count(t.id) = 0, q."order", q.id
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A number and the counter it was called to."""

    ticket: int
    label: str
    counter: int
    area: str
    at: datetime
    booked: bool


@dataclass(frozen=True, slots=True)
class WaitingQueue:
    """A queue on the board: how many wait, and the next numbers."""

    code: str
    name: str
    waiting: int
    next: list[str]


@dataclass(frozen=True, slots=True)
class Board:
    """What the board shows. It is at least as new as `position` of the feed: replay what comes after.

    Queues in which somebody waits come first: nobody looks for an empty one. `notices` are the centre's own.
    """

    position: int
    calls: list[Call]
    queues: list[WaitingQueue]
    notices: list[str]


def board(centre_id: int, *, now: datetime) -> Board:
    """The board of a centre. The position is read first, so that no event can fall between it and the rest."""
    position = audit.last_position()
    day = {"centre": centre_id, "date": now.date()}
    calls = [Call(**each) for each in rows(CALLS, day | {"limit": LATEST})]
    queues = [WaitingQueue(**each) for each in rows(WAITING, day | {"next": NEXT})]
    return Board(position, calls, queues, notices(centre_id))

"""A day in a hall, told at its end or while it goes on: what was issued, served, missed, how long, how wrong we were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yueban.domain.queueing.queries.hall import rows
from yueban.domain.queueing.rules import Waits, waits

if TYPE_CHECKING:
    from datetime import date

TICKETS = """
SELECT q.id AS queue_id, q.name AS queue, t.state, t.series = 'Y' AS booked, t.foretold,
    CASE WHEN t.misses = 0 THEN extract(epoch FROM t.called_at - greatest(t.issued_at, lower(a.during)))::float8 / 60 END
        AS waited,
    CASE WHEN t.misses = 0 THEN extract(epoch FROM t.called_at - t.issued_at)::float8 / 60 END AS since_issue
FROM queueing_ticket t JOIN directory_queue q ON q.id = t.queue_id
LEFT JOIN booking_appointment a ON a.id = t.appointment_id
WHERE t.centre_id = %(centre)s AND t.date = %(date)s AND t.state <> 'reserved' ORDER BY q."order", q.id
"""


@dataclass(frozen=True, slots=True)
class QueueDay:
    """One queue of a day."""

    name: str
    issued: int
    served: int
    missed: int
    closed: int
    waiting: int
    waits: Waits


@dataclass(frozen=True, slots=True)
class DayReport:
    """A hall's day.

    Waits are minutes from the number (a booking's: from its hour) to the call; `errors` are how far the estimate that
    was given with the number was from the wait.
    """

    date: date
    queues: list[QueueDay]
    booked: Waits
    walk_in: Waits
    errors: Waits

    @property
    def issued(self) -> int:
        """Numbers given out."""
        return sum(each.issued for each in self.queues)

    @property
    def served(self) -> int:
        """Numbers whose matter was handled."""
        return sum(each.served for each in self.queues)

    @property
    def left(self) -> int:
        """Numbers that were closed unserved at the end of the day."""
        return sum(each.closed for each in self.queues)


def day_report(centre_id: int, *, date: date) -> DayReport:
    """What a hall's day came to, or comes to until now."""
    found = rows(TICKETS, {"centre": centre_id, "date": date})
    names = {each["queue_id"]: each["queue"] for each in found}
    errors = [abs(each["since_issue"] - each["foretold"]) for each in found if _told(each)]
    return DayReport(
        date,
        [_queue(name, [each for each in found if each["queue_id"] == key]) for key, name in names.items()],
        waits([_waited(each) for each in found if each["booked"] and each["waited"] is not None]),
        waits([_waited(each) for each in found if not each["booked"] and each["waited"] is not None]),
        waits(errors),
    )


def _told(row: dict[str, Any]) -> bool:
    return row["foretold"] is not None and row["since_issue"] is not None


def _waited(row: dict[str, Any]) -> float:
    return max(0.0, float(row["waited"]))


def _queue(name: str, tickets: list[dict[str, Any]]) -> QueueDay:
    states = Counter(each["state"] for each in tickets)
    return QueueDay(
        name,
        len(tickets) - states["void"],
        states["done"],
        states["missed"],
        states["closed"],
        states["waiting"],
        waits([_waited(each) for each in tickets if each["waited"] is not None]),
    )

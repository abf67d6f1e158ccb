"""What a clerk sees at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yueban.domain.queueing.queries.hall import CounterFacts, counter, rows
from yueban.domain.queueing.queries.order import IN_ORDER, in_order
from yueban.domain.queueing.queries.settings import calling_order
from yueban.domain.queueing.rules import TicketState

if TYPE_CHECKING:
    from datetime import date, datetime

NEXT = 12

COLUMNS = """t.id, t.label, t.state, t.series = 'Y' AS booked, t.remote, t.issued_at, t.called_at, t.served_at, t.recalls,
    t.why, t.rank_class, t.counter_id, q.name AS queue_name,
    coalesce(m.name, '') AS matter, coalesce(a.name, '') AS person, coalesce(a.organisation, '') AS organisation,
    coalesce(a.code, '') AS appointment_code, lower(a.during) AS starts_at, upper(a.during) AS ends_at,
    a.present_at IS NOT NULL AS present"""
JOINS = """
LEFT JOIN directory_queue q ON q.id = x.queue_id
LEFT JOIN booking_appointment a ON a.id = x.appointment_id
LEFT JOIN directory_matter m ON m.id = coalesce(x.matter_id, a.matter_id)
"""
AT_COUNTER = f"""
SELECT {COLUMNS.replace("t.", "x.")} FROM queueing_ticket x {JOINS}
WHERE x.counter_id = %(counter)s AND x.date = %(date)s AND x.state IN ('called', 'serving', 'parked', 'missed')
ORDER BY x.called_at DESC
"""  # noqa: S608 - our own constants
WAITING = f"""
SELECT {COLUMNS.replace("t.", "x.")} FROM
    (SELECT t.*, row_number() OVER () AS place FROM (SELECT t.* {IN_ORDER} LIMIT %(limit)s) t) x {JOINS} ORDER BY x.place
"""  # noqa: S608 - our own constants
QUEUES = """
SELECT q.name, q.code, count(t.id) AS waiting, min(t.issued_at) AS oldest
FROM directory_counterqueue cq JOIN directory_queue q ON q.id = cq.queue_id
LEFT JOIN queueing_ticket t ON t.queue_id = q.id AND t.date = %(date)s AND t.state = 'waiting'
    AND (t.series = 'Y' OR NOT %(booking_only)s)
WHERE cq.counter_id = %(counter)s GROUP BY q.id, cq.rank ORDER BY cq.rank
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket on the console."""

    id: int
    label: str
    state: TicketState
    booked: bool
    remote: bool
    issued_at: datetime
    called_at: datetime | None
    served_at: datetime | None
    recalls: int
    why: str
    rank_class: str
    counter_id: int | None
    queue_name: str
    matter: str
    person: str
    organisation: str
    appointment_code: str
    starts_at: datetime | None
    ends_at: datetime | None
    present: bool


@dataclass(frozen=True, slots=True)
class CounterQueueView:
    """One of the counter's queues: how many wait, and since when the one who waits longest."""

    name: str
    code: str
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class CounterView:
    """The whole console: the person in hand, who comes next, who was set aside."""

    counter: CounterFacts
    hand: Line | None
    queues: list[CounterQueueView]
    waiting: list[Line]
    parked: list[Line]
    missed: list[Line]

    @property
    def total(self) -> int:
        """How many wait for this counter's queues."""
        return sum(each.waiting for each in self.queues)


def counter_view(counter_id: int, *, now: datetime) -> CounterView | None:
    """The console of a counter, None when there is no such counter in use."""
    facts = counter(counter_id)
    if facts is None:
        return None
    day = _parameters(facts, now.date())
    lines = [_line(each) for each in rows(AT_COUNTER, day)]
    return CounterView(
        counter=facts,
        hand=next((each for each in lines if each.state in {TicketState.CALLED, TicketState.SERVING}), None),
        queues=[CounterQueueView(**each) for each in rows(QUEUES, day)],
        waiting=[_line(each) for each in rows(WAITING, day | {"limit": NEXT})],
        parked=[each for each in lines if each.state is TicketState.PARKED],
        missed=[each for each in lines if each.state is TicketState.MISSED],
    )


def _parameters(facts: CounterFacts, day: date) -> dict[str, Any]:
    step = calling_order(facts.centre_id, day).step
    return in_order(facts.id, booking_only=facts.booking_only, date=day, step=step)


def _line(row: dict[str, Any]) -> Line:
    return Line(**row | {"state": TicketState(row["state"])})

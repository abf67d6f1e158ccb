"""What a clerk sees at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yueban.domain.queueing.queries.hall import CounterFacts, counter, rows
from yueban.domain.queueing.queries.order import IN_ORDER, in_order
from yueban.domain.queueing.queries.settings import calling_order
from yueban.domain.queueing.rules import UNDO, UNDO_SHOWN, TicketState

if TYPE_CHECKING:
    from datetime import date, datetime

NEXT = 12

COLUMNS = """t.id, t.label, t.state, t.series = 'Y' AS booked, t.remote, t.issued_at, t.called_at, t.served_at, t.recalls, t.recalled_at,
    t.why, t.rank_class, t.counter_id, t.person_id, t.ground, t.note, t.misses, t.for_counter_id, q.name AS queue_name,
    coalesce(m.name, '') AS matter, coalesce(a.name, '') AS person, coalesce(a.organisation, '') AS organisation,
    t.appointment_id, coalesce(a.code, '') AS appointment_code, lower(a.during) AS starts_at, upper(a.during) AS ends_at,
    a.present_at IS NOT NULL AS present, k.number AS counter_number"""
JOINS = """
LEFT JOIN directory_queue q ON q.id = x.queue_id
LEFT JOIN booking_appointment a ON a.id = x.appointment_id
LEFT JOIN directory_matter m ON m.id = coalesce(x.matter_id, a.matter_id)
LEFT JOIN directory_counter k ON k.id = x.counter_id
"""
AT_COUNTER = f"""
SELECT {COLUMNS.replace("t.", "x.")} FROM queueing_ticket x {JOINS}
WHERE x.centre_id = %(centre)s AND x.date = %(date)s AND x.state IN ('called', 'serving', 'parked', 'missed')
    AND (x.counter_id = %(counter)s OR (x.state IN ('parked', 'missed')
        AND x.queue_id IN (SELECT queue_id FROM directory_counterqueue WHERE counter_id = %(counter)s)
        AND NOT EXISTS (SELECT 1 FROM queueing_counterstate s WHERE s.counter_id = x.counter_id AND s.state <> 'closed')))
ORDER BY x.counter_id <> %(counter)s, x.called_at DESC
"""  # noqa: S608 - our own constants; whoever was set aside at a counter that has closed is found at its neighbours
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

ARRIVALS = f"""
SELECT {COLUMNS.replace("t.", "x.")} FROM queueing_ticket x JOIN directory_counterqueue cq
    ON cq.queue_id = x.queue_id AND cq.counter_id = %(counter)s {JOINS}
WHERE x.state = 'waiting' AND x.date = %(date)s AND x.rank_class = 'arrived_booking' ORDER BY x.due_at, x.number, x.id
"""  # noqa: S608 - our own constants
EXPECTED = """
SELECT a.code, a.name, m.short_name AS matter, lower(a.during) AS starts_at, upper(a.during) AS ends_at
FROM booking_appointment a
JOIN directory_counterqueue cq ON cq.queue_id = a.queue_id AND cq.counter_id = %(counter)s
JOIN directory_matter m ON m.id = a.matter_id
WHERE a.service_date = %(date)s AND a.status = 'booked' AND a.channel_kind IN ('onsite', 'phone')
    AND a.place IN ('counter', 'urgent')
ORDER BY lower(a.during), a.id LIMIT 20
"""
PAST = """
SELECT t.label, t.state, coalesce(h.ended_at, t.ended_at, t.issued_at) AS at, coalesce(m.short_name, q.name) AS what,
    c.number AS counter, coalesce(h.outcome, t.outcome) AS outcome
FROM queueing_ticket t JOIN directory_queue q ON q.id = t.queue_id
LEFT JOIN queueing_handling h ON h.ticket_id = t.id
LEFT JOIN directory_counter c ON c.id = coalesce(h.counter_id, t.counter_id)
LEFT JOIN directory_matter m ON m.id = coalesce(h.matter_id, t.matter_id)
WHERE t.date = %(date)s AND t.state <> 'void'
    AND ((t.person_id = %(person)s::bigint AND t.id <> %(ticket)s) OR (t.id = %(ticket)s AND h.id IS NOT NULL))
ORDER BY 3
"""
MATTERS = """
SELECT DISTINCT m.id, m.short_name AS name FROM directory_offer o
JOIN directory_counterqueue cq ON cq.queue_id = o.queue_id AND cq.counter_id = %(counter)s
JOIN directory_matter m ON m.id = o.matter_id WHERE m.active ORDER BY name
"""
UNDOABLE = """
SELECT u.ticket_id, t.label, u.move, u.made_at FROM queueing_undo u JOIN queueing_ticket t ON t.id = u.ticket_id
WHERE u.counter_id = %(counter)s AND u.made_at >= %(since)s AND t.state IN ('waiting', 'missed')
ORDER BY u.made_at DESC LIMIT 1
"""
HELP = "SELECT asked_at FROM queueing_helpcall WHERE counter_id = %(counter)s AND answered_at IS NULL"


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
    recalled_at: datetime | None
    why: str
    rank_class: str
    counter_id: int | None
    person_id: int | None
    ground: str
    note: str
    misses: int
    for_counter_id: int | None
    queue_name: str
    matter: str
    person: str
    organisation: str
    appointment_id: int | None
    appointment_code: str
    starts_at: datetime | None
    ends_at: datetime | None
    present: bool
    counter_number: int | None


@dataclass(frozen=True, slots=True)
class CounterQueueView:
    """One of the counter's queues: how many wait, and since when the one who waits longest."""

    name: str
    code: str
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Past:
    """What the person in hand did in this hall today: earlier numbers and matters handled."""

    label: str
    state: str
    at: datetime
    what: str
    counter: int | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Expected:
    """A desk or phone booking of the day whose person has not come yet: the clerk registers the arrival (到场登记)."""

    code: str
    name: str
    matter: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class MatterChoice:
    """A matter of the counter's queues, for the next one of a visit."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class UndoChoice:
    """The last missed call or transfer of the counter, while it may be taken back."""

    ticket_id: int
    label: str
    move: str
    seconds: int


@dataclass(frozen=True, slots=True)
class CounterView:
    """The whole console: the person in hand, who comes next, who was set aside."""

    counter: CounterFacts
    hand: Line | None
    queues: list[CounterQueueView]
    waiting: list[Line]
    parked: list[Line]
    missed: list[Line]
    arrivals: list[Line]
    expected: list[Expected]
    past: list[Past]
    undo: UndoChoice | None
    help_asked_at: datetime | None

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
    hand = next((each for each in lines if each.state in {TicketState.CALLED, TicketState.SERVING}), None)
    asked = rows(HELP, day)
    return CounterView(
        counter=facts,
        hand=hand,
        queues=[CounterQueueView(**each) for each in rows(QUEUES, day)],
        waiting=[_line(each) for each in rows(WAITING, day | {"limit": NEXT})],
        parked=[each for each in lines if each.state is TicketState.PARKED],
        missed=[each for each in lines if each.state is TicketState.MISSED],
        arrivals=[_line(each) for each in rows(ARRIVALS, day)],
        expected=[Expected(**each) for each in rows(EXPECTED, day)],
        past=_past(hand, now.date()),
        undo=_undo(counter_id, now),
        help_asked_at=asked[0]["asked_at"] if asked else None,
    )


def matters_of_counter(counter_id: int) -> list[MatterChoice]:
    """The matters that the counter's queues handle, by name."""
    return [MatterChoice(**each) for each in rows(MATTERS, {"counter": counter_id})]


def _past(hand: Line | None, day: date) -> list[Past]:
    if hand is None:
        return []
    return [Past(**each) for each in rows(PAST, {"ticket": hand.id, "person": hand.person_id, "date": day})]


def _undo(counter_id: int, now: datetime) -> UndoChoice | None:
    found = rows(UNDOABLE, {"counter": counter_id, "since": now - UNDO})
    if not found:
        return None
    made_at = found[0].pop("made_at")
    return UndoChoice(seconds=max(0, UNDO_SHOWN - int((now - made_at).total_seconds())), **found[0])


def _parameters(facts: CounterFacts, day: date) -> dict[str, Any]:
    step = calling_order(facts.centre_id, day).step
    return in_order(facts, date=day, step=step) | {"centre": facts.centre_id}


def _line(row: dict[str, Any]) -> Line:
    return Line(**row | {"state": TicketState(row["state"])})

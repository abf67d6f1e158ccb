"""A hall as its machines show it: queues with the people waiting, and one ticket with the people ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from yueban.domain.queueing.queries.estimates import paces
from yueban.domain.queueing.rules import TicketState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from yueban.domain.queueing.queries.estimates import Pace


def rows(sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a statement as dictionaries."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class HallView:
    """The centre of a page."""

    id: int
    code: str
    name: str
    short_name: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What issuing needs of a queue."""

    id: int
    centre_id: int
    code: str
    name: str
    prefix: str


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """A counter and whether it calls; `staff_id` is who sits there, `bookings_first` its 「预约办理」 mode (R5.3)."""

    id: int
    centre_id: int
    number: int
    name: str
    area: str
    booking_only: bool
    mode: str
    staff_id: int | None
    staff_name: str
    bookings_first: bool = False


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue with the people waiting today, and how long a new one would wait (minutes, rough)."""

    id: int
    code: str
    name: str
    prefix: str
    waiting: int
    open_counters: int
    estimate: int
    areas: tuple[str, ...]
    departments: tuple[str, ...]
    estimate_low: int = 0
    estimate_high: int = 0


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket as its holder may see it; it names nobody."""

    id: int
    label: str
    state: TicketState
    booked: bool
    remote: bool
    centre_id: int
    centre_code: str
    centre_name: str
    queue_id: int
    queue_name: str
    appointment_code: str
    starts_at: datetime | None
    ends_at: datetime | None
    issued_at: datetime
    called_at: datetime | None
    counter: int | None
    areas: tuple[str, ...]
    ahead: int
    estimate: int
    ground: str = ""
    more_time_used: bool = False
    estimate_low: int = 0
    estimate_high: int = 0


HALL = """
SELECT id, code, name, short_name, address, phone FROM directory_centre WHERE code = %(code)s AND active
"""
HALLS = """
SELECT id, code, name, short_name, address, phone FROM directory_centre WHERE active ORDER BY "order", id
"""
QUEUE = "SELECT id, centre_id, code, name, prefix FROM directory_queue WHERE id = %(id)s AND active"
COUNTERS = """
SELECT c.id, c.centre_id, c.number, c.name, c.area, c.booking_only, coalesce(s.state, 'closed') AS mode,
    s.staff_id, coalesce(p.name, '') AS staff_name, coalesce(s.bookings_first, false) AS bookings_first
FROM directory_counter c
LEFT JOIN queueing_counterstate s ON s.counter_id = c.id
LEFT JOIN people_staff p ON p.id = s.staff_id
WHERE c.active AND (c.id = %(id)s OR c.centre_id = %(centre)s OR (s.staff_id = %(staff)s AND s.state <> 'closed'))
ORDER BY c.number
"""
QUEUES = """
SELECT q.id, q.code, q.name, q.prefix,
    (SELECT count(*) FROM queueing_ticket t WHERE t.queue_id = q.id AND t.date = %(date)s AND t.state = 'waiting') AS waiting,
    (SELECT count(*) FROM directory_counterqueue cq JOIN queueing_counterstate s USING (counter_id)
     WHERE cq.queue_id = q.id AND s.state = 'open') AS open_counters,
    ARRAY(SELECT c.area FROM directory_counterqueue cq JOIN directory_counter c ON c.id = cq.counter_id
          WHERE cq.queue_id = q.id AND c.active GROUP BY c.area ORDER BY min(cq.rank), min(c.number)) AS areas,
    ARRAY(SELECT d.short_name FROM directory_queue_departments qd JOIN directory_department d ON d.id = qd.department_id
          WHERE qd.queue_id = q.id ORDER BY d."order", d.id) AS departments
FROM directory_queue q WHERE q.centre_id = %(centre)s AND q.active ORDER BY q."order", q.id
"""
TICKET = """
SELECT t.id, t.label, t.state, t.series, t.remote, t.centre_id, c.code AS centre_code, c.name AS centre_name,
    q.id AS queue_id, q.name AS queue_name, t.date, coalesce(a.code, '') AS appointment_code,
    lower(a.during) AS starts_at, upper(a.during) AS ends_at, t.issued_at, t.called_at, k.number AS counter,
    t.ground, t.more_time_at IS NOT NULL AS more_time_used,
    ARRAY(SELECT c2.area FROM directory_counterqueue cq JOIN directory_counter c2 ON c2.id = cq.counter_id
          WHERE cq.queue_id = q.id AND c2.active GROUP BY c2.area ORDER BY min(cq.rank), min(c2.number)) AS areas,
    CASE WHEN t.state IN ('waiting', 'reserved') THEN (
        SELECT count(*) FROM queueing_ticket o WHERE o.queue_id = t.queue_id AND o.date = t.date AND o.state = 'waiting'
        AND (o.due_at, o.number, o.id) < (t.due_at, t.number, t.id)) ELSE 0 END AS ahead
FROM queueing_ticket t
JOIN directory_queue q ON q.id = t.queue_id
JOIN directory_centre c ON c.id = t.centre_id
LEFT JOIN directory_counter k ON k.id = t.counter_id
LEFT JOIN booking_appointment a ON a.id = t.appointment_id
"""


def hall(centre_code: str) -> HallView | None:
    """The centre of that code, None when there is none in use."""
    found = [] if "\0" in centre_code else rows(HALL, {"code": centre_code})
    return HallView(**found[0]) if found else None


def halls() -> list[HallView]:
    """The centres in use, in the county's order."""
    return [HallView(**each) for each in rows(HALLS, {})]


def queue(queue_id: int) -> QueueFacts | None:
    """A queue in use."""
    found = rows(QUEUE, {"id": queue_id})
    return QueueFacts(**found[0]) if found else None


def counter(counter_id: int) -> CounterFacts | None:
    """A counter in use."""
    found = rows(COUNTERS, {"id": counter_id, "centre": 0, "staff": 0})
    return CounterFacts(**found[0]) if found else None


def counters(centre_id: int) -> list[CounterFacts]:
    """The counters of a centre by their number."""
    return [CounterFacts(**each) for each in rows(COUNTERS, {"id": 0, "centre": centre_id, "staff": 0})]


def counter_of_staff(staff_id: int) -> CounterFacts | None:
    """Where a clerk sits, so that one whose browser died comes back to the number in hand; None for nowhere."""
    found = rows(COUNTERS, {"id": 0, "centre": 0, "staff": staff_id})
    return CounterFacts(**found[0]) if found else None


def queues_of_counter(counter_id: int) -> list[int]:
    """The ids of the queues that a counter serves, its favourite first."""
    found = rows(
        "SELECT queue_id FROM directory_counterqueue WHERE counter_id = %(id)s ORDER BY rank", {"id": counter_id}
    )
    return [each["queue_id"] for each in found]


def queues(centre_id: int, *, date: date, now: datetime | None = None) -> list[QueueView]:
    """The queues of a centre with the people waiting, and how long who comes now would wait; see `paces` for `now`."""
    found = rows(QUEUES, {"centre": centre_id, "date": date})
    pace = paces([each["id"] for each in found], date=date, now=now)
    return [_queue_view(each, pace[each["id"]]) for each in found]


def _queue_view(row: dict[str, Any], pace: Pace) -> QueueView:
    expected = pace.after(row["waiting"])
    row |= {"estimate": expected.minutes, "estimate_low": expected.low, "estimate_high": expected.high}
    row |= {"areas": tuple(row["areas"]), "departments": tuple(row["departments"])}
    return QueueView(**row)


def ticket(ticket_id: int, *, now: datetime | None = None) -> TicketView | None:
    """One ticket, None when there is none; with `now` its estimate counts the time until the hall opens."""
    found = rows(TICKET + "WHERE t.id = %(id)s", {"id": ticket_id})
    return _ticket_view(found[0], now) if found else None


LABELS = """
SELECT a.code, t.label FROM queueing_ticket t JOIN booking_appointment a ON a.id = t.appointment_id
WHERE a.code = ANY(%(codes)s::text[]) AND t.state NOT IN ('void', 'reserved') ORDER BY t.id
"""


def labels_of(appointment_codes: Sequence[str]) -> dict[str, str]:
    """The numbers of many appointments by their codes, in one read; who took none is left out."""
    return {each["code"]: each["label"] for each in rows(LABELS, {"codes": list(appointment_codes)})}


def ticket_of(appointment_code: str, *, now: datetime | None = None) -> TicketView | None:
    """The ticket of an appointment that was not withdrawn, None when none was taken."""
    found = rows(
        TICKET + "WHERE a.code = %(code)s AND t.state NOT IN ('void', 'reserved') ORDER BY t.id DESC",
        {"code": appointment_code},
    )
    return _ticket_view(found[0], now) if found else None


def open_tickets(person_id: int, *, centre_id: int, date: date) -> list[TicketView]:
    """The numbers that a person holds in a hall on a day and that are not ended, oldest first."""
    found = rows(
        TICKET + "WHERE t.person_id = %(person)s AND t.centre_id = %(centre)s AND t.date = %(date)s"
        " AND t.state IN ('waiting', 'called', 'serving', 'parked') ORDER BY t.id",
        {"person": person_id, "centre": centre_id, "date": date},
    )
    return [_ticket_view(each) for each in found]


def ticket_pressed(press: str) -> TicketView | None:
    """The ticket that came from a press of a terminal's button, None when none did."""
    found = rows(TICKET + "WHERE t.press = %(press)s", {"press": press})
    return _ticket_view(found[0]) if found else None


def people_ahead(ticket_id: int) -> int:
    """How many of the queue would be called before; 0 once it does not wait any more."""
    found = ticket(ticket_id)
    return found.ahead if found is not None else 0


def _ticket_view(row: dict[str, Any], now: datetime | None = None) -> TicketView:
    queue_id = row["queue_id"]
    expected = paces([queue_id], date=row.pop("date"), now=now)[queue_id].after(row["ahead"])
    row |= {"estimate": expected.minutes, "estimate_low": expected.low, "estimate_high": expected.high}
    areas, state, booked = tuple(row.pop("areas")), TicketState(row.pop("state")), row.pop("series") == "Y"
    return TicketView(areas=areas, state=state, booked=booked, **row)

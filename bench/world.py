"""What the load is made of: channels and staff, applicants, and the hours they want."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from yueban.kernel.certificates import citizen_check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

    from bench.stack import Stack

A_BLOCK = 20_000
"""Applicants that one client of one round may use up."""

_FIRST_BIRTH = date(1920, 1, 1)
_A_DAY = 999


def resident(n: int) -> str:
    """The n-th valid number of an identity card (39 million of them)."""
    body = f"411624{_FIRST_BIRTH + timedelta(days=n // _A_DAY):%Y%m%d}{n % _A_DAY + 1:03d}"
    return body + citizen_check(body)


def applicant(n: int) -> dict[str, Any]:
    """Who books, as the API is told."""
    certificate = {"kind": "resident_id", "number": resident(n)}
    return {"name": "样例丙", "certificate": certificate, "phone": f"138{n % 100_000_000:08d}"}


@dataclass(frozen=True)
class Hour:
    """One slot and a matter that it can be booked for."""

    slot: int
    centre: str
    matter: str


@dataclass(frozen=True)
class World:
    """The tokens, hours, and counters of one run."""

    channel: str
    channel_id: int
    staff: str
    kiosk: str
    centre: str
    spread: tuple[Hour, ...]
    rushed: tuple[Hour, ...]
    matters: tuple[Hour, ...]


# Hours that the web can book from `now` on, one matter each; the order mixes days, centres and queues.
_HOURS = """
SELECT DISTINCT ON (s.id) s.id, c.code, m.code
FROM calendar_slot s
JOIN directory_offer o ON o.queue_id = s.queue_id
JOIN directory_matter m ON m.id = o.matter_id AND m.active AND m.online_bookable
JOIN directory_centre c ON c.id = s.centre_id AND c.active
WHERE s.kind = 'regular' AND s.closed_reason = '' AND s.starts_at > %(now)s::timestamptz + interval '6 hours'
    AND s.date <= %(now)s::timestamptz::date + 7  -- inside the horizon of 7 working days
ORDER BY s.id, hashint8(m.id)
"""
_WIDEN = "UPDATE calendar_slot SET capacity = capacity + 1000000, planned = planned + 1000000 WHERE id = ANY(%s)"
_MATTERS = """
SELECT 0, c.code, m.code FROM directory_offer o JOIN directory_matter m ON m.id = o.matter_id AND m.active
JOIN directory_centre c ON c.id = o.centre_id AND c.active ORDER BY hashint8(o.id) LIMIT 500
"""


def prepare(stack: Stack, *, spread: int, rushed: int) -> World:
    """Let the load in, and give its hours more places than it can book."""
    with ThreadPoolExecutor() as pool:  # each command is a process of its own
        channel = pool.submit(stack.secret, "channel", "add", "bench", "--kind", "web")
        kiosk = pool.submit(stack.secret, "channel", "add", "bench-kiosk", "--kind", "kiosk")
        with stack.database() as connection:
            hours = _widened(connection, stack.clock, spread + rushed)
            matters = tuple(Hour(*row) for row in connection.execute(_MATTERS).fetchall())
            centre = _one(connection, "SELECT code FROM directory_centre WHERE level = 'county' ORDER BY id LIMIT 1")
        made = pool.submit(stack.secret, "staff", "add", "bench", "--role", "clerk", "--centre", centre)
        made.result()
        staff = stack.secret("staff", "token", "bench")
        token, kiosk_token = channel.result(), kiosk.result()
    with stack.database() as connection:
        channel_id = _one(connection, "SELECT id FROM people_channel WHERE name = 'bench'")
    return World(token, channel_id, staff, kiosk_token, centre, hours[rushed:], hours[:rushed], matters)


def analyze(stack: Stack) -> None:
    """Let every session plan anew for tables that have rows now, as autovacuum does a minute after the first ones."""
    with stack.database() as connection:
        connection.execute("ANALYZE")


def _widened(connection: psycopg.Connection, now: str, wanted: int) -> tuple[Hour, ...]:
    hours = [Hour(*row) for row in connection.execute(_HOURS, {"now": now}).fetchall()]
    step = max(1, len(hours) // wanted)
    chosen = hours[::step][:wanted]
    connection.execute(_WIDEN, [[hour.slot for hour in chosen]])
    return tuple(chosen)


def _one(connection: psycopg.Connection, asked: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
    row = connection.execute(asked.encode(), values).fetchone()
    assert row is not None, asked
    return row[0]


# ---- a hundred thousand who booked before --------------------------------------------------------------------------

_FILL = """
WITH asked AS (
    SELECT n, s.id AS slot, s.queue_id, s.centre_id, s.date, s.starts_at, s.ends_at, %(model)s::bigint AS model
    FROM generate_series(1, %(count)s::int) n
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM calendar_slot WHERE id = ANY(%(slots)s)) s
        ON s.place = n %% cardinality(%(slots)s::bigint[]) + 1
), person AS (
    INSERT INTO people_person (certificate_kind, certificate_index, certificate_sealed, seen_at)
    SELECT 'resident_id', substring(p.certificate_index FOR 1) || decode(md5('fill' || n) || md5(n || 'fill'), 'hex'),
        p.certificate_sealed, p.seen_at
    FROM asked JOIN booking_appointment a ON a.id = asked.model JOIN people_person p ON p.id = a.person_id ORDER BY n
    RETURNING id
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM person
), appointment AS (
    INSERT INTO booking_appointment (code, person_id, name, phone_index, phone_sealed, organisation, uscc, matter_id,
        package_id, centre_id, queue_id, slot_id, service_date, during, ordinal, day_limit, status, channel_kind, channel_id,
        regulation_id, guide_version, booked_at)
    SELECT 'F' || asked.n, numbered.id, a.name, a.phone_index, a.phone_sealed, '', '', a.matter_id, NULL, asked.centre_id,
        asked.queue_id, asked.slot, asked.date, tstzrange(asked.starts_at, asked.ends_at), 1, a.day_limit, 'booked',
        a.channel_kind, a.channel_id, a.regulation_id, a.guide_version, a.booked_at
    FROM asked JOIN numbered USING (n) JOIN booking_appointment a ON a.id = asked.model
    RETURNING id, person_id, centre_id, slot_id, phone_index, phone_sealed, booked_at
), history AS (
    INSERT INTO audit_event (at, kind, by, centre_id, appointment_id, person_id, clause, data)
    SELECT booked_at, 'appointment.booked', 'system:bench', centre_id, id, person_id, 'R4.1', '{}' FROM appointment
), message AS (
    INSERT INTO notices_message (event, template, appointment_id, phone_index, phone_sealed, body_sealed, state,
        created_at, due_at, sent_at)
    SELECT 'booked:' || id, 'booked', id, phone_index, phone_sealed, phone_sealed, 'sent', booked_at, booked_at, booked_at
    FROM appointment
), counted AS (
    SELECT slot_id, count(*) AS places FROM appointment GROUP BY slot_id
)
UPDATE calendar_slot s SET booked = s.booked + counted.places FROM counted WHERE s.id = counted.slot_id
"""


def fill(stack: Stack, world: World, *, until: int) -> int:
    """Let the table hold so many bookings, like one that was made through the API; how many it added."""
    with stack.database() as connection:
        there: int = _one(connection, "SELECT count(*) FROM booking_appointment")
        if there < until:
            model = _one(
                connection, "SELECT id FROM booking_appointment WHERE channel_id IS NOT NULL ORDER BY id LIMIT 1"
            )
            slots = [hour.slot for hour in world.spread]
            connection.execute(_FILL, {"count": until - there, "model": model, "slots": slots})
        connection.execute("ANALYZE")
        return max(0, until - there)


# ---- a year of a hall ----------------------------------------------------------------------------------------------

# As a hall leaves them: handled tickets of past days, each with its call in the log and its handling.
_YEAR = """
WITH day AS (
    SELECT n, %(now)s::date - n AS date, %(now)s::timestamptz - n * interval '1 day' AS opened
    FROM generate_series(%(first)s::int, %(last)s::int) n
), numbering AS (
    INSERT INTO queueing_numbering (queue_id, series, date, last)
    SELECT q.id, 'W', day.date, %(each)s::int FROM day, directory_queue q JOIN directory_centre c ON c.id = q.centre_id
    WHERE c.code = %(centre)s AND q.active
    RETURNING id, queue_id, date
), ticket AS (
    INSERT INTO queueing_ticket (centre_id, queue_id, date, series, numbering_id, number, label, rank_class, remote,
        issued_at, due_at, state, counter_id, called_at, served_at, ended_at, recalls, why, outcome, ground, note, misses)
    SELECT q.centre_id, q.id, n.date, 'W', n.id, k, q.prefix || lpad(k::text, 3, '0'), 'walk_in', false,
        at.issued, at.issued, 'done', counter.id, at.issued + interval '9 minutes', at.issued + interval '10 minutes',
        at.issued + interval '20 minutes', 0, '现场取号，按号序', 'completed', '', '', 0
    FROM numbering n JOIN directory_queue q ON q.id = n.queue_id JOIN day ON day.date = n.date
    CROSS JOIN generate_series(1, %(each)s::int) k
    CROSS JOIN LATERAL (SELECT day.opened + k * interval '3 minutes' AS issued) at
    CROSS JOIN LATERAL (SELECT min(counter_id) AS id FROM directory_counterqueue WHERE queue_id = q.id) counter
    RETURNING id, centre_id, queue_id, counter_id, date, called_at, served_at, ended_at
), handling AS (
    INSERT INTO queueing_handling (ticket_id, centre_id, queue_id, counter_id, date, started_at, ended_at, outcome, reason)
    SELECT id, centre_id, queue_id, counter_id, date, served_at, ended_at, 'completed', '' FROM ticket
), event AS (
    INSERT INTO audit_event (at, kind, by, centre_id, ticket_id, position)
    SELECT called_at, 'ticket.called', 'system:bench', centre_id, id,
        (SELECT coalesce(max(position), 0) FROM audit_event) + row_number() OVER (ORDER BY id)
    FROM ticket
)
SELECT count(*) FROM ticket
"""
_SEQUENCER = "SELECT pg_advisory_xact_lock(7284190003)"
_DAYS_AT_ONCE = 10


def remember(stack: Stack, world: World, *, days: int, tickets: int) -> int:
    """Let the hall have been open on so many past days, with about so many tickets in all; how many it added."""
    with stack.database() as connection:
        queues = _one(
            connection,
            "SELECT count(*) FROM directory_queue q JOIN directory_centre c ON c.id = q.centre_id"
            " WHERE c.code = %s AND q.active",
            [world.centre],
        )
        asked = {"now": stack.clock, "centre": world.centre, "each": max(1, tickets // (days * queues))}
        added = 0
        for first in range(1, days + 1, _DAYS_AT_ONCE):
            with connection.transaction():  # positions of the feed are given by one at a time
                connection.execute(_SEQUENCER)
                last = min(first + _DAYS_AT_ONCE - 1, days)
                added += _one(connection, _YEAR, asked | {"first": first, "last": last})
        connection.execute("ANALYZE")
    return added

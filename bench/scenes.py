"""What is measured, each scene on the running stack; every scene says what it counted and what it cost."""

from __future__ import annotations

import json
import os
import random
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import django

from bench import crowd, pgbench
from bench.stack import NotMeasured
from bench.wire import Http, get, post
from bench.world import A_BLOCK, applicant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.crowd import Tally
    from bench.meter import Cost
    from bench.stack import Stack
    from bench.world import Hour, World

OK, CREATED, NOBODY = 200, 201, 204


@dataclass(frozen=True)
class Figure:
    """So many operations in so many seconds, at this cost in CPU seconds."""

    done: int
    seconds: float
    cost: Cost
    waits: tuple[float, ...] = ()
    """Milliseconds of the requests that were timed one by one, ascending."""

    def wait(self, part: float) -> float:
        """The quantile of the waits: 0.5 the median, 0.99 the wait that one in a hundred exceeds."""
        return self.waits[int(len(self.waits) * part)]

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.done / self.seconds

    def __add__(self, other: Figure) -> Figure:
        """Both rounds as one."""
        waits = tuple(sorted(self.waits + other.waits))
        return Figure(self.done + other.done, self.seconds + other.seconds, self.cost + other.cost, waits)


@dataclass(frozen=True)
class Load:
    """So many clients for so long."""

    clients: int
    seconds: float


@dataclass(frozen=True)
class Duel:
    """Rounds of the API and of pgbench, in turns."""

    ours: tuple[Figure, ...]
    theirs: tuple[Figure, ...]

    @property
    def ratio(self) -> float:
        """How much of pgbench's rate the API reaches: the median of the rounds."""
        return median(a.rate / b.rate for a, b in zip(self.ours, self.theirs, strict=True))

    @property
    def ratios(self) -> tuple[float, float]:
        """The worst and the best round."""
        each = [a.rate / b.rate for a, b in zip(self.ours, self.theirs, strict=True)]
        return min(each), max(each)


def total(figures: Sequence[Figure]) -> Figure:
    """All rounds as one."""
    whole = figures[0]
    for each in figures[1:]:
        whole += each
    return whole


def measured(stack: Stack, clients: int, status: int, act: Callable[[int, Tally], None], *also: int) -> Figure:
    """Let clients act and count the answers with this status; any that is not named fails the measurement."""
    before = stack.cost()
    tally = crowd.rush(clients, act)
    cost = stack.cost() - before
    tally.only(status, *also)
    return Figure(tally.done(status), tally.seconds, cost, tuple(sorted(tally.waits)))


# ---- availability ---------------------------------------------------------------------------------------------------


def availability(stack: Stack, world: World, load: Load, *, days: int = 14) -> Figure:
    """A fortnight of random matters at random centres."""
    day = stack.clock[:10]
    asked = [
        get(f"/api/v1/availability?centre={hour.centre}&matter={hour.matter}&from={day}&days={days}", world.channel)
        for hour in world.matters
    ]

    def act(n: int, tally: Tally) -> None:
        chance, until = random.Random(n), time.monotonic() + load.seconds
        with Http(stack.web) as http:
            while time.monotonic() < until:
                tally.note(*http.call(chance.choice(asked)))

    return measured(stack, load.clients, OK, act)


# ---- bookings, beside pgbench ---------------------------------------------------------------------------------------


class Applicants:
    """Hands out blocks of people, so that nobody ever books twice."""

    def __init__(self) -> None:
        """Begin with the first."""
        self._next = 0

    def blocks(self, count: int) -> int:
        """The first person of so many blocks that follow each other."""
        first = self._next
        self._next += count * A_BLOCK
        return first


def bookings(stack: Stack, world: World, hours: Sequence[Hour], load: Load, *, people: Applicants) -> Figure:
    """Each request a person who never booked, at one of the hours."""
    first = people.blocks(load.clients)

    def act(n: int, tally: Tally) -> None:
        chance, until, begin = random.Random(n), time.monotonic() + load.seconds, first + n * A_BLOCK
        with Http(stack.web) as http:
            for person in range(begin, begin + A_BLOCK):
                tally.note(*http.call(booking(world.channel, chance.choice(hours), person)))
                if time.monotonic() > until:
                    return

    return measured(stack, load.clients, CREATED, act)


def booking(token: str, hour: Hour, person: int) -> bytes:
    """The request of one person for one hour."""
    body = {"centre": hour.centre, "matter": hour.matter, "slot": hour.slot, "applicant": applicant(person)}
    return post("/api/v1/appointments", token, body, key=f"bench-{person}")


def duel(
    stack: Stack, world: World, hours: Sequence[Hour], load: Load, *, rounds: int, people: Applicants
) -> Iterator[tuple[Figure, Figure]]:
    """The API and pgbench in turns, each round in the other order."""
    script = pgbench.script(statement(), sql_values(stack, world, hours), choices=len(hours))

    def ours() -> Figure:
        return bookings(stack, world, hours, load, people=people)

    def theirs() -> Figure:
        before = stack.cost()
        done = pgbench.run(stack, script, load, base=people.blocks(load.clients) + 10**9)
        return Figure(done.done, done.done / done.rate, stack.cost() - before)

    for turn in range(rounds):
        if turn % 2:
            b = theirs()
            yield ours(), b
        else:
            a = ours()
            yield a, theirs()


def statement() -> str:
    """What the booking of a channel with an Idempotency-Key runs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yueban.config.settings")
    django.setup()
    from yueban.domain.booking.operations import statements  # noqa: PLC0415  it needs Django's world

    return statements.BOOK + statements.TELL + statements.KEEP_RESPONSE + statements.CONFIRM


_SAMPLE = """
WITH kept AS MATERIALIZED (
    SELECT request_digest, body FROM people_channelresponse WHERE channel_id = %s AND status = 201 ORDER BY id LIMIT 1
), booked AS MATERIALIZED (
    SELECT a.* FROM booking_appointment a, kept WHERE a.code = kept.body::json->>'code'
)
SELECT p.certificate_kind, p.certificate_index, p.certificate_sealed, a.name, a.phone_index, a.phone_sealed, m.body_sealed,
    m.priority, m.due_at::text, m.about_at::text, m.expires_at::text, a.matter_id, a.regulation_id, a.guide_version, a.day_limit, a.booked_at::text, e.by, e.data::text, r.request_digest, r.body
FROM booked a JOIN people_person p ON p.id = a.person_id
JOIN notices_message m ON m.event = 'booked:' || a.id
JOIN audit_event e ON e.appointment_id = a.id AND e.kind = 'appointment.booked', kept r
"""


def sql_values(stack: Stack, world: World, hours: Sequence[Hour]) -> dict[str, str]:
    """SQL for each parameter of the statement: what one real booking wrote, but another person each time.

    Texts are written as hexadecimal, because pgbench would take a colon before a letter for a variable.
    """
    with stack.database() as connection:
        row = connection.execute(_SAMPLE, [world.channel_id]).fetchone()
    if row is None:
        raise NotMeasured("No booking to take as an example")
    (
        kind,
        index,
        certificate,
        name,
        phone_index,
        phone,
        body,
        priority,
        due_at,
        about_at,
        expires_at,
        matter,
        regulation,
        guide,
        limit,
        now,
        by,
        data,
        digest,
        kept,
    ) = row
    return {
        "now": f"{_text(now)}::timestamptz",
        "by": _text(by),
        "code": "('B' || :u)",
        "kind": _text(kind),
        "certificate_index": f"({_bytes(bytes(index)[:1])} || decode(md5(:u::text) || md5('b' || :u), 'hex'))",
        "certificate_sealed": _bytes(certificate),
        "phone_index": _bytes(phone_index),
        "phone_sealed": _bytes(phone),
        "body_sealed": _bytes(body),
        "priority": str(priority),
        "due_at": f"{_text(due_at)}::timestamptz",
        "about_at": f"{_text(about_at)}::timestamptz",
        "expires_at": f"{_text(expires_at)}::timestamptz",
        "name": _text(name),
        "organisation": "''",
        "uscc": "''",
        "slot": pgbench.one_of([hour.slot for hour in hours]),
        "matter": str(matter),
        "package": "NULL::bigint",
        "guide_version": str(guide),
        "day_limit": str(limit),
        "regulation": str(regulation),
        "channel": str(world.channel_id),
        "channel_kind": "'online'",
        "data": _text(data),
        "idempotency_channel": str(world.channel_id),
        "idempotency_key": "('b-' || :u)",
        "idempotency_digest": _bytes(digest),
        "idempotency_body": _text(kept),
    }


def _bytes(value: bytes) -> str:
    return f"'\\x{bytes(value).hex()}'::bytea"


def _text(value: str) -> str:
    return f"convert_from({_bytes(value.encode())}, 'UTF8')"


# ---- the outbox -----------------------------------------------------------------------------------------------------


_SENT = """
UPDATE notices_message SET state = 'sent', sent_at = due_at, leased_until = NULL WHERE state IN ('queued', 'sending')
"""


def sending(stack: Stack, *, seconds: float) -> Figure:
    """What the worker sends meanwhile; the cost is aside, because no request waits for it."""
    with stack.database() as connection:
        asked = b"SELECT count(*) FROM notices_message WHERE state = 'sent'"

        def sent() -> int:
            row = connection.execute(asked).fetchone()
            return int(row[0]) if row else 0

        first, begun, until = sent(), time.monotonic(), time.monotonic() + seconds + 8
        while (start := sent()) == first and time.monotonic() < until:  # the worker looks every two seconds
            time.sleep(0.05)
        begun, before = time.monotonic(), stack.cost()
        time.sleep(seconds)
        cost, done = stack.cost() - before, sent() - start
        elapsed = time.monotonic() - begun
        # What is left would go on in the background of the scenes behind.
        connection.execute(_SENT)
    return Figure(done, elapsed, cost)


# ---- the hall -------------------------------------------------------------------------------------------------------

_COUNTERS = """
SELECT c.id, (SELECT q.code FROM directory_counterqueue k JOIN directory_queue q ON q.id = k.queue_id
    WHERE k.counter_id = c.id ORDER BY k.rank LIMIT 1)
FROM directory_counter c JOIN directory_centre d ON d.id = c.centre_id
WHERE d.code = %s AND NOT c.booking_only AND c.active ORDER BY c.number LIMIT %s
"""


@dataclass(frozen=True)
class Hall:
    """Counters of the county's centre, each with its most preferred queue."""

    counters: tuple[tuple[int, str], ...]


def hall(stack: Stack, world: World, *, counters: int) -> Hall:
    """Counters that call walk-ins."""
    with stack.database() as connection:
        return Hall(tuple(connection.execute(_COUNTERS, [world.centre, counters]).fetchall()))


_WAITING = """
SELECT count(*) FROM queueing_ticket t JOIN directory_centre c ON c.id = t.centre_id WHERE c.code = %s AND t.state = 'waiting'
"""


def waiting(stack: Stack, world: World) -> int:
    """How many wait in the county's hall."""
    with stack.database() as connection:
        row: Any = connection.execute(_WAITING.encode(), [world.centre]).fetchone()
    return int(row[0])


def tickets(stack: Stack, world: World, place: Hall, *, count: int, clients: int) -> Figure:
    """So many walk-ins at the ticket machine."""
    asked = [
        post("/api/v1/tickets", world.kiosk, {"centre": world.centre, "queue": queue}) for _, queue in place.counters
    ]

    def act(n: int, tally: Tally) -> None:
        with Http(stack.web) as http:
            for k in range(n, count, clients):
                tally.note(*http.call(asked[k % len(asked)]))

    return measured(stack, clients, CREATED, act)


def calls(stack: Stack, world: World, place: Hall, *, seconds: float, pause: float = 0.0) -> Figure:
    """Every counter calls and finishes until nobody waits, again and again or once in about `pause`; calls are timed."""

    def act(n: int, tally: Tally) -> None:
        chance, begun = random.Random(n), time.monotonic()
        until, due = begun + seconds, begun
        call = post(f"/api/v1/counters/{place.counters[n][0]}/call-next", world.staff)
        with Http(stack.web) as http:
            while time.monotonic() < until:
                due += pause * 2 * chance.random()  # by the clock, so that slow answers make no lighter load
                time.sleep(max(0.0, due - time.monotonic()))
                begun = time.monotonic()
                status, body = http.call(call)
                tally.waits.append(1000 * (time.monotonic() - begun))
                tally.note(status, body)
                if status != OK:
                    return
                finish(http, world, json.loads(body)["id"])

    return measured(stack, len(place.counters), OK, act, NOBODY)


def finish(http: Http, world: World, ticket: int) -> None:
    """The handling ends."""
    status, body = http.call(post(f"/api/v1/tickets/{ticket}/finish", world.staff, {"outcome": "completed"}))
    if status != OK:
        raise NotMeasured(f"A ticket could not be finished: {status} {body[:300]!r}")


# ---- the end --------------------------------------------------------------------------------------------------------


def counts(stack: Stack, accepted: int) -> list[str]:
    """What is wrong: bookings that were confirmed and are not there, places that do not add up, broken invariants."""
    with stack.database() as connection:
        asked = b"SELECT (SELECT count(*) FROM booking_appointment), (SELECT sum(booked) FROM calendar_slot)"
        row: Any = connection.execute(asked).fetchone()
    wrong = [] if row == (accepted, accepted) else [f"{accepted} bookings were confirmed; rows and places: {row}"]
    checked = stack.command("check")
    return wrong if checked.returncode == 0 else [*wrong, *checked.stderr.splitlines()[:20]]

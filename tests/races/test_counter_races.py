"""Two clerks never hold one number, whatever they do with it at the same instant; limits are exact under many presses."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import time, timedelta

import pytest
from django.db import connection

from tests.crowd import rush
from tests.factories import instant, make_hall, make_queue, request_for, resident
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.feedback import operations as feedback
from yueban.domain.feedback.models import Rating
from yueban.domain.feedback.rules import AlreadyRated, Level
from yueban.domain.notices.models import Message
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.models import CentreHall, Handling, HelpCall, QueueBand, Ticket
from yueban.domain.queueing.rules import (
    AlreadyPressed,
    AlreadyWaiting,
    Ground,
    MissedRule,
    Outcome,
    QueueingError,
    QuotaUsed,
    UnusedPlaces,
)

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

NOW = instant("2026-11-30 09:00")


def clean() -> bool:
    return [*queries.broken_invariants(), *appointments.broken_invariants()] == []


def test_12_clerks_who_miss_undo_park_send_and_finish_at_random_never_hold_one_number_twice() -> None:
    hall = make_hall(counters=12, capacity=60)
    other = make_queue(hall.centre, "q2", "B", hall.queue.departments.get())
    CentreHall.objects.create(centre=hall.centre, missed=MissedRule.AFTER, missed_after=2, recall_pause=0)
    for n in range(60):
        operations.issue(hall.queue.pk, by="race", now=NOW + timedelta(seconds=n))
    for n in range(30):
        code = booking.book(request_for(hall, hall.slot(9), n), by="race", now=NOW - timedelta(days=3)).code
        operations.take_ticket(code, remote=n % 2 == 0, by="race", now=NOW)

    def work(n: int) -> int:
        dice, counter, done = random.Random(n), hall.counters[n].pk, 0
        for step in range(25):
            now = NOW + timedelta(minutes=30, seconds=step)
            with suppress(QueueingError):
                called = operations.call_next(counter, by=f"staff:{n}", now=now)
                if called is None:
                    break
                done += _do(dice.randrange(8), called.ticket_id, hall.counters[(n + 1) % 12].pk, other.pk, n, now)
        return done

    finished = sum(rush(12, work))
    assert clean()
    assert Ticket.objects.filter(state="done").count() == finished == Handling.objects.count()


def _do(choice: int, ticket: int, neighbour: int, queue: int, n: int, now: object) -> int:
    """One of what a clerk may do; 1 when the number was finished."""
    told: dict[str, object] = {"by": f"staff:{n}", "now": now}
    with suppress(QueueingError):
        if choice == 0:
            operations.missed(ticket, **told)  # type: ignore[arg-type]
            return 0
        if choice == 1:
            operations.missed(ticket, **told)  # type: ignore[arg-type]
            operations.undo(ticket, **told)  # type: ignore[arg-type]
        if choice == 2:
            operations.transfer_to_counter(ticket, counter_id=neighbour, **told)  # type: ignore[arg-type]
            return 0
        if choice == 3:
            operations.transfer(ticket, queue_id=queue, **told)  # type: ignore[arg-type]
            operations.undo(ticket, **told)  # type: ignore[arg-type]
        if choice == 4:
            operations.park(ticket, **told)  # type: ignore[arg-type]
            operations.resume(ticket, counter_id=_counter(ticket), **told)  # type: ignore[arg-type]
        operations.finish(ticket, outcome=Outcome.COMPLETED, **told)  # type: ignore[arg-type]
        return 1
    return 0


def _counter(ticket: int) -> int:
    return Ticket.objects.values_list("counter_id", flat=True).get(pk=ticket) or 0


def test_32_kiosks_at_once_give_a_quota_exactly() -> None:
    hall = make_hall()
    CentreHall.objects.create(centre=hall.centre, unused=UnusedPlaces.NEVER)
    QueueBand.objects.create(queue=hall.queue, starts=time(8), ends=time(12), quota=20)

    def press(_: int) -> int:
        given = 0
        for _again in range(2):
            with suppress(QuotaUsed):
                operations.issue(hall.queue.pk, by="race", now=NOW)
                given += 1
        return given

    assert sum(rush(32, press)) == 20
    assert [each.number for each in Ticket.objects.order_by("number")] == list(range(1, 21))
    assert clean()


def test_one_press_that_arrives_24_times_at_once_is_one_number() -> None:
    hall = make_hall()
    holder = operations.Holder(press="one-and-the-same-press")

    def press(_: int) -> int:
        with suppress(AlreadyPressed, AlreadyWaiting):
            operations.issue(hall.queue.pk, by="race", now=NOW, holder=holder)
            return 1
        return 0

    assert (sum(rush(24, press)), Ticket.objects.count()) == (1, 1)
    assert clean()


def test_one_card_at_16_terminals_at_once_has_one_open_number() -> None:
    hall = make_hall()

    def press(_: int) -> str:
        for _again in range(3):
            with suppress(AlreadyWaiting):
                return operations.issue_to(hall.queue.pk, resident(7), by="race", now=NOW).label
        return "never"

    assert set(rush(16, press)) == {"A001"}
    assert Ticket.objects.count() == 1
    assert clean()


def test_priority_more_time_and_a_call_at_once_leave_one_state() -> None:
    hall = make_hall(counters=8)
    tickets = [operations.issue(hall.queue.pk, by="race", now=NOW).ticket_id for _ in range(16)]
    later = NOW + timedelta(minutes=20)

    def work(n: int) -> str:
        with suppress(QueueingError):
            if n < 8:
                called = operations.call_next(hall.counters[n].pk, by="race", now=later)
                return called.label if called else ""
            if n < 16:
                operations.more_time(tickets[n - 8], by="race", now=later)
            else:
                operations.give_priority(tickets[n - 16], ground=Ground.DISABLED, by="race", now=later)
        return ""

    labels = [each for each in rush(32, work) if each]
    assert len(labels) == len(set(labels)) == 8
    assert Ticket.objects.filter(state="called").count() == 8
    assert clean()


def test_12_counters_that_call_phones_and_tell_each_other_s_next_never_wait_in_a_ring() -> None:
    hall = make_hall(counters=12, capacity=120)
    CentreHall.objects.create(centre=hall.centre, notice_ahead=10)
    for n in range(96):
        code = booking.book(request_for(hall, hall.slot(9), n), by="race", now=NOW - timedelta(days=3)).code
        operations.take_ticket(code, remote=True, by="race", now=NOW)
    later = NOW + timedelta(minutes=20)
    before = _deadlocks()

    def work(n: int) -> int:
        called = 0
        for _ in range(8):
            if (next_one := operations.call_next(hall.counters[n].pk, by="race", now=later)) is not None:
                operations.finish(next_one.ticket_id, outcome=Outcome.COMPLETED, by="race", now=later)
                called += 1
        return called

    assert sum(rush(12, work)) == 96
    assert _deadlocks() == before
    told = Message.objects.filter(template="ticket_near").values_list("event", flat=True)
    assert len(told) == len(set(told))
    assert clean()


def _deadlocks() -> int:
    """How many PostgreSQL had to break in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[1])


def test_a_handling_is_rated_once_and_help_asked_once_by_20_at_once() -> None:
    hall = make_hall()
    ticket = operations.issue(hall.queue.pk, by="race", now=NOW).ticket_id
    operations.call_next(hall.counters[0].pk, by="race", now=NOW)
    operations.finish(ticket, outcome=Outcome.COMPLETED, by="race", now=NOW)
    handling = Handling.objects.get().pk

    def rate(n: int) -> int:
        operations.call_for_help(hall.counters[0].pk, by="race", now=NOW)
        with suppress(AlreadyRated):
            feedback.rate(handling, level=Level(n % 5 + 1), by="race", now=NOW)
            return 1
        return 0

    assert (sum(rush(20, rate)), Rating.objects.count(), HelpCall.objects.count()) == (1, 1, 1)

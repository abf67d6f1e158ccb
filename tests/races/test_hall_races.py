"""Nobody is called twice, no number is missing: real processes on one PostgreSQL, each ending in `check`."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from tests.crowd import rush
from tests.factories import instant, make_counter, make_hall, request_for
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.models import Ticket
from yueban.domain.queueing.rules import CounterBusy, MoveRefused, Outcome
from yueban.domain.regulation.rules import Refused

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

NOW = instant("2026-11-30 09:00")


def clean() -> bool:
    return [*queries.broken_invariants(), *appointments.broken_invariants()] == []


def test_16_counters_over_300_tickets_call_each_once() -> None:
    hall = make_hall(counters=16)
    for n in range(300):
        operations.issue(hall.queue.pk, by="race", now=NOW + timedelta(seconds=n))
    later = NOW + timedelta(hours=1)

    def work(n: int) -> list[str]:
        labels = []
        while called := operations.call_next(hall.counters[n].pk, by="race", now=later):
            labels.append(called.label)
            operations.finish(called.ticket_id, outcome=Outcome.COMPLETED, by="race", now=later)
        return labels

    labels = [label for labels in rush(16, work) for label in labels]
    assert sorted(labels) == [f"A{n:03d}" for n in range(1, 301)]
    assert clean()


def test_64_kiosks_at_once_give_numbers_without_a_gap() -> None:
    hall = make_hall()
    labels = rush(64, lambda _: [operations.issue(hall.queue.pk, by="race", now=NOW).label for _ in range(3)])
    assert sorted(label for each in labels for label in each) == [f"A{n:03d}" for n in range(1, 193)]
    assert clean()


def test_64_kiosks_take_booked_tickets_at_once_without_a_gap_even_where_half_are_refused() -> None:
    hall = make_hall(capacity=40)
    yesterday = NOW - timedelta(days=3)
    codes = [booking.book(request_for(hall, hall.slot(9), n), by="race", now=yesterday).code for n in range(32)]

    def take(n: int) -> str:
        try:
            return operations.take_ticket(codes[n % 32], remote=False, by="race", now=NOW).label
        except Refused as refused:
            return refused.reasons[0].code

    told = Counter(rush(64, take))
    assert told == {"already_ticketed": 32} | {f"YA{n:03d}": 1 for n in range(1, 33)}
    assert clean()


def test_one_counter_pressed_16_times_at_once_holds_one() -> None:
    hall = make_hall(counters=1)
    for _ in range(16):
        operations.issue(hall.queue.pk, by="race", now=NOW)

    def press(_: int) -> str:
        try:
            called = operations.call_next(hall.counters[0].pk, by="race", now=NOW)
        except CounterBusy:
            return "busy"
        return called.label if called else ""

    assert Counter(rush(16, press)) == {"busy": 15, "A001": 1}
    assert Ticket.objects.filter(state="called").count() == 1


def test_16_counters_that_choose_the_same_ticket_get_it_once() -> None:
    hall = make_hall(counters=16)
    ticket = operations.issue(hall.queue.pk, by="race", now=NOW)

    def choose(n: int) -> str:
        try:
            operations.call(ticket.ticket_id, counter_id=hall.counters[n].pk, by="race", now=NOW)
        except MoveRefused:
            return "too late"
        return "mine"

    assert Counter(rush(16, choose)) == {"too late": 15, "mine": 1}


def test_calling_beside_cancelling_leaves_every_appointment_where_its_ticket_is() -> None:
    hall = make_hall(capacity=40, counters=8)
    early = make_counter(hall.centre, 99, hall.queue, booking_only=True)
    codes = [
        booking.book(request_for(hall, hall.slot(9), n), by="race", now=NOW - timedelta(days=3)).code for n in range(24)
    ]
    before = NOW - timedelta(minutes=20)
    for code in codes:
        operations.take_ticket(code, remote=False, by="race", now=before)

    def act(n: int) -> int:
        if n < 8:
            return sum(_try_cancel(code) for code in codes[n::8])
        counter = early.pk if n == 15 else hall.counters[n - 8].pk
        handled = 0
        while called := operations.call_next(counter, by="race", now=before):
            operations.finish(called.ticket_id, outcome=Outcome.COMPLETED, by="race", now=before)
            handled += 1
        return handled

    def _try_cancel(code: str) -> int:
        try:
            booking.cancel(code, by="race", now=before)
        except Refused:
            return 0
        return 1

    assert sum(rush(16, act)) == 24
    assert clean()

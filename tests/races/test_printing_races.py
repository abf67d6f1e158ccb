"""Numbers that are reserved, printed and dropped by many terminals at once, beside counters that call."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import timedelta

import pytest

from tests.crowd import rush
from tests.factories import instant, make_hall, request_for
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.models import Ticket
from yueban.domain.queueing.rules import AlreadyWaiting, NotReserved
from yueban.domain.regulation.rules import Refused

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

NOW = instant("2026-11-30 09:00")


def clean() -> bool:
    return [*queries.broken_invariants(), *appointments.broken_invariants()] == []


def test_32_terminals_of_which_every_third_fails_to_print_leave_no_number_that_is_called_and_not_held() -> None:
    hall = make_hall(counters=4)

    def terminal(n: int) -> list[str]:
        held = []
        for turn in range(4):
            reserved = operations.issue(hall.queue.pk, by="race", now=NOW, reserve=True)
            time.sleep(random.random() / 50)
            if (n + turn) % 3:
                held.append(operations.confirm(reserved.ticket_id, by="race", now=NOW).label)
            else:
                operations.drop(reserved.ticket_id, by="race", now=NOW, reason="paper")
        return held

    def counter(n: int) -> list[str]:
        called = []
        while Ticket.objects.exclude(state__in=["reserved", "waiting"]).count() < 128:
            ticket = operations.call_next(hall.counters[n].pk, by="race", now=NOW + timedelta(minutes=1))
            if ticket is not None:
                called.append(ticket.label)
                operations.missed(ticket.ticket_id, by="race", now=NOW + timedelta(minutes=1))
        return called

    told = rush(36, lambda n: terminal(n) if n < 32 else counter(n - 32))
    held, called = [label for each in told[:32] for label in each], [label for each in told[32:] for label in each]
    assert sorted(called) == sorted(held)
    assert Counter(Ticket.objects.values_list("state", flat=True)) == {"missed": len(held), "void": 128 - len(held)}
    assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 129))
    assert clean()


def test_one_number_confirmed_and_dropped_by_16_at_once_is_one_or_the_other() -> None:
    hall = make_hall()
    code = booking.book(request_for(hall, hall.slot(9)), by="race", now=NOW - timedelta(days=3)).code
    reserved = operations.check_in(code, by="race", now=NOW, reserve=True)

    def act(n: int) -> str:
        try:
            if n % 2:
                operations.drop(reserved.ticket_id, by="race", now=NOW, reason="paper")
                return "dropped"
            operations.confirm(reserved.ticket_id, by="race", now=NOW)
        except NotReserved:
            return "too late"
        return "confirmed"

    told = Counter(rush(16, act))
    state = Ticket.objects.get().state
    assert (state, told["dropped"], told["confirmed"]) in {("waiting", 0, 8), ("void", 1, 0)}
    assert clean()


def test_one_appointment_at_16_terminals_at_once_has_one_number_that_counts() -> None:
    hall = make_hall()
    code = booking.book(request_for(hall, hall.slot(9)), by="race", now=NOW - timedelta(days=3)).code

    def terminal(_: int) -> str:
        try:
            reserved = operations.check_in(code, by="race", now=NOW, reserve=True)
            return operations.confirm(reserved.ticket_id, by="race", now=NOW).label
        except (AlreadyWaiting, NotReserved):
            return "another terminal was faster"
        except Refused as refused:
            return refused.reasons[0].code

    told = Counter(rush(16, terminal))
    (valid,) = Ticket.objects.exclude(state="void")
    assert valid.state == "waiting"
    assert told[valid.label] >= 1
    assert set(told) <= {valid.label, "another terminal was faster", "already_ticketed"}
    assert clean()

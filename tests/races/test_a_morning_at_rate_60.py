"""A whole morning of a full hall: 40 consoles, 8 kiosks and the sweeps as processes, three hours of its clock at rate 60.

`YUEBAN_RACE_RATE` lets it run at another rate; everything else follows from the demand file and two seeds.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from django.db import connection

from tests.crowd import rush
from tests.factories import instant
from yueban.config.invariants import CONTEXTS
from yueban.domain.audit import operations as audit
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import IllegalTransition
from yueban.domain.calendar import operations as calendar
from yueban.domain.directory.county import SAMPLE
from yueban.domain.queueing import operations
from yueban.domain.queueing.models import Ticket
from yueban.domain.queueing.rules import MAX_RECALLS, AlreadyWaiting, CounterBusy, MoveRefused, Outcome, QueueingError
from yueban.domain.regulation import operations as regulation
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock
from yueban.surfaces.crowd import rules
from yueban.surfaces.crowd.hall import Hall
from yueban.surfaces.crowd.rules import Ending, Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from yueban.surfaces.crowd.rules import Chance

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

RATE: Final = float(os.environ.get("YUEBAN_RACE_RATE", "60"))
CONSOLES, KIOSKS = 40, 8
TUESDAY = date(2026, 10, 20)
BOOKED_AT = instant("2026-10-19 15:00")
BEGINS, ENDS = instant("2026-10-20 08:55"), instant("2026-10-20 11:55")
BUSIER = 0.55
"""Two seeds' visitors come, so that handlings are shorter to keep the hall just behind."""

LEAST: Final = {"walk-in": 300, "booked": 50, "finished": 300, "no-shows": 5, "missed": 10, "came back": 1} | {
    "transferred": 5, "parked": 5, "remote": 1, "cancelled": 1
}  # fmt: skip
"""What must have happened in such a morning, or the race was none; a machine busy with others gets through half."""


@dataclass(frozen=True)
class Coming:
    """Somebody who comes to a kiosk; `code` is the appointment, None for a walk-in."""

    at: datetime
    visit: Visit
    code: str | None


def prepared() -> tuple[Hall, list[Coming]]:
    """The sample county on the evening before, and everybody who comes the next morning."""
    regulation.seed()  # a transactional test before may have emptied the tables
    calendar.seed_years(now=BOOKED_AT)
    calendar.load_county(SAMPLE, by="race", now=BOOKED_AT)
    calendar.generate_slots(now=BOOKED_AT)
    coming: list[Coming] = []
    hall = Hall.find(seed=1)
    for seed in (1, 2):
        hall = Hall.find(seed)
        facts = hall.day(TUESDAY)
        assert facts is not None
        for visit in rules.plan(hall.plan, facts):
            coming += _comes(hall, visit)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    early = [each for each in coming if BEGINS <= each.at < ENDS]
    return hall, sorted(early, key=lambda each: (each.at, each.visit.queue, each.visit.number))


def _comes(hall: Hall, visit: Visit) -> list[Coming]:
    if visit.booked is None:
        return [Coming(visit.arrives, visit, None)]
    with suppress(Refused):
        if made := hall.book(visit, TUESDAY, now=BOOKED_AT):
            code, starts_at, ends_at = made
            if visit.booked.ending is Ending.COMES:
                return [Coming(rules.arrival(visit.booked, starts_at, ends_at), visit, code)]
    return []


def wait_until(at: datetime) -> None:
    """Sleep until the clock of the hall says so."""
    time.sleep(max(0.0, clock.real_seconds(at - clock.now())))


class Kiosk:
    """One kiosk: everybody whose turn it is takes a ticket; some ask twice, some leave and cancel."""

    def __init__(self, hall: Hall, coming: list[Coming], n: int) -> None:
        self.hall, self.coming, self.chance = hall, coming, rules.seeded("kiosk", n)
        self.seen: Counter[str] = Counter()
        self.leaving: list[tuple[datetime, str]] = []

    def work(self) -> Counter[str]:
        """Serve everybody until the morning ends; count what happened."""
        for each in self.coming:
            wait_until(each.at)
            self.note(lambda each=each: self.serve(each))  # type: ignore[misc]
            while self.leaving and self.leaving[0][0] <= clock.now():
                self.note(lambda: self.cancel(self.leaving.pop(0)[1]))
        return self.seen

    def note(self, act: Callable[[], str]) -> None:
        """Count what happened, refusals too: they are answers."""
        try:
            self.seen[act()] += 1
        except (Refused, QueueingError, IllegalTransition) as refused:
            self.seen[type(refused).__name__] += 1

    def cancel(self, code: str) -> str:
        booking.cancel(code, by="race", now=clock.now())
        return "cancelled"

    def serve(self, each: Coming) -> str:
        now = clock.now()
        if each.code is None:
            operations.issue(self.hall.queues[each.visit.queue], by="race", now=now, statutory=each.visit.statutory)
            return "walk-in"
        remote = each.visit.booked is not None and each.visit.booked.remote
        if remote:
            with suppress(AlreadyWaiting):
                operations.take_ticket(each.code, remote=True, by="race", now=now)
        operations.check_in(each.code, by="race", now=now)
        if self.chance.random() < 0.3:  # pressed twice
            assert operations.check_in(each.code, by="race", now=now).again
        if self.chance.random() < 0.3:  # and leaves with the number in hand, perhaps while it is called
            self.leaving.append((now + timedelta(minutes=self.chance.uniform(0, 6)), each.code))
        return "remote" if remote else "booked"


class Console:
    """One console: it calls whoever is next and does everything that a clerk can do, by chance."""

    def __init__(self, hall: Hall, counter_id: int, n: int) -> None:
        self.hall, self.counter_id, self.chance = hall, counter_id, rules.seeded("console", n)
        self.calls: list[int] = []
        self.parked: list[int] = []
        self.seen: Counter[str] = Counter()

    def work(self) -> tuple[list[int], Counter[str]]:
        """Call until the morning ends, then finish whoever is parked; give the tickets called, and what happened."""
        wait_until(BEGINS + timedelta(seconds=self.chance.uniform(0, 60)))
        while clock.now() < ENDS:
            try:
                self.step()
            except (QueueingError, IllegalTransition, Refused) as refused:
                self.seen[f"{type(refused).__name__}: {refused}"] += 1
                self.hold(0.2)
        for ticket_id in self.parked:
            operations.resume(ticket_id, counter_id=self.counter_id, by="race", now=clock.now())
            self.finish(ticket_id)
        return self.calls, self.seen

    def hold(self, minutes: float) -> None:
        wait_until(clock.now() + timedelta(minutes=minutes))

    def step(self) -> None:
        """One person, or a look at an empty line."""
        if self.parked and self.chance.random() < 0.5:
            self.resume()
            return
        called = operations.call_next(self.counter_id, by="race", now=clock.now())
        if called is None:
            self.hold(self.chance.uniform(0.2, 1.0))
            return
        self.calls.append(called.ticket_id)
        if self.chance.random() < 0.1:  # a second press, from a browser that was slow
            with pytest.raises(CounterBusy):
                operations.call_next(self.counter_id, by="race", now=clock.now())
        self.serve(called.ticket_id)

    def serve(self, ticket_id: int) -> None:
        self.hold(self.chance.uniform(0.2, 0.8))
        drawn = self.chance.random()
        if drawn < 0.08:
            self.miss(ticket_id)
            return
        operations.accept(ticket_id, by="race", now=clock.now())
        self.hold(self.minutes(self.chance))
        if drawn < 0.14:
            self.transfer(ticket_id)
        elif drawn < 0.2 and not self.parked:
            operations.park(ticket_id, by="race", now=clock.now())
            self.parked.append(ticket_id)
            self.seen["parked"] += 1
        else:
            self.finish(ticket_id)

    def minutes(self, chance: Chance) -> float:
        queue = self.hall.places[self.counter_id].queues[0]
        assumed = self.hall.plan.demand.county.queues[queue].service_time
        return rules.lognormal(chance, assumed.mean, assumed.sd) * BUSIER

    def miss(self, ticket_id: int) -> None:
        for _ in range(self.chance.randrange(MAX_RECALLS)):
            operations.recall(ticket_id, by="race", now=clock.now())
        operations.missed(ticket_id, by="race", now=clock.now())
        self.seen["missed"] += 1
        if self.chance.random() < 0.5:  # out of breath
            self.hold(1)
            if operations.call(ticket_id, counter_id=self.counter_id, by="race", now=clock.now()):
                self.calls.append(ticket_id)
                self.finish(ticket_id)
                self.seen["came back"] += 1

    def transfer(self, ticket_id: int) -> None:
        queues = sorted(self.hall.queues.values())
        operations.transfer(ticket_id, queue_id=self.chance.choice(queues), by="race", now=clock.now())
        self.seen["transferred"] += 1

    def resume(self) -> None:
        ticket_id = self.parked.pop()
        operations.resume(ticket_id, counter_id=self.counter_id, by="race", now=clock.now())
        self.finish(ticket_id)

    def finish(self, ticket_id: int) -> None:
        operations.finish(ticket_id, outcome=Outcome.COMPLETED, by="race", now=clock.now())
        with pytest.raises((MoveRefused, IllegalTransition)):  # pressed twice
            operations.finish(ticket_id, outcome=Outcome.COMPLETED, by="race", now=clock.now())
        self.seen["finished"] += 1


def sweeps() -> Counter[str]:
    """What the worker does beside: no-shows and the order of the feed, each minute."""
    seen: Counter[str] = Counter()
    while clock.now() < ENDS:
        seen["no-shows"] += booking.sweep_no_shows(now=clock.now())
        audit.sequence()
        wait_until(clock.now() + timedelta(minutes=1))
    return seen


def test_40_consoles_and_8_kiosks_for_three_hours_call_nobody_twice() -> None:
    hall, coming = prepared()
    counters = list(hall.places)[:CONSOLES]
    assert len(counters) == CONSOLES
    before = clock.simulate(clock.Simulation(BEGINS - timedelta(seconds=RATE), RATE, clock._tick()))
    try:
        told = rush(CONSOLES + KIOSKS + 1, lambda n: _actor(n, hall, coming, counters))
    finally:
        clock.simulate(before)
    consoles, kiosks, swept = told[:CONSOLES], told[CONSOLES:-1], told[-1]
    happened: Counter[str] = sum((seen for _, seen in consoles), sum(kiosks, swept))
    for what, least in LEAST.items():
        assert happened[what] >= least, happened
    _called_once_each(Counter(ticket for calls, _ in consoles for ticket in calls))
    _check_is_clean()
    operations.close_day(TUESDAY, by="race", now=ENDS + timedelta(hours=12))
    assert not Ticket.objects.filter(state__in=["reserved", "waiting", "called", "serving", "parked"]).exists()
    _check_is_clean()


def _actor(n: int, hall: Hall, coming: list[Coming], counters: list[int]) -> object:
    if n < CONSOLES:
        return Console(hall, counters[n], n).work()
    if n < CONSOLES + KIOSKS:
        return Kiosk(hall, coming[n - CONSOLES :: KIOSKS], n).work()
    return sweeps()


def _called_once_each(told: Counter[int]) -> None:
    """The consoles' own lists are what the log says; a second call only after the first had ended elsewhere."""
    logged: Counter[int] = Counter()
    free: dict[int, bool] = {}
    kinds = ["ticket.called", "ticket.missed", "ticket.transferred"]
    for ticket_id, kind in Event.objects.filter(kind__in=kinds).order_by("id").values_list("ticket_id", "kind"):
        assert ticket_id is not None
        if kind == "ticket.called":
            assert free.get(ticket_id, True), f"ticket {ticket_id} was called twice"
            logged[ticket_id] += 1
        free[ticket_id] = kind != "ticket.called"
    assert logged == told
    assert sum(told.values()) > 300


def _check_is_clean() -> None:
    audit.sequence()
    audit.seal(now=ENDS)
    assert {name: found for name, query in CONTEXTS.items() if (found := query())} == {}

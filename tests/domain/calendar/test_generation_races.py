"""Generation beside itself and beside bookings: every hour once, capacity never below what is booked."""

import multiprocessing
from contextlib import closing
from datetime import date, datetime, time

import pytest
from django.db import connection, connections

from tests.factories import make_hall
from yueban.domain.calendar import operations, queries
from yueban.domain.calendar.models import Session, Slot
from yueban.domain.directory.models import Counter
from yueban.kernel.wall import TZ, at

NOW = datetime(2026, 11, 25, 7, 0, tzinfo=TZ)
MONDAY = date(2026, 11, 30)
FORK = multiprocessing.get_context("fork")


def opened() -> int:
    """Make a hall of eight counters that is open in the morning, without slots; give its queue."""
    hall = make_hall(days=(), counters=8)
    Session.objects.create(
        centre=hall.centre, valid_from="01-01", valid_to="12-31", weekdays=[1, 2, 3, 4, 5], start=time(9), end=time(12)
    )
    return hall.queue.pk


def generate() -> None:
    connections.close_all()
    with closing(connection):
        operations.generate_slots(now=NOW)


def book_and_give_back(slot: int) -> None:
    """Take places one by one until the database refuses, then give half of them back; over and over."""
    connections.close_all()
    with closing(connection), connection.cursor() as cursor:
        for _ in range(15):
            cursor.execute("UPDATE calendar_slot SET booked = booked + 1 WHERE id = %s AND booked < capacity", [slot])
            cursor.execute("UPDATE calendar_slot SET booked = booked / 2 WHERE id = %s AND booked > 8", [slot])


def run(*jobs: tuple[object, tuple[int, ...]]) -> None:
    connections.close_all()
    processes = [FORK.Process(target=target, args=args) for target, args in jobs]  # type: ignore[arg-type]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(processes)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_generating_eight_times_at_once_makes_every_hour_once() -> None:
    queue = opened()
    run(*[(generate, ())] * 8)
    monday = Slot.objects.filter(queue=queue, date=MONDAY).order_by("starts_at").values_list("starts_at", "capacity")
    assert list(monday) == [(at(MONDAY, time(hour)), 24) for hour in (9, 10, 11)]
    assert queries.slots_ready(now=NOW)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_capacity_beside_bookings_is_what_is_planned_or_what_is_booked() -> None:
    queue = opened()
    operations.generate_slots(now=NOW)
    Counter.objects.filter(number__gt=2).update(active=False)
    slots = list(Slot.objects.filter(queue=queue, date=MONDAY).values_list("pk", flat=True))
    run((generate, ()), *[(book_and_give_back, (slot,)) for slot in slots], (generate, ()))
    operations.generate_slots(now=NOW)
    for slot in Slot.objects.filter(queue=queue, date=MONDAY):
        assert slot.planned == 6
        assert slot.capacity == max(6, slot.booked)

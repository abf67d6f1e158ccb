"""The crowd in the sample county: it lives by the rules, makes room for people, and goes on where it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from yueban.config.invariants import CONTEXTS
from yueban.domain.audit.models import Event
from yueban.domain.booking.models import Appointment
from yueban.domain.calendar import operations as calendar
from yueban.domain.directory.county import SAMPLE
from yueban.domain.directory.models import Centre, CountyFile
from yueban.domain.feedback.models import Rating
from yueban.domain.people import operations as people
from yueban.domain.people.models import Staff
from yueban.domain.people.rules import LoginRefused, Role
from yueban.domain.queueing import operations
from yueban.domain.queueing.models import CounterState, Ticket
from yueban.kernel import clock
from yueban.kernel.wall import TZ
from yueban.surfaces.crowd import driver
from yueban.surfaces.crowd.driver import Crowd
from yueban.surfaces.crowd.hall import BY, Hall, NoCrowd

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("crowd")]  # one worker loads the county once


def at(text: str) -> datetime:
    """An instant of the test's Tuesday, or of another day when one is written."""
    return datetime.fromisoformat(text if "T" in text else f"2026-10-20T{text}").replace(tzinfo=TZ)


YESTERDAY = at("2026-10-19T15:00")


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The sample county, loaded once for all tests of this file and then forgotten."""
    with django_db_blocker.unblock(), transaction.atomic():
        calendar.load_county(SAMPLE, by="system:test", now=YESTERDAY)
        calendar.generate_slots(now=YESTERDAY)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def hall(county: None, db: None) -> Iterator[Hall]:
    with connection.execute_wrapper(each_booking_alone):
        yield Hall.find(seed=3)


def each_booking_alone(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """As in the running product a refused booking (a number drawn twice) spoils nothing but itself, and is tried again."""
    if "INSERT INTO booking_appointment" not in sql:
        return execute(sql, *rest)
    with transaction.atomic():
        return execute(sql, *rest)


def morning(hall: Hall, until: str, since: datetime = YESTERDAY) -> Crowd:
    """Live through the end of yesterday and this morning."""
    crowd = Crowd(hall, since)
    crowd.begin(at("08:00").date())
    crowd.live_through(at(until))
    return crowd


def person() -> int:
    people.add_staff(people.NewStaff("anna", Role.CLERK), by="test", now=YESTERDAY)
    return Staff.objects.get(username="anna").pk


def counter_events(number: int) -> list[tuple[str, str]]:
    events = Event.objects.filter(data__counter=number).order_by("id")
    return list(events.values_list("kind", "by"))


def broken() -> list[str]:
    """What `yueban check` finds, but for the feed, which the worker orders after commit."""
    return [line for name, query in CONTEXTS.items() if name != "audit" for line in query()]


def test_a_demonstration_opens_with_a_hall_at_work_and_every_invariant_holds(hall: Hall) -> None:
    told: list[tuple[int, int]] = []
    driver.prepare(hall, at("09:05"), lambda done, known: told.append((done, known)))
    states = set(Ticket.objects.values_list("state", flat=True))
    assert {"waiting", "serving", "done"} <= states
    assert Ticket.objects.filter(series="Y").exists()
    assert Appointment.objects.filter(service_date__gt=at("09:05").date(), status="booked").count() > 100
    assert not Appointment.objects.exclude(name__startswith="样例").exists()
    assert CounterState.objects.filter(state="open").count() > 30
    assert Rating.objects.filter(level__gte=4).exists()
    assert told[-1][0] == told[-1][1] > 1000
    assert broken() == []
    assert driver.last_lived() is not None
    assert at("09:04") < (driver.last_lived() or YESTERDAY) <= at("09:05")


def test_nobody_is_sent_from_queue_to_queue_more_than_once(hall: Hall) -> None:
    crowd = morning(hall, "08:50")
    clerk = next(each for each in crowd.clerks if each.hand and len(hall.places[each.counter_id].queues) > 1)
    assert clerk.hand is not None
    hand = replace(clerk.hand, conduct=replace(clerk.hand.conduct, transfer=True))
    assert clerk._elsewhere(hand) is not None
    clerk._transfer(hand, at("08:50"))
    assert Ticket.objects.get(pk=hand.ticket.id).state == "waiting"
    assert [each._elsewhere(hand) for each in crowd.clerks] == [None] * len(crowd.clerks)


def test_what_was_lived_through_is_not_lived_again(hall: Hall) -> None:
    driver.prepare(hall, at("08:50"))
    before = Event.objects.count()
    driver.prepare(hall, at("08:45"))
    assert Event.objects.count() == before
    operations.close_day(at("08:00").date(), by="test", now=at("2026-10-21T08:40"))  # as `yueban demo` does first
    driver.prepare(hall, at("2026-10-21T08:40"))
    assert not Ticket.objects.filter(date=at("08:00").date(), state__in=["waiting", "called", "serving"]).exists()
    assert Ticket.objects.filter(date=at("2026-10-21T08:00").date(), state="serving").exists()
    assert broken() == []


def test_the_same_seed_makes_the_same_morning(hall: Hall) -> None:
    lived = []
    for _ in range(2):
        with transaction.atomic():
            morning(hall, "08:45")
            lived.append(list(Event.objects.filter(by=BY).order_by("id").values_list("at", "kind", "data__label")))
            transaction.set_rollback(True)
    assert len(lived[0]) > 200
    assert lived[0] == lived[1]


def test_nobody_can_log_in_as_a_simulated_clerk(hall: Hall) -> None:
    hall.clerks(now=YESTERDAY)
    clerks = Staff.objects.filter(username__startswith="sample-")
    assert clerks.count() == len(hall.staffed) == 39
    for password in ("", "!", "sample-001"):
        with pytest.raises(LoginRefused):
            people.log_in("sample-001", password, now=YESTERDAY)


def test_a_counter_that_a_person_opened_before_is_never_touched(hall: Hall) -> None:
    counter_id = hall.staffed[0]
    operations.open_counter(counter_id, staff_id=person(), by="staff:anna", now=at("08:20"))
    operations.pause_counter(counter_id, by="staff:anna", now=at("08:25"))
    morning(hall, "09:00")
    assert counter_events(hall.places[counter_id].number) == [
        ("counter.open", "staff:anna"),
        ("counter.paused", "staff:anna"),
    ]


def test_a_claim_that_finds_a_person_at_the_counter_calls_nobody(hall: Hall) -> None:
    """The race itself: the person sits down after the simulator looked and before it called."""
    crowd = morning(hall, "08:50")
    clerk = next(each for each in crowd.clerks if each.hand is not None)
    assert clerk.hand is not None
    operations.finish(clerk.hand.ticket.id, outcome=operations.handling.Outcome.COMPLETED, by="staff:anna", now=at("08:50"))  # type: ignore[attr-defined]  # fmt: skip
    operations.open_counter(clerk.counter_id, staff_id=person(), by="staff:anna", now=at("08:51"))
    called = Event.objects.filter(kind="ticket.called").count()
    clerk._call(at("08:51"))
    assert clerk.away
    assert Event.objects.filter(kind="ticket.called").count() == called
    assert CounterState.objects.get(pk=clerk.counter_id).staff.username == "anna"  # type: ignore[union-attr]


def test_a_person_who_takes_a_counter_keeps_it_with_the_one_in_hand(hall: Hall) -> None:
    crowd = morning(hall, "08:50")
    clerk = next(each for each in crowd.clerks if each.hand is not None)
    number = hall.places[clerk.counter_id].number
    operations.open_counter(clerk.counter_id, staff_id=person(), by="staff:anna", now=at("08:50"))
    crowd.live_through(at("09:00"))
    events = counter_events(number)
    after = events[events.index(("counter.open", "staff:anna")) :]
    assert after == [("counter.open", "staff:anna")]
    assert hall.in_hand(clerk.counter_id, now=at("09:00"))[0] is not None
    assert clerk.away


def test_a_clerk_whose_counter_is_closed_stays_away_until_the_doors_open_again(hall: Hall) -> None:
    crowd = morning(hall, "08:50")
    clerk = crowd.clerks[0]
    operations.close_counter(clerk.counter_id, by="staff:manager", now=at("08:50"))
    crowd.live_through(at("08:51"))
    clerk.next(at("08:51"))
    assert clerk.away
    assert CounterState.objects.get(pk=clerk.counter_id).state == "closed"
    clerk.come(at("14:30"))
    assert not clerk.away


def test_after_a_crash_the_clerks_go_on_with_whom_they_had_in_hand(hall: Hall) -> None:
    crowd = morning(hall, "08:50")
    held = [each.hand.ticket.id for each in crowd.clerks if each.hand is not None]
    assert len(held) > 10
    again = Crowd(hall, at("08:50"))
    again.begin(at("08:50").date())
    again.live_through(at("09:15"))
    left = Ticket.objects.filter(pk__in=held, state__in=["called", "serving"])
    assert left.count() < len(held) / 2, list(left)
    busy = Ticket.objects.filter(state__in=["called", "serving"], called_at__gt=at("08:50"))
    assert busy.count() > 10
    assert broken() == []


def test_at_the_end_of_the_day_everybody_goes_home(hall: Hall) -> None:
    crowd = Crowd(hall, at("16:50"))
    crowd.begin(at("16:50").date())
    crowd.live_through(at("18:05"))
    assert {each.away for each in crowd.clerks} == {True}
    assert not CounterState.objects.exclude(state="closed").exists()
    assert Ticket.objects.filter(state="done").count() > 20
    assert broken() == []


def test_bookings_go_on_past_midnight_for_the_day_that_came_into_the_horizon(hall: Hall) -> None:
    crowd = Crowd(hall, at("21:00"))
    crowd.begin(at("21:00").date())
    assert latest_wanted(crowd) == date(2026, 10, 29)
    crowd.live_through(at("2026-10-21T00:05"))
    assert latest_wanted(crowd) == date(2026, 10, 30)
    assert Appointment.objects.filter(booked_at__gt=at("21:00")).exists()


def latest_wanted(crowd: Crowd) -> date:
    """The last day that somebody on the agenda wants to book."""
    acts = (act for _, _, act in crowd.agenda._heap)
    return max(word for act in acts for word in getattr(act, "args", ()) if type(word) is date)


def test_a_lost_database_is_waited_for_and_nothing_is_forgotten(hall: Hall) -> None:
    crowd = Crowd(hall, YESTERDAY)
    done: list[datetime] = []

    def fails_once(now: datetime) -> None:
        if not done:
            done.append(now)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE SQLSTATE '57P01'; END $$")
        done.append(now)

    crowd.agenda.note(at("08:00"), fails_once)
    connection_close, connection.close = connection.close, lambda: None  # type: ignore[method-assign]
    try:
        crowd.live_through(at("08:01"))
    finally:
        connection.close = connection_close  # type: ignore[method-assign]
    assert done == [at("08:00"), at("08:00:10")]


def test_a_county_without_assumptions_has_no_crowd(hall: Hall) -> None:
    CountyFile.objects.filter(name="demand.yaml").delete()
    with pytest.raises(NoCrowd, match=r"demand\.yaml"):
        Hall.find(seed=1)


def test_a_demand_for_a_hall_that_is_closed_for_good_has_no_crowd(hall: Hall) -> None:
    Centre.objects.filter(code="sq-county").update(active=False)
    with pytest.raises(NoCrowd, match="sq-county"):
        Hall.find(seed=1)


def test_the_crowd_does_not_live_on_the_real_clock(hall: Hall) -> None:
    assert not clock.simulated()
    with pytest.raises(RuntimeError, match="simulated clock"):
        driver.live(hall, threading.Event())
    assert not Ticket.objects.exists()


def test_at_the_pace_of_the_clock_it_stops_when_told(hall: Hall) -> None:
    crowd = Crowd(hall, at("08:31"))
    crowd.begin(at("08:31").date())
    before = clock.simulate(clock.Simulation(at("08:31"), 60.0, clock._tick()))
    stopped = threading.Event()
    timer = threading.Timer(2.0, stopped.set)
    timer.start()
    try:
        crowd.live(stopped)
    finally:
        timer.cancel()
        clock.simulate(before)
    assert Ticket.objects.filter(issued_at__gte=at("08:31")).exists()
    assert Ticket.objects.latest("id").issued_at < at("08:31") + timedelta(minutes=20)

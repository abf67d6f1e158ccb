"""Openings in the tables (R3.1 to R3.3): draft, preview, publish, withdraw, and the hours that they make."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from tests.factories import make_counter, make_hall, make_queue
from yueban.domain.audit.models import Event
from yueban.domain.calendar import operations, queries
from yueban.domain.calendar.models import Day, FlexibleOpening, OpeningQueue, Session, Slot
from yueban.domain.calendar.rules import Kind, Proposal, Span, State
from yueban.domain.directory.models import Counter, Matter
from yueban.kernel.wall import TZ, at

pytestmark = pytest.mark.django_db

WEDNESDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (25, 27, 28, 29, 30))
NOW = at(WEDNESDAY, time(10))
BY = "staff:manager"
WEEK = frozenset(range(1, 8))


@pytest.fixture
def centre() -> int:
    """Give a hall of two counters, the first comprehensive; ten-minute handlings, half of the time for walk-ins."""
    hall = make_hall(days=(), high_frequency_personal=True)
    for start, end in ((time(8, 30), time(12)), (time(14, 30), time(17, 30))):
        Session.objects.create(
            centre=hall.centre, valid_from="01-01", valid_to="12-31", weekdays=[1, 2, 3, 4, 5], start=start, end=end
        )
    Counter.objects.filter(number=1).update(comprehensive=True)
    operations.generate_slots(now=NOW)
    return hall.centre.pk


def proposal(kind: Kind, start: time, end: time, day: date, last: date | None = None) -> Proposal:
    hall = queries.hall_hours(the_hall())
    counters = {each.id for each in hall.counters.values() if each.comprehensive or kind is not Kind.NOON}
    return Proposal(kind, day, last or day, WEEK, Span(start, end), frozenset(hall.queues), frozenset(counters))


def the_hall() -> int:
    return Session.objects.values_list("centre_id", flat=True)[0]


def publish(wanted: Proposal, now: datetime = NOW) -> int:
    made = operations.draft_opening(wanted, centre_id=the_hall(), by=BY, now=now, note="样例")
    operations.publish_opening(made, by=BY, now=now)
    return made


def hours(opening: int) -> list[tuple[str, str, int, int]]:
    rows = Slot.objects.filter(opening=opening).order_by("starts_at")
    return [(f"{row.starts_at.astimezone(TZ):%m-%d %H:%M}", row.kind, row.capacity, row.booked) for row in rows]


def problems(refused: operations.OpeningRefused) -> list[str]:
    return [f"{each.problem} {each.clause}" for each in refused.objections]


def test_r3_1_a_published_early_opening_is_hours_by_appointment_only(centre: int) -> None:
    opening = publish(proposal(Kind.EARLY, time(7, 30), time(8, 30), FRIDAY, MONDAY))
    # Two counters give 120 minutes of ten-minute handlings; nothing is kept for walk-ins.
    assert hours(opening) == [("11-27 07:30", "early", 12, 0), ("11-30 07:30", "early", 12, 0)]
    view = queries.flexible_opening(opening, now=NOW)
    assert (view.state, view.places, view.booked, view.ahead) == (State.PUBLISHED, 24, 0, 0)
    assert (view.published_by, view.published_at) == (BY, NOW)
    assert queries.broken_invariants() == []
    events = Event.objects.filter(kind__startswith="opening.").order_by("id")
    assert [(event.kind, event.clause, event.by) for event in events] == [
        ("opening.drafted", "R3.1", BY),
        ("opening.published", "R3.1", BY),
    ]


def test_r3_2_noon_is_tiled_from_the_morning_s_end_and_served_by_comprehensive_counters(centre: int) -> None:
    opening = publish(proposal(Kind.NOON, time(12), time(14, 30), FRIDAY))
    assert hours(opening) == [
        ("11-27 12:00", "noon", 6, 0),
        ("11-27 13:00", "noon", 6, 0),
        ("11-27 14:00", "noon", 3, 0),
    ]
    Counter.objects.update(comprehensive=False)
    operations.generate_slots(now=NOW)
    assert [capacity for _, _, capacity, _ in hours(opening)] == [0, 0, 0]


def test_r3_3_a_weekend_opening_makes_hours_on_days_off(centre: int) -> None:
    opening = publish(proposal(Kind.WEEKEND, time(9), time(11), FRIDAY, MONDAY))
    assert [(start, kind) for start, kind, _, _ in hours(opening)] == [
        ("11-28 09:00", "weekend"),
        ("11-28 10:00", "weekend"),
        ("11-29 09:00", "weekend"),
        ("11-29 10:00", "weekend"),
    ]


def test_a_preview_is_what_publishing_makes(centre: int) -> None:
    wanted = proposal(Kind.NOON, time(12), time(14, 30), FRIDAY, MONDAY)
    shown = queries.preview(wanted, centre_id=centre, now=NOW)
    opening = publish(wanted)
    assert shown.objections == ()
    assert [day.date for day in shown.days] == [FRIDAY, MONDAY]
    assert shown.passed_over == (SATURDAY, SUNDAY)
    assert [places for day in shown.days for places in day.places] == [capacity for _, _, capacity, _ in hours(opening)]
    assert shown.queues == (("A队列", (6, 6, 3)),)
    assert shown.total == 30


def test_every_objection_is_said_at_once_and_nothing_is_opened(centre: int) -> None:
    Matter.objects.update(high_frequency_personal=False)
    wrong = replace(proposal(Kind.WEEKEND, time(9), time(11), MONDAY), counters=frozenset())
    with pytest.raises(operations.OpeningRefused) as refused:
        publish(wrong)
    assert problems(refused.value) == ["no_days R3.3", "not_frequent R3.3", "not_served R3.3"]
    assert FlexibleOpening.objects.get().state == "draft"
    assert not Slot.objects.exclude(kind="regular").exists()


def test_a_queue_without_a_place_is_said(centre: int) -> None:
    quarter = proposal(Kind.EARLY, time(8, 25), time(8, 30), FRIDAY)
    with pytest.raises(operations.OpeningRefused) as refused:
        publish(replace(quarter, counters=frozenset(list(quarter.counters)[:1])))
    assert problems(refused.value) == ["no_place R3.1"]


def test_a_draft_can_be_changed_and_thrown_away_until_it_is_published(centre: int) -> None:
    wanted = proposal(Kind.LATE, time(17, 30), time(18, 30), FRIDAY)
    draft = operations.draft_opening(wanted, centre_id=centre, by=BY, now=NOW)
    later = replace(wanted, last=MONDAY)
    assert operations.draft_opening(later, centre_id=centre, by=BY, now=NOW, opening_id=draft) == draft
    assert queries.flexible_opening(draft, now=NOW).proposal == later
    other = operations.draft_opening(wanted, centre_id=centre, by=BY, now=NOW)
    operations.discard_opening(other, by=BY, now=NOW)
    operations.publish_opening(draft, by=BY, now=NOW)
    with pytest.raises(operations.OpeningChanged):
        operations.draft_opening(wanted, centre_id=centre, by=BY, now=NOW, opening_id=draft)
    with pytest.raises(operations.OpeningChanged):
        operations.discard_opening(draft, by=BY, now=NOW)
    with pytest.raises(operations.OpeningChanged):
        operations.publish_opening(draft, by=BY, now=NOW)
    assert [view.id for view in queries.flexible_openings(centre, now=NOW)] == [draft]


def test_what_is_of_another_hall_is_left_out(centre: int) -> None:
    other = make_hall(code="other", days=())
    wanted = proposal(Kind.LATE, time(17, 30), time(18, 30), FRIDAY)
    mixed = replace(wanted, queues=wanted.queues | {other.queue.pk}, counters=wanted.counters | {other.counters[0].pk})
    draft = operations.draft_opening(mixed, centre_id=centre, by=BY, now=NOW)
    assert queries.flexible_opening(draft, now=NOW).proposal == wanted


@pytest.mark.parametrize("unknown", [0, -1, 2**63, 10**30])
def test_an_unknown_opening_is_said(centre: int, unknown: int) -> None:
    with pytest.raises(queries.UnknownOpening):
        operations.publish_opening(unknown, by=BY, now=NOW)
    with pytest.raises(queries.UnknownOpening):
        queries.flexible_opening(unknown, now=NOW)


def test_the_same_hour_is_opened_once(centre: int) -> None:
    wanted = proposal(Kind.LATE, time(17, 30), time(18, 30), FRIDAY, MONDAY)
    publish(wanted)
    with pytest.raises(operations.OpeningRefused) as refused:
        publish(replace(wanted, span=Span(time(18), time(18, 30))))
    assert problems(refused.value) == ["queue_taken R1.2", "counter_taken R1.2", "counter_taken R1.2"]


def test_the_database_itself_refuses_a_queue_s_second_opening(centre: int) -> None:
    wanted = proposal(Kind.LATE, time(17, 30), time(18, 30), FRIDAY)
    first, second = publish(wanted), operations.draft_opening(wanted, centre_id=centre, by=BY, now=NOW)
    held = OpeningQueue.objects.get(opening=first).hours
    with pytest.raises(IntegrityError, match="opening_queue_twice"), transaction.atomic():
        OpeningQueue.objects.filter(opening=second).update(hours=held)


def test_generating_again_changes_nothing_and_regular_hours_stay(centre: int) -> None:
    regular = Slot.objects.filter(kind="regular", planned__gt=0).count()
    opening = publish(proposal(Kind.EARLY, time(7, 30), time(8, 30), FRIDAY))
    before = hours(opening)
    again = operations.generate_slots(now=NOW)
    assert (again.added, again.changed, again.retired) == (0, 0, 0)
    assert hours(opening) == before
    assert Slot.objects.filter(kind="regular", planned__gt=0).count() == regular
    assert not queries.generation_due(now=NOW)


def test_hours_appear_as_their_day_comes_into_the_horizon(centre: int) -> None:
    far = date(2026, 12, 11)
    opening = publish(proposal(Kind.EARLY, time(7, 30), time(8, 30), far))
    assert hours(opening) == []
    later = at(date(2026, 12, 1), time(0, 1))
    assert queries.generation_due(now=later)
    operations.generate_slots(now=later)
    assert hours(opening) == [("12-11 07:30", "early", 12, 0)]


def test_hours_that_an_interrupted_publication_left_out_are_made_within_the_minute(centre: int) -> None:
    opening = publish(proposal(Kind.EARLY, time(7, 30), time(8, 30), FRIDAY))
    Slot.objects.filter(opening=opening).delete()
    assert queries.generation_due(now=NOW)


def test_capacity_follows_the_counters_but_never_below_what_is_booked(centre: int) -> None:
    opening = publish(proposal(Kind.EARLY, time(7, 30), time(8, 30), FRIDAY))
    Slot.objects.filter(opening=opening).update(booked=9)
    Counter.objects.filter(number=2).update(active=False)
    operations.generate_slots(now=NOW)
    slot = Slot.objects.get(opening=opening)
    assert (slot.planned, slot.capacity, slot.booked) == (6, 9, 9)


def test_a_counter_s_minutes_go_to_the_queues_of_the_opening_only(centre: int) -> None:
    hall = queries.hall_hours(centre)
    second = make_queue(Counter.objects.get(number=1).centre, "r", "B", Matter.objects.get().department)
    shared = make_counter(second.centre, 3, *[second], booking_only=True)
    wanted = replace(
        proposal(Kind.EARLY, time(7, 30), time(8, 30), FRIDAY),
        queues=frozenset({*hall.queues, second.pk}),
        counters=frozenset({shared.pk, *hall.counters}),
    )
    opening = publish(wanted)
    slots = {slot.queue_id: slot.capacity for slot in Slot.objects.filter(opening=opening)}
    assert slots == {second.pk: 6, next(iter(hall.queues)): 12}
    assert queries.broken_invariants() == []


def test_r3_3_a_weekend_that_becomes_a_working_day_closes_its_opening_and_keeps_who_booked(centre: int) -> None:
    opening = publish(proposal(Kind.WEEKEND, time(9), time(10), SATURDAY))
    Slot.objects.filter(opening=opening).update(booked=2)
    Day.objects.filter(date=SATURDAY).update(override=True)
    operations.generate_slots(now=NOW)
    slot = Slot.objects.get(opening=opening)
    assert (slot.planned, slot.capacity, slot.booked, slot.closed_reason) == (0, 2, 2, "本时段不再开放")
    Day.objects.filter(date=SATURDAY).update(override=None)
    operations.generate_slots(now=NOW)
    assert hours(opening) == [("11-28 09:00", "weekend", 12, 2)]


def test_withdrawing_closes_what_has_not_begun_and_frees_the_hours(centre: int) -> None:
    wanted = proposal(Kind.EARLY, time(7, 30), time(8, 30), FRIDAY, MONDAY)
    opening = publish(wanted)
    Slot.objects.filter(opening=opening, date=MONDAY).update(booked=3)
    friday = at(FRIDAY, time(7, 30))
    assert operations.close_opening(opening, reason="窗口检修", by=BY, now=friday) == 1
    rows = Slot.objects.filter(opening=opening).order_by("starts_at")
    assert [(row.planned, row.capacity, row.closed_reason) for row in rows] == [(12, 12, ""), (0, 3, "窗口检修")]
    operations.generate_slots(now=friday)
    assert [row.planned for row in rows.all()] == [12, 0]
    assert queries.broken_invariants() == []
    with pytest.raises(operations.OpeningChanged):
        operations.close_opening(opening, reason="窗口检修", by=BY, now=friday)
    again = publish(replace(wanted, first=MONDAY), friday)
    assert hours(again) == [("11-30 07:30", "early", 12, 3)]
    assert queries.broken_invariants() == []


def test_the_timetable_takes_over_an_hour_that_was_withdrawn(centre: int) -> None:
    opening = publish(proposal(Kind.EARLY, time(7, 30), time(8, 30), FRIDAY))
    operations.close_opening(opening, reason="窗口检修", by=BY, now=NOW)
    Session.objects.filter(start=time(8, 30)).update(start=time(7, 30))
    operations.generate_slots(now=NOW)
    slot = Slot.objects.get(starts_at=at(FRIDAY, time(7, 30)))
    assert (slot.kind, slot.opening_id, slot.capacity, slot.closed_reason) == ("regular", None, 6, "")
    assert queries.broken_invariants() == []


def test_an_opening_takes_over_an_hour_that_the_timetable_lost_in_one_go(centre: int) -> None:
    Session.objects.filter(end=time(17, 30)).update(end=time(16, 30))
    Slot.objects.filter(starts_at=at(FRIDAY, time(16, 30))).update(booked=2)
    opening = publish(proposal(Kind.LATE, time(16, 30), time(17, 30), FRIDAY))
    assert hours(opening) == [("11-27 16:30", "late", 12, 2)]
    assert not queries.generation_due(now=NOW)
    assert queries.slots_ready(now=NOW)
    assert queries.broken_invariants() == []


def test_a_closed_slot_sells_nothing_whatever_is_given_back(centre: int) -> None:
    slot = Slot.objects.filter(planned__gt=0, starts_at__gt=NOW).order_by("pk")[0]
    with pytest.raises(IntegrityError, match="slot_closed_sells_nothing"), transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(closed_reason="停电")


def test_the_queries_of_a_list_do_not_grow_with_its_openings(
    centre: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(3):
        publish(proposal(Kind.EARLY, time(7, 30), time(8, 30), FRIDAY + timedelta(days=7 * n)))
        with django_assert_num_queries(6):
            assert len(queries.flexible_openings(centre, now=NOW)) == n + 1

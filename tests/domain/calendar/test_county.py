"""A whole county loaded: its days, timetables and slots."""

from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yueban.domain.calendar import operations, queries
from yueban.domain.calendar.models import Session, Slot
from yueban.domain.calendar.rules import Kind, UnknownDay
from yueban.domain.directory import queries as directory
from yueban.domain.directory.county import SAMPLE, CountyInvalid
from yueban.domain.directory.models import Centre, Counter, Queue
from yueban.domain.regulation.rules import Parameters
from yueban.kernel.wall import TZ, at

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 7, 0, tzinfo=TZ)
HORIZON = date(2026, 12, 4)


def load(now: datetime = NOW, folder: Path = SAMPLE) -> dict[str, tuple[int, int, int]]:
    kinds = operations.load_county(folder, by="system:test", now=now).kinds
    return {kind: (tally.added, tally.changed, tally.retired) for kind, tally in kinds.items()}


def hours(queue: Queue, day: date) -> list[tuple[str, int]]:
    slots = Slot.objects.filter(queue=queue, date=day).order_by("starts_at")
    return [(f"{slot.starts_at.astimezone(TZ):%H:%M}", slot.capacity) for slot in slots]


def queue_of(centre: str, code: str) -> Queue:
    return Queue.objects.get(centre__code=centre, code=code)


def test_the_sample_county_has_its_slots_from_today_to_the_horizon() -> None:
    loaded = load()
    assert loaded["sessions"][0] == Session.objects.count()
    assert loaded["slots"][0] == Slot.objects.count()
    assert queries.slots_ready(now=NOW)
    dates = list(Slot.objects.order_by("date").values_list("date", flat=True).distinct())
    assert dates[:2] == [date(2026, 11, 25), date(2026, 11, 26)]
    assert HORIZON in dates
    assert dates[-1] > HORIZON
    assert Queue.objects.filter(bookable=True, active=True).exclude(pk__in=Slot.objects.values("queue")).count() == 0
    assert directory.coverage().centres_bookable == Centre.objects.filter(active=True).count()
    assert queries.broken_invariants() == []


def test_r1_2_a_winter_day_of_the_county_centre() -> None:
    load()
    assert hours(queue_of("sq-county", "tax"), date(2026, 11, 30)) == [
        ("08:30", 10), ("09:30", 10), ("10:30", 10), ("11:30", 5), ("14:30", 10), ("15:30", 10), ("16:30", 10),
    ]  # fmt: skip


def test_r1_2_summer_afternoons_begin_half_an_hour_later() -> None:
    load(datetime(2026, 9, 29, 9, 0, tzinfo=TZ))
    tax = queue_of("sq-county", "tax")
    assert [start for start, _ in hours(tax, date(2026, 9, 30))][-3:] == ["15:00", "16:00", "17:00"]
    assert hours(tax, date(2026, 10, 1)) == []
    assert [start for start, _ in hours(tax, date(2026, 10, 10))][-3:] == ["14:30", "15:30", "16:30"]


def test_the_counters_minutes_are_not_sold_twice() -> None:
    load()
    for centre in Centre.objects.all():
        counters = Counter.objects.filter(centre=centre, active=True).count()
        for starts_at in (
            Slot.objects.filter(centre=centre, date=HORIZON).values_list("starts_at", flat=True).distinct()
        ):
            slots = Slot.objects.filter(centre=centre, starts_at=starts_at).select_related("queue")
            minutes = (slots[0].ends_at - starts_at).total_seconds() / 60
            assert sum(slot.capacity * slot.queue.service_minutes for slot in slots) <= minutes * counters


def test_loading_again_changes_nothing() -> None:
    load()
    assert set(load().values()) == {(0, 0, 0)}
    assert operations.generate_slots(now=NOW).added == 0


def test_the_next_day_brings_one_more_day() -> None:
    load()
    before = set(Slot.objects.values_list("date", flat=True))
    tomorrow = datetime(2026, 11, 26, 0, 1, tzinfo=TZ)
    assert queries.slots_ready(now=tomorrow)
    assert queries.generation_due(now=tomorrow)
    operations.generate_slots(now=tomorrow)
    assert sorted(set(Slot.objects.values_list("date", flat=True)) - before) == [date(2026, 12, 9)]
    assert not queries.generation_due(now=tomorrow)


def test_one_centre_can_be_generated_alone() -> None:
    load()
    Slot.objects.all().delete()
    operations.generate_slots(now=NOW, centre="sq-county")
    assert set(Slot.objects.values_list("centre__code", flat=True)) == {"sq-county"}
    assert not queries.slots_ready(now=NOW)


def test_capacity_follows_the_counters_but_never_below_what_is_booked() -> None:
    load()
    tax = queue_of("sq-county", "tax")
    full = Slot.objects.get(queue=tax, starts_at=at(date(2026, 11, 30), time(9, 30)))
    Slot.objects.filter(pk=full.pk).update(booked=8)
    tax_only = Counter.objects.filter(counterqueue__queue=tax, counterqueue__rank=0, active=True).order_by("number")
    Counter.objects.filter(pk__in=list(tax_only.values_list("pk", flat=True))[2:]).update(active=False)
    operations.generate_slots(now=NOW)
    after = dict(hours(tax, date(2026, 11, 30)))
    assert 0 < after["08:30"] < 8
    assert after["09:30"] == 8
    Slot.objects.filter(pk=full.pk).update(booked=1)
    operations.generate_slots(now=NOW)
    assert dict(hours(tax, date(2026, 11, 30)))["09:30"] == after["08:30"]


def test_hours_that_the_timetable_loses_are_closed_and_come_back_with_it() -> None:
    load()
    tax = queue_of("sq-county", "tax")
    Slot.objects.filter(queue=tax, starts_at=at(HORIZON, time(16, 30))).update(booked=2)
    sessions = list(Session.objects.filter(centre=tax.centre, start=time(14, 30)))
    Session.objects.filter(centre=tax.centre, start=time(14, 30)).delete()
    operations.generate_slots(now=NOW)
    closed = Slot.objects.filter(queue=tax, date=HORIZON, planned=0).order_by("starts_at")
    assert [(slot.capacity, slot.closed_reason) for slot in closed] == [(0, "本时段不再开放")] * 2 + [
        (2, "本时段不再开放")
    ]
    Session.objects.bulk_create(sessions)
    operations.generate_slots(now=NOW)
    assert not Slot.objects.exclude(closed_reason="").exists()
    assert dict(hours(tax, HORIZON))["16:30"] == 10


def test_a_slot_that_staff_closed_stays_closed() -> None:
    load()
    tax = queue_of("sq-county", "tax")
    Slot.objects.filter(queue=tax, date=HORIZON).update(closed_reason="停电", capacity=0)
    operations.generate_slots(now=NOW)
    assert set(hours(tax, HORIZON)) == {(start, 0) for start, _ in hours(tax, HORIZON)}


def test_a_queue_that_is_retired_is_not_sold_any_more() -> None:
    load()
    tax = queue_of("sq-county", "tax")
    Queue.objects.filter(pk=tax.pk).update(bookable=False)
    Centre.objects.filter(code="sq-baiji").update(active=False)
    operations.generate_slots(now=NOW)
    gone = Slot.objects.filter(date__gt=NOW.date()).filter(queue=tax) | Slot.objects.filter(
        date__gt=NOW.date(), centre__code="sq-baiji"
    )
    assert set(gone.values_list("planned", "capacity")) == {(0, 0)}


def test_generation_is_written_in_bulk() -> None:
    load()
    Slot.objects.all().delete()
    with CaptureQueriesContext(connection) as captured:
        operations.generate_slots(now=NOW)
    assert len(captured) < 20 * Centre.objects.count()
    assert Slot.objects.count() > 3_000


def test_an_invalid_county_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "centres.yaml").write_text("centres: []\n", encoding="utf-8")
    with pytest.raises(CountyInvalid):
        load(folder=tmp_path)
    assert not Centre.objects.exists()
    assert not Session.objects.exists()


def test_what_is_exported_loads_as_the_same(tmp_path: Path) -> None:
    load()
    operations.export_county(tmp_path)
    assert set(load(folder=tmp_path).values()) == {(0, 0, 0)}


def test_special_sessions_survive_a_load() -> None:
    load()
    centre = Centre.objects.get(code="sq-county")
    Session.objects.create(
        centre=centre, kind=Kind.NOON, valid_from="11-01", valid_to="12-31", weekdays=[1], start=time(12), end=time(14)
    )
    load()
    spans = queries.open_spans(centre.pk, date(2026, 11, 30))
    assert [(start.time(), end.time()) for start, end in spans] == [
        (time(8, 30), time(12)), (time(12), time(14)), (time(14, 30), time(17, 30)),
    ]  # fmt: skip
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_outside_the_known_years_nothing_is_generated_and_it_is_said() -> None:
    assert load(datetime(2031, 1, 6, 9, 0, tzinfo=TZ))["slots"] == (0, 0, 0)
    with pytest.raises(UnknownDay):
        operations.generate_slots(now=datetime(2031, 1, 6, 9, 0, tzinfo=TZ))


def test_at_the_end_of_the_known_years_slots_end_with_them() -> None:
    load(datetime(2027, 12, 29, 9, 0, tzinfo=TZ))
    assert max(Slot.objects.values_list("date", flat=True)) == date(2027, 12, 31)


def test_half_a_working_day_of_the_sample_county() -> None:
    load()
    clock = queries.working_clock(Centre.objects.get(code="sq-county").pk)
    called = datetime(2026, 11, 27, 16, 20, tzinfo=TZ)
    assert clock.add(called, Parameters().callback_due) == datetime(2026, 11, 30, 10, 35, tzinfo=TZ)

"""When a hall may open early, late, at noon and at weekends (R3.1 to R3.3): every reason at once, with its clause."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.calendar.rules import (
    CounterKnown,
    FlexibleFacts,
    HallFacts,
    HallHours,
    Held,
    Kind,
    MonthDay,
    Objection,
    Opening,
    PlannedSlot,
    Proposal,
    QueueFacts,
    QueueKnown,
    Service,
    SharingCounter,
    Span,
    WorkingDays,
    dates_of,
    objections,
    planned_slots,
    shares,
    suggested,
)
from yueban.domain.regulation.rules import Parameters
from yueban.kernel.wall import TZ

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (27, 28, 29, 30))
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=TZ)
WEEK = frozenset(range(1, 8))


def span(text: str) -> Span:
    start, end = text.split("-")
    return Span(time.fromisoformat(start), time.fromisoformat(end))


def timetable() -> tuple[Opening, ...]:
    """The sample county's: the afternoon begins half an hour later from June to September."""
    week = frozenset({1, 2, 3, 4, 5})
    summer, winter, spring = (
        (MonthDay(6, 1), MonthDay(9, 30)),
        (MonthDay(10, 1), MonthDay(12, 31)),
        (MonthDay(1, 1), MonthDay(5, 31)),
    )
    return (
        Opening(span("08:30-12:00"), week),
        Opening(span("14:30-17:30"), week, *spring),
        Opening(span("15:00-18:00"), week, *summer),
        Opening(span("14:30-17:30"), week, *winter),
    )


def days() -> WorkingDays:
    off = {date(2026, 10, day) for day in range(1, 8)} | {date(2026, 9, 25)}
    on = {date(2026, 9, 20), date(2026, 10, 10)}
    first = date(2026, 1, 1)
    year = [first + timedelta(days=n) for n in range(365)]
    return WorkingDays.from_days({day: (day.weekday() < 5 and day not in off) or day in on for day in year})


HALL = HallHours(
    timetable=timetable(),
    days=days(),
    limit=lambda _: 60,
    queues={
        1: QueueKnown(1, "公安", bookable=True, frequent=True, departments=frozenset({11})),
        2: QueueKnown(2, "企业", bookable=True, frequent=False, departments=frozenset({12, 13})),
        3: QueueKnown(3, "咨询", bookable=False, frequent=False, departments=frozenset({13})),
    },
    counters={
        1: CounterKnown(1, "1 综合窗口", comprehensive=True, queues=frozenset({1, 2})),
        2: CounterKnown(2, "2 公安窗口", comprehensive=False, queues=frozenset({1})),
    },
)


def wanted(kind: Kind, hours: str, first: date = FRIDAY, last: date | None = None, **fields: object) -> Proposal:
    made = Proposal(kind, first, last or first, WEEK, span(hours), frozenset({1}), frozenset({1}))
    return replace(made, **fields)  # type: ignore[arg-type]


def against(proposal: Proposal, hall: HallHours = HALL, now: datetime = NOW) -> list[str]:
    return [f"{each.problem} {each.clause}" for each in objections(proposal, hall, now=now)]


def only(proposal: Proposal) -> Objection:
    (found,) = objections(proposal, HALL, now=NOW)
    return found


@pytest.mark.parametrize(
    ("kind", "hours", "reasons"),
    [
        pytest.param(Kind.EARLY, "07:30-08:30", [], id="sixty minutes before"),
        pytest.param(Kind.EARLY, "07:29-08:30", ["before_early R3.1"], id="sixty-one minutes before"),
        pytest.param(Kind.EARLY, "07:45-08:15", [], id="inside the hour before"),
        pytest.param(Kind.EARLY, "07:30-08:31", ["inside_session R3.1"], id="a minute into the morning"),
        pytest.param(Kind.EARLY, "07:29-08:31", ["inside_session R3.1", "before_early R3.1"], id="both at once"),
        pytest.param(Kind.EARLY, "13:00-14:00", ["before_early R3.1"], id="early is not at noon"),
        pytest.param(Kind.LATE, "17:30-18:30", [], id="sixty minutes after"),
        pytest.param(Kind.LATE, "17:30-18:31", ["after_late R3.1"], id="sixty-one minutes after"),
        pytest.param(Kind.LATE, "17:29-18:30", ["inside_session R3.1"], id="a minute before closing"),
        pytest.param(Kind.NOON, "12:00-14:30", [], id="the whole noon"),
        pytest.param(Kind.NOON, "11:59-14:30", ["inside_session R3.2"], id="a minute into the morning's end"),
        pytest.param(Kind.NOON, "12:00-14:31", ["inside_session R3.2"], id="a minute into the afternoon"),
        pytest.param(Kind.NOON, "17:30-18:30", ["not_at_noon R3.2"], id="noon is not in the evening"),
    ],
)
def test_r3_1_r3_2_hours_fit_to_the_minute(kind: Kind, hours: str, reasons: list[str]) -> None:
    assert against(wanted(kind, hours)) == reasons


def test_r3_1_sixty_minutes_are_counted_from_the_sessions_of_each_date() -> None:
    late = wanted(Kind.LATE, "18:00-19:00", date(2026, 9, 29), date(2026, 10, 9))
    found = objections(late, HALL, now=datetime(2026, 9, 1, tzinfo=TZ))
    assert [(each.problem, each.dates) for each in found] == [
        ("after_late", (date(2026, 10, 8), date(2026, 10, 9))),  # 09-29, 09-30 close at 18:00; 10-01 to 10-07 rest
    ]
    assert dict(found[0].details) == {"from": "17:30", "to": "18:30", "minutes": "60"}


def test_r3_1_the_minutes_are_a_parameter_of_the_regulation_in_force_on_the_date() -> None:
    hall = replace(HALL, limit=lambda day: 30 if day >= MONDAY else 60)
    assert against(wanted(Kind.EARLY, "07:45-08:30", FRIDAY), hall) == []
    assert against(wanted(Kind.EARLY, "07:45-08:30", MONDAY), hall) == ["before_early R3.1"]
    none = replace(HALL, limit=lambda _: 0)
    assert against(wanted(Kind.EARLY, "07:45-08:30"), none) == ["no_window R3.1"]


def test_r3_2_only_comprehensive_counters_work_at_noon() -> None:
    assert against(wanted(Kind.NOON, "12:00-13:00", counters=frozenset({1, 2}))) == ["not_comprehensive R3.2"]
    assert against(wanted(Kind.EARLY, "07:30-08:30", counters=frozenset({1, 2}))) == []


def test_r3_2_a_day_without_a_break_has_no_noon() -> None:
    through = replace(HALL, timetable=(Opening(span("08:30-17:30"), WEEK),))
    assert against(wanted(Kind.NOON, "12:00-13:00"), through) == ["no_window R3.2"]


def test_r3_3_weekends_are_for_queues_with_frequent_personal_matters() -> None:
    assert against(wanted(Kind.WEEKEND, "09:00-12:00", SATURDAY)) == []
    assert against(wanted(Kind.WEEKEND, "09:00-12:00", SATURDAY, queues=frozenset({1, 2}))) == ["not_frequent R3.3"]


def test_r3_3_a_weekend_that_works_is_none() -> None:
    sunday = wanted(Kind.WEEKEND, "09:00-12:00", date(2026, 9, 19), date(2026, 9, 20), weekdays=frozenset({6, 7}))
    assert dates_of(sunday, HALL.days) == [date(2026, 9, 19)]
    early = datetime(2026, 9, 1, tzinfo=TZ)
    assert against(replace(sunday, first=date(2026, 9, 20)), now=early) == ["no_days R3.3"]


def test_r3_1_working_weekends_follow_the_weekday_and_holidays_are_passed_over() -> None:
    mondays = wanted(Kind.EARLY, "07:30-08:30", date(2026, 9, 14), date(2026, 9, 28), weekdays=frozenset({1}))
    assert dates_of(mondays, HALL.days) == [date(2026, 9, day) for day in (14, 20, 21, 28)]
    fridays = replace(mondays, first=date(2026, 9, 25), last=date(2026, 10, 2), weekdays=frozenset({5}))
    assert dates_of(fridays, HALL.days) == []


def test_r3_1_an_opening_on_a_rest_day_has_no_days() -> None:
    assert against(wanted(Kind.EARLY, "07:30-08:30", SATURDAY)) == ["no_days R3.1"]


@pytest.mark.parametrize(
    ("now", "reasons"),
    [("2026-11-27 07:29:59", []), ("2026-11-27 07:30:00", ["past R3.1"]), ("2026-11-27 07:30:01", ["past R3.1"])],
)
def test_an_opening_must_lie_ahead(now: str, reasons: list[str]) -> None:
    assert against(wanted(Kind.EARLY, "07:30-08:30"), now=datetime.fromisoformat(now).replace(tzinfo=TZ)) == reasons


def test_an_opening_ends_where_the_calendar_is_known_and_within_a_year() -> None:
    beyond = wanted(Kind.EARLY, "07:30-08:30", MONDAY, date(2027, 1, 8))
    assert against(beyond) == ["unknown_days R1.2"]
    assert only(beyond).dates == (date(2026, 12, 31),)
    whole = wanted(Kind.NOON, "12:00-14:30", date(2026, 1, 1), date(2027, 1, 1))
    assert against(whole, now=datetime(2025, 12, 1, tzinfo=TZ)) == ["unknown_days R1.2"]
    longer = replace(whole, last=date(2027, 1, 2))
    assert "too_long R3.2" in against(longer, now=datetime(2025, 12, 1, tzinfo=TZ))


def test_counters_and_queues_must_fit_each_other() -> None:
    assert against(wanted(Kind.LATE, "17:30-18:30", queues=frozenset({2, 3}), counters=frozenset({2}))) == [
        "not_bookable R1.2",
        "not_served R3.1",
        "serves_none R3.1",
    ]


def test_r3_1_exempt_departments_need_their_basis_and_leave_somebody() -> None:
    exempt = wanted(Kind.LATE, "17:30-18:30", queues=frozenset({1, 2}), exempt=frozenset({11}))
    assert against(exempt) == ["no_basis R3.1", "all_exempt R3.1"]
    half = replace(exempt, queues=frozenset({2}), exempt=frozenset({12}), basis="样例文件〔2026〕1号")
    assert against(half) == []
    assert against(wanted(Kind.NOON, "12:00-13:00", exempt=frozenset({11}))) == []


@pytest.mark.parametrize(
    ("hours", "reasons"),
    [
        ("12:00-13:00", ["queue_taken R1.2"]),
        ("13:29-14:30", ["queue_taken R1.2"]),
        ("13:30-14:30", []),
    ],
)
def test_an_hour_of_a_queue_is_opened_once(hours: str, reasons: list[str]) -> None:
    taken = Held(*span("12:30-13:30").on(FRIDAY), frozenset({1}), frozenset())
    assert against(wanted(Kind.NOON, hours), replace(HALL, held=(taken,))) == reasons


def test_a_minute_of_a_counter_is_given_once() -> None:
    taken = Held(*span("12:30-13:30").on(FRIDAY), frozenset(), frozenset({1}))
    assert against(wanted(Kind.NOON, "12:00-13:00"), replace(HALL, held=(taken,))) == ["counter_taken R1.2"]
    assert against(wanted(Kind.NOON, "12:00-13:00", MONDAY), replace(HALL, held=(taken,))) == []


def test_a_form_begins_with_the_whole_of_what_is_allowed() -> None:
    found = {kind: suggested(kind, FRIDAY, HALL) for kind in Kind if kind is not Kind.REGULAR}
    assert found == {
        Kind.EARLY: span("07:30-08:30"),
        Kind.LATE: span("17:30-18:30"),
        Kind.NOON: span("12:00-14:30"),
        Kind.WEEKEND: span("08:30-12:00"),
    }
    assert suggested(Kind.LATE, date(2026, 7, 1), HALL) == span("18:00-19:00")
    assert suggested(Kind.EARLY, SATURDAY, HALL) is None


# ---- capacity --------------------------------------------------------------------------------------------------------

QUEUES = st.sampled_from([1, 2, 3, 4])
MINUTES = st.fractions(Fraction(1, 2), 240, max_denominator=4)


@st.composite
def hall(draw: st.DrawFn) -> tuple[HallFacts, int, int]:
    """Regular queues and one opening, each with counters of its own number; gives both numbers."""
    served = st.lists(st.lists(QUEUES, min_size=1, max_size=4, unique=True), min_size=1, max_size=5)
    regular, extra = draw(served), draw(served)
    minutes = {queue: draw(MINUTES) for queue in (1, 2, 3, 4)}
    walk_in = draw(st.fractions(0, 1, max_denominator=10))
    span_of = {Kind.EARLY: "07:30-08:30", Kind.LATE: "17:30-18:20", Kind.NOON: "12:00-14:30"}
    kind = draw(st.sampled_from(sorted(span_of)))
    opening = FlexibleFacts(7, Kind(kind), {FRIDAY: span(span_of[kind])}, _facts(extra, minutes, walk_in))
    return HallFacts(1, timetable(), _facts(regular, minutes, walk_in), (opening,)), len(regular), len(extra)


def _facts(counters: list[list[int]], minutes: dict[int, Fraction], walk_in: Fraction) -> tuple[QueueFacts, ...]:
    sharing = [SharingCounter(tuple(Service(q, rank) for rank, q in enumerate(each))) for each in counters]
    parts = shares(sharing, {})
    return tuple(QueueFacts(queue, minutes[queue], walk_in, share) for queue, share in parts.items())


def minutes_sold(slots: list[PlannedSlot], facts: tuple[QueueFacts, ...]) -> Fraction:
    each = {queue.id: queue.service_minutes for queue in facts}
    return sum((slot.planned * each[slot.queue_id] for slot in slots), Fraction(0))


@given(hall(), st.sampled_from([5, 20, 60, 90]))
def test_openings_and_regular_hours_never_sell_more_than_the_counters_minutes(
    made: tuple[HallFacts, int, int], slot_minutes: int
) -> None:
    facts, regular, extra = made
    slots = list(planned_slots(facts, FRIDAY, HALL.days, Parameters(slot_minutes=slot_minutes)))
    for starts_at in {slot.starts_at for slot in slots}:
        together = [slot for slot in slots if slot.starts_at == starts_at]
        length = Fraction(int((together[0].ends_at - starts_at).total_seconds()), 60)
        opened = together[0].opening_id is not None
        assert {slot.opening_id for slot in together} == {7 if opened else None}
        known = facts.flexible[0].queues if opened else facts.queues
        assert minutes_sold(together, known) <= length * (extra if opened else regular)


@given(hall())
def test_hours_of_a_queue_never_overlap(made: tuple[HallFacts, int, int]) -> None:
    slots = list(planned_slots(made[0], FRIDAY, HALL.days, Parameters()))
    for queue in {slot.queue_id for slot in slots}:
        hours = sorted((slot.starts_at, slot.ends_at) for slot in slots if slot.queue_id == queue)
        assert all(before[1] <= after[0] for before, after in pairwise(hours))

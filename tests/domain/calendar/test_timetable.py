"""Sessions over the year and their slots (R1.2)."""

from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.calendar.rules import (
    Kind,
    MonthDay,
    Opening,
    Span,
    WorkingDays,
    in_season,
    known_year,
    openings_on,
    tile,
    timetable_weekday,
)
from yueban.domain.regulation.rules import Remainder

MORNING = Span(time(8, 30), time(12, 0))
WEEKDAYS = frozenset({1, 2, 3, 4, 5})


def spans(*texts: str) -> list[Span]:
    pairs = (text.split("-") for text in texts)
    return [Span(time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs]


def days_2026() -> WorkingDays:
    year = known_year(2026)
    assert year is not None
    return WorkingDays.from_days({day.date: day.working for day in year.days})


@pytest.mark.parametrize(
    ("remainder", "slots"),
    [
        (Remainder.SHORT, spans("08:30-09:30", "09:30-10:30", "10:30-11:30", "11:30-12:00")),
        (Remainder.DROP, spans("08:30-09:30", "09:30-10:30", "10:30-11:30")),
        (Remainder.MERGE, spans("08:30-09:30", "09:30-10:30", "10:30-12:00")),
    ],
)
def test_r1_2_a_morning_from_half_past_eight_is_tiled_from_its_opening(remainder: Remainder, slots: list[Span]) -> None:
    assert tile(MORNING, 60, remainder) == slots


@pytest.mark.parametrize("remainder", Remainder)
def test_r1_2_a_session_of_whole_hours_leaves_nothing_over(remainder: Remainder) -> None:
    assert tile(Span(time(14, 30), time(17, 30)), 60, remainder) == spans("14:30-15:30", "15:30-16:30", "16:30-17:30")


@pytest.mark.parametrize(
    ("remainder", "slots"),
    [(Remainder.SHORT, spans("08:00-08:20")), (Remainder.DROP, []), (Remainder.MERGE, spans("08:00-08:20"))],
)
def test_r1_2_a_session_shorter_than_a_slot_is_one_short_slot_or_none(remainder: Remainder, slots: list[Span]) -> None:
    assert tile(Span(time(8, 0), time(8, 20)), 60, remainder) == slots


@st.composite
def sessions(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 1438))
    end = draw(st.integers(start + 1, 1439))
    return Span(time(start // 60, start % 60), time(end // 60, end % 60))


@given(sessions(), st.integers(5, 480))
def test_r1_2_short_and_merged_tiles_fill_the_session_without_gap_or_overlap(session: Span, minutes: int) -> None:
    for remainder in (Remainder.SHORT, Remainder.MERGE):
        slots = tile(session, minutes, remainder)
        assert (slots[0].start, slots[-1].end) == (session.start, session.end)
        assert all(a.end == b.start for a, b in pairwise(slots))
        assert all(slot.minutes == minutes for slot in slots[:-1])
        assert 0 < slots[-1].minutes < 2 * minutes


@given(sessions(), st.integers(5, 480))
def test_r1_2_dropping_leaves_whole_slots_only(session: Span, minutes: int) -> None:
    slots = tile(session, minutes, Remainder.DROP)
    assert [slot.minutes for slot in slots] == [minutes] * (session.minutes // minutes)
    assert slots == tile(session, minutes, Remainder.SHORT)[: len(slots)]


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2026, 6, 1), True),
        (date(2026, 9, 30), True),
        (date(2026, 5, 31), False),
        (date(2026, 10, 1), False),
    ],
)
def test_both_ends_of_a_season_belong_to_it(day: date, inside: bool) -> None:  # noqa: FBT001 - the expected answer
    assert in_season(day, MonthDay(6, 1), MonthDay(9, 30)) is inside


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.dates(date(2024, 1, 1), date(2024, 12, 31)))
def test_a_season_over_the_new_year_is_the_complement_of_the_rest(day: date, cut: date) -> None:
    first = MonthDay.of(cut)
    winter = in_season(day, MonthDay(11, 1), MonthDay(2, 29))
    assert winter is not in_season(day, MonthDay(3, 1), MonthDay(10, 31))
    assert in_season(cut, first, first)


@pytest.mark.parametrize("text", ["6-1", "13-01", "02-30", "04-31", "06-01 ", "", "００-01", "06/01"])
def test_a_day_of_the_year_is_two_digits_twice_and_exists(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        MonthDay.parse(text)


def test_a_leap_day_is_a_day_of_the_year() -> None:
    assert MonthDay.parse("02-29") == MonthDay(2, 29)


@pytest.mark.parametrize(
    ("day", "working", "weekday"),
    [
        pytest.param(date(2026, 9, 20), True, 1, id="a worked Sunday follows Monday's"),
        pytest.param(date(2026, 10, 10), True, 5, id="a worked Saturday follows Friday's"),
        pytest.param(date(2026, 11, 29), False, 7, id="a free Sunday is a Sunday"),
        pytest.param(date(2026, 11, 25), True, 3, id="a Wednesday is a Wednesday"),
    ],
)
def test_a_day_worked_in_exchange_follows_the_nearest_weekday(day: date, working: bool, weekday: int) -> None:  # noqa: FBT001
    assert timetable_weekday(day, working=working) == weekday


def test_r1_2_regular_sessions_are_held_on_working_days_only() -> None:
    openings = [
        Opening(Span(time(14, 30), time(17, 30)), WEEKDAYS, MonthDay(10, 1), MonthDay(5, 31)),
        Opening(Span(time(15, 0), time(18, 0)), WEEKDAYS, MonthDay(6, 1), MonthDay(9, 30)),
        Opening(MORNING, WEEKDAYS),
    ]
    days = days_2026()
    held = {day: [o.span.start for o in openings_on(day, openings, days)] for day in map(date.fromisoformat, (
        "2026-05-29", "2026-06-01", "2026-09-20", "2026-09-25", "2026-10-08", "2026-11-28",
    ))}  # fmt: skip
    assert held == {
        date(2026, 5, 29): [time(8, 30), time(14, 30)],
        date(2026, 6, 1): [time(8, 30), time(15, 0)],
        date(2026, 9, 20): [time(8, 30), time(15, 0)],
        date(2026, 9, 25): [],
        date(2026, 10, 8): [time(8, 30), time(14, 30)],
        date(2026, 11, 28): [],
    }


def test_r3_3_weekend_sessions_are_held_on_days_off_only() -> None:
    weekend = [Opening(MORNING, frozenset({6, 7}), kind=Kind.WEEKEND)]
    days = days_2026()
    assert [bool(openings_on(date(2026, 9, day), weekend, days)) for day in (18, 19, 20)] == [False, True, False]

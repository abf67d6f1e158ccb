"""Half a working day and its kin, counted over a centre's own sessions (R4.1.2, R4.3)."""

from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from yueban.domain.calendar.rules import (
    Kind,
    MonthDay,
    Opening,
    Span,
    UnknownDay,
    WorkingClock,
    WorkingDays,
    callback_due,
    known_year,
)
from yueban.kernel.wall import TZ, at

WEEKDAYS = frozenset({1, 2, 3, 4, 5})
HALF = Decimal("0.5")
FRIDAY = date(2026, 11, 27)


def days_2026() -> WorkingDays:
    year = known_year(2026)
    assert year is not None
    return WorkingDays.from_days({day.date: day.working for day in year.days})


def clock_of(*hours: tuple[str, str]) -> WorkingClock:
    spans = (Span(time.fromisoformat(start), time.fromisoformat(end)) for start, end in hours)
    return WorkingClock(days_2026(), tuple(Opening(span, WEEKDAYS) for span in spans))


SEVEN_HOURS = clock_of(("08:30", "12:00"), ("14:30", "18:00"))
WINTER = clock_of(("08:30", "12:00"), ("14:30", "17:30"))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def test_r4_1_2_half_a_day_after_friday_16_20_is_monday_10_20() -> None:
    assert SEVEN_HOURS.add(moment("2026-11-27 16:20"), HALF) == moment("2026-11-30 10:20")


def test_r4_1_2_half_of_the_sample_countys_winter_day_is_monday_10_35() -> None:
    assert WINTER.add(moment("2026-11-27 16:20"), HALF) == moment("2026-11-30 10:35")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param("2026-11-27 08:30", "2026-11-27 12:00", id="from opening to the break, not past it"),
        pytest.param("2026-11-27 07:00", "2026-11-27 12:00", id="before opening counts from opening"),
        pytest.param("2026-11-27 13:00", "2026-11-27 18:00", id="in the break counts from its end"),
        pytest.param("2026-11-27 18:00", "2026-11-30 12:00", id="at closing counts from the next opening"),
        pytest.param("2026-11-28 11:00", "2026-11-30 12:00", id="on a day off counts from the next opening"),
        pytest.param("2026-09-20 16:00", "2026-09-21 10:00", id="a worked Sunday counts"),
        pytest.param("2026-09-30 16:00", "2026-10-08 10:00", id="a holiday does not"),
    ],
)
def test_half_a_working_day_later(start: str, due: str) -> None:
    assert SEVEN_HOURS.add(moment(start), HALF) == moment(due)


@pytest.mark.parametrize(
    ("end", "latest"),
    [
        pytest.param("2026-11-30 10:20", "2026-11-27 16:20", id="back over the weekend"),
        pytest.param("2026-11-30 08:30", "2026-11-27 14:30", id="the end of the break is the latest moment"),
        pytest.param("2026-11-30 14:30", "2026-11-30 08:30", id="a whole morning"),
    ],
)
def test_r4_3_a_counter_must_tell_half_a_working_day_before(end: str, latest: str) -> None:
    assert SEVEN_HOURS.subtract(moment(end), HALF) == moment(latest)


def test_whole_working_days_keep_the_hour() -> None:
    assert SEVEN_HOURS.add(moment("2026-11-27 16:20"), Decimal(5)) == moment("2026-12-04 16:20")


def test_a_change_of_season_counts_each_days_own_hours() -> None:
    spring = Opening(Span(time(14, 30), time(17, 30)), WEEKDAYS, MonthDay(10, 1), MonthDay(5, 31))
    summer = Opening(Span(time(15, 0), time(18, 0)), WEEKDAYS, MonthDay(6, 1), MonthDay(9, 30))
    clock = WorkingClock(days_2026(), (Opening(Span(time(8, 30), time(12, 0)), WEEKDAYS), spring, summer))
    assert clock.add(moment("2026-05-29 16:30"), Decimal(1)) == moment("2026-06-01 17:00")


def test_only_regular_hours_count() -> None:
    early = Opening(Span(time(7, 30), time(8, 30)), WEEKDAYS, kind=Kind.EARLY)
    clock = WorkingClock(days_2026(), (*SEVEN_HOURS.openings, early))
    assert clock.add(moment("2026-11-27 16:20"), HALF) == moment("2026-11-30 10:20")


def test_a_centre_without_hours_and_the_end_of_the_calendar_are_unknown() -> None:
    with pytest.raises(UnknownDay):
        clock_of().add(moment("2026-11-27 16:20"), HALF)
    with pytest.raises(UnknownDay):
        SEVEN_HOURS.add(moment("2026-12-31 17:00"), HALF)


def test_r4_1_2_a_call_back_for_tomorrow_is_due_before_closing() -> None:
    called = moment("2026-11-26 16:20")
    assert callback_due(SEVEN_HOURS, called, HALF, slot_date=FRIDAY) == moment("2026-11-26 18:00")
    assert callback_due(SEVEN_HOURS, called, HALF, slot_date=date(2026, 11, 30)) == moment("2026-11-27 10:20")
    assert callback_due(SEVEN_HOURS, called, HALF) == moment("2026-11-27 10:20")


DATES = st.dates(date(2026, 2, 1), date(2026, 11, 30))
INSTANTS = st.tuples(DATES, st.times()).map(lambda pair: at(*pair))
AMOUNTS = st.integers(0, 40).map(lambda tenths: Fraction(tenths, 10))


@given(INSTANTS, AMOUNTS)
def test_counting_back_from_a_due_time_is_never_before_the_beginning(start: datetime, amount: Fraction) -> None:
    due = WINTER.add(start, amount)
    assert due >= start
    latest = WINTER.subtract(due, amount)
    assert WINTER.add(latest, amount) <= due


@given(INSTANTS, AMOUNTS, AMOUNTS)
def test_two_stretches_are_as_long_as_their_sum(start: datetime, first: Fraction, second: Fraction) -> None:
    step = WINTER.add(WINTER.add(start, first), second)
    assert abs(step - WINTER.add(start, first + second)).total_seconds() < 0.001


@given(INSTANTS, INSTANTS, AMOUNTS)
def test_who_calls_later_is_never_due_earlier(one: datetime, other: datetime, amount: Fraction) -> None:
    assume(one <= other)
    assert WINTER.add(one, amount) <= WINTER.add(other, amount)


@given(INSTANTS, st.integers(1, 40).map(lambda tenths: Fraction(tenths, 10)))
def test_a_due_time_lies_in_opening_hours(start: datetime, amount: Fraction) -> None:
    due = WINTER.add(start, amount)
    spans = [span.on(due.date()) for span in WINTER.spans(due.date())]
    assert any(opening <= due <= closing for opening, closing in spans)


def test_times_are_asia_shanghai_whatever_zone_they_come_in() -> None:
    utc = at(FRIDAY, time(16, 20)).astimezone(datetime.fromisoformat("2026-01-01T00:00+00:00").tzinfo)
    assert SEVEN_HOURS.add(utc, HALF) == moment("2026-11-30 10:20")

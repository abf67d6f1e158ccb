"""Working days, the desk's cut-off and the horizon (R4.0), on the real calendar of 2026 and the guess of 2027."""

from datetime import date, time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.calendar.rules import UnknownDay, WorkingDays, desk_cutoff, horizon_end, known_year
from yueban.kernel.wall import at

YEARS = (2025, 2026, 2027)


@cache
def county() -> WorkingDays:
    known = (year for year in map(known_year, YEARS) if year is not None)
    return WorkingDays.from_days({day.date: day.working for year in known for day in year.days})


DATES = st.dates(date(2025, 2, 1), date(2027, 11, 30))


@pytest.mark.parametrize(
    ("service_date", "last_day"),
    [
        pytest.param(date(2026, 11, 30), date(2026, 11, 27), id="Monday looks back to Friday"),
        pytest.param(date(2026, 9, 21), date(2026, 9, 20), id="Monday after a worked Sunday"),
        pytest.param(date(2026, 10, 8), date(2026, 9, 30), id="after the national holiday"),
        pytest.param(date(2026, 11, 25), date(2026, 11, 24), id="an ordinary Wednesday"),
    ],
)
def test_r4_0_the_desk_closes_at_half_past_four_of_the_working_day_before(service_date: date, last_day: date) -> None:
    assert desk_cutoff(county(), service_date) == at(last_day, time(16, 30))


def test_r4_0_the_cut_off_is_a_parameter() -> None:
    assert desk_cutoff(county(), date(2026, 11, 30), at=time(12, 0), days_before=2) == at(
        date(2026, 11, 26), time(12, 0)
    )


@pytest.mark.parametrize(
    ("today", "last"),
    [
        pytest.param(date(2026, 11, 23), date(2026, 12, 2), id="over one weekend"),
        pytest.param(date(2026, 9, 28), date(2026, 10, 13), id="over the holiday and its worked Saturday"),
        pytest.param(date(2026, 11, 28), date(2026, 12, 8), id="from a Saturday"),
    ],
)
def test_r4_0_the_horizon_lies_seven_working_days_ahead(today: date, last: date) -> None:
    assert horizon_end(county(), today, 7) == last


def test_the_horizon_ends_where_the_calendar_does() -> None:
    assert horizon_end(county(), date(2027, 12, 29), 7) == date(2027, 12, 31)


def test_a_day_outside_the_known_years_is_said_and_not_guessed() -> None:
    days = county()
    for ask in (
        lambda: days.is_working(date(2028, 1, 3)),
        lambda: days.next_working(date(2027, 12, 31)),
        lambda: days.previous_working(date(2025, 1, 1)),
        lambda: desk_cutoff(days, date(2028, 1, 3)),
        lambda: horizon_end(days, date(2028, 1, 3), 7),
    ):
        with pytest.raises(UnknownDay):
            ask()


def test_a_gap_between_years_hides_what_lies_behind_it() -> None:
    days = WorkingDays.from_days({date(2026, 1, 1): False, date(2026, 1, 5): True, date(2026, 1, 6): True})
    assert (days.first, days.last) == (date(2026, 1, 5), date(2026, 1, 6))
    with pytest.raises(UnknownDay):
        days.is_working(date(2026, 1, 1))


def test_a_worked_sunday_of_the_notice_is_a_working_day_and_a_holiday_friday_is_not() -> None:
    days = county()
    assert days.is_working(date(2026, 9, 20))
    assert not days.is_working(date(2026, 9, 25))


@given(DATES, st.integers(1, 23))
def test_the_nth_working_day_is_n_steps_of_one(day: date, n: int) -> None:
    days, step = county(), day
    for _ in range(n):
        step = days.next_working(step)
    assert days.nth_working_after(day, n) == step


@given(DATES)
def test_no_working_day_lies_between_neighbours(day: date) -> None:
    days = county()
    before, after = days.previous_working(day), days.next_working(day)
    assert before < day < after
    assert days.between(before, after) == (before, *([day] if days.is_working(day) else []), after)


@given(DATES, st.integers(1, 20))
def test_counting_back_undoes_counting_on_from_a_working_day(day: date, n: int) -> None:
    days = county()
    start = days.next_working(day)
    assert days.nth_working_before(days.nth_working_after(start, n), n) == start

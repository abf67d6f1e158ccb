"""Half a working day and urgent hours as functions: what holds for every start and every opening (R1.2, R4.3)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.booking.rules import counter_limit, is_late, rebook_until, urgent_refusals
from yueban.domain.calendar.rules import MonthDay, Opening, Span, WorkingClock, WorkingDays
from yueban.domain.regulation.rules import Parameters
from yueban.kernel.wall import TZ

FIRST, LAST = date(2026, 9, 1), date(2026, 12, 31)
OFF = {date(2026, 10, n) for n in range(1, 8)} | {date(2026, 9, 25)}
ON = {date(2026, 9, 20), date(2026, 10, 10)}
DAYS = WorkingDays.from_days(
    {
        day: (day.weekday() < 5 and day not in OFF) or day in ON
        for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    }
)
YEAR = MonthDay(1, 1), MonthDay(12, 31)
CLOCK = WorkingClock(
    DAYS,
    tuple(
        Opening(Span(start, end), frozenset({1, 2, 3, 4, 5}), *YEAR)
        for start, end in ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
    ),
)
PARAMETERS = Parameters()
HALF = PARAMETERS.counter_cancel_lead
SECOND = timedelta(seconds=1)

open_days = st.dates(date(2026, 9, 15), date(2026, 12, 20)).filter(DAYS.is_working)
minutes = st.integers(0, 24 * 60 - 1)


def at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), TZ) + timedelta(minutes=minute)


@given(open_days, minutes)
def test_r4_3_from_the_limit_on_at_most_half_a_working_day_is_left(day: date, minute: int) -> None:
    starts_at = at(day, minute)
    limit = counter_limit(starts_at, CLOCK, PARAMETERS)
    assert limit is not None
    assert limit < starts_at
    assert CLOCK.add(limit, HALF) <= starts_at
    assert CLOCK.add(limit + SECOND, HALF) > min(starts_at, CLOCK.add(limit, HALF))
    assert (is_late(limit, now=limit), is_late(limit, now=limit + SECOND)) == (False, True)


@given(open_days, minutes, st.integers(1, 240))
def test_r4_3_a_later_start_never_has_an_earlier_limit(day: date, minute: int, later: int) -> None:
    first = counter_limit(at(day, minute), CLOCK, PARAMETERS)
    second = counter_limit(at(day, minute) + timedelta(minutes=later), CLOCK, PARAMETERS)
    assert first is not None
    assert second is not None
    assert first <= second


def test_r4_3_where_the_calendar_ends_the_limit_is_unknown_and_that_is_late() -> None:
    limit = counter_limit(at(FIRST, 9 * 60), CLOCK, PARAMETERS)
    assert limit is None
    assert is_late(limit, now=at(FIRST, 0))


@given(st.dates(date(2026, 9, 15), date(2026, 12, 20)), minutes, st.integers(1, 240))
def test_r1_2_an_urgent_hour_is_refused_exactly_where_it_meets_the_regular_hours(
    day: date, minute: int, length: int
) -> None:
    starts_at, ends_at = at(day, minute), at(day, minute) + timedelta(minutes=length)
    regular = ((510, 720), (870, 1050)) if DAYS.is_working(day) else ()
    meets = any(minute < closes and opens < minute + length for opens, closes in regular)
    found = urgent_refusals((starts_at, ends_at), CLOCK, last=LAST, now=at(FIRST, 0))
    assert [str(why.code) for why in found] == (["not_eligible"] if meets else [])


@given(open_days)
def test_r4_3_a_link_lives_until_the_end_of_the_last_day_that_could_be_booked(day: date) -> None:
    until = rebook_until(at(day, 600), DAYS, PARAMETERS)
    worked = [
        day + timedelta(days=n)
        for n in range(1, (until.date() - day).days)
        if day + timedelta(days=n) <= LAST and DAYS.is_working(day + timedelta(days=n))
    ]
    assert len(worked) <= PARAMETERS.horizon
    assert until.time() == time()
    assert len(worked) == PARAMETERS.horizon or until.date() > LAST

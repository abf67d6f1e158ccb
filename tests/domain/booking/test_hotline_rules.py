"""When a call through 总咨询台 must have been answered (R4.1.2), over lunch, night, weekend, 调休 and the October holiday."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from tests.factories import instant
from yueban.domain.booking.rules.hotline import Due, Urgency, due, urgency
from yueban.domain.calendar.rules import MonthDay, Opening, Span, WorkingClock, WorkingDays, known_year

HALF = Decimal("0.5")
WEEKDAYS = frozenset({1, 2, 3, 4, 5})


def season(first: str, last: str, *spans: tuple[str, str]) -> list[Opening]:
    bounds = MonthDay.parse(first), MonthDay.parse(last)
    return [
        Opening(Span(time.fromisoformat(start), time.fromisoformat(end)), WEEKDAYS, *bounds) for start, end in spans
    ]


def county_clock() -> WorkingClock:
    """The sample county: 8:30–12:00 all year; 14:30–17:30, from June to September 15:00–18:00."""
    year = known_year(2026)
    assert year is not None
    days = WorkingDays.from_days({day.date: day.working for day in year.days})
    openings = (
        *season("01-01", "05-31", ("08:30", "12:00"), ("14:30", "17:30")),
        *season("06-01", "09-30", ("08:30", "12:00"), ("15:00", "18:00")),
        *season("10-01", "12-31", ("08:30", "12:00"), ("14:30", "17:30")),
    )
    return WorkingClock(days, openings)


CLOCK = county_clock()


@pytest.mark.parametrize(
    ("called", "called_back_by"),
    [
        ("2026-11-27 08:30:00", "2026-11-27 11:45:00"),
        ("2026-11-27 10:00:00", "2026-11-27 15:45:00"),
        ("2026-11-27 12:40:00", "2026-11-30 08:45:00"),
        ("2026-11-27 16:20:00", "2026-11-30 10:35:00"),
        ("2026-11-27 20:00:00", "2026-11-30 11:45:00"),
        ("2026-11-28 10:00:00", "2026-11-30 11:45:00"),
        ("2026-11-24 17:29:59", "2026-11-25 11:44:59"),
        ("2026-11-24 17:30:00", "2026-11-25 11:45:00"),
    ],
    ids=["morning", "over lunch", "at lunch", "friday 16:20", "evening", "weekend", "before closing", "at closing"],
)
def test_r4_1_2_a_call_is_due_half_a_working_day_of_open_hours_later(called: str, called_back_by: str) -> None:
    assert due(CLOCK, instant(called), HALF).due_at == instant(called_back_by)


@pytest.mark.parametrize(
    ("called", "called_back_by"),
    [
        ("2026-09-18 16:50:00", "2026-09-20 10:35:00"),  # Friday; Sunday works instead of the day before the festival
        ("2026-09-20 16:50:00", "2026-09-21 10:35:00"),
        ("2026-09-19 10:00:00", "2026-09-20 11:45:00"),  # the Saturday between does not
    ],
)
def test_r4_1_2_a_sunday_that_works_by_notice_counts_as_a_working_day(called: str, called_back_by: str) -> None:
    assert due(CLOCK, instant(called), HALF).due_at == instant(called_back_by)


@pytest.mark.parametrize(
    ("called", "called_back_by"),
    [
        ("2026-09-30 16:50:00", "2026-10-08 10:35:00"),  # summer hours before, winter hours after
        ("2026-10-03 09:00:00", "2026-10-08 11:45:00"),
        ("2026-10-08 08:30:00", "2026-10-08 11:45:00"),
        ("2026-10-09 16:20:00", "2026-10-10 10:35:00"),  # Saturday works
    ],
)
def test_r4_1_2_the_october_holiday_of_2026_does_not_count(called: str, called_back_by: str) -> None:
    assert due(CLOCK, instant(called), HALF).due_at == instant(called_back_by)


@pytest.mark.parametrize(
    ("called", "wanted", "called_back_by"),
    [
        ("2026-11-27 16:20:00", date(2026, 11, 30), "2026-11-27 17:30:00"),
        ("2026-11-27 10:00:00", date(2026, 11, 30), "2026-11-27 15:45:00"),
        ("2026-11-27 16:20:00", date(2026, 12, 1), "2026-11-30 10:35:00"),
        ("2026-11-27 17:30:00", date(2026, 11, 30), "2026-11-30 11:45:00"),
        ("2026-11-27 20:00:00", date(2026, 11, 30), "2026-11-30 11:45:00"),
        ("2026-09-30 16:50:00", date(2026, 10, 8), "2026-09-30 18:00:00"),
        ("2026-09-18 16:50:00", date(2026, 9, 20), "2026-09-18 18:00:00"),
    ],
)
def test_r4_1_2_for_an_hour_on_the_next_working_day_it_is_due_by_close_of_business(
    called: str, wanted: date, called_back_by: str
) -> None:
    assert due(CLOCK, instant(called), HALF, wanted=wanted).due_at == instant(called_back_by)


def test_r4_1_2_the_manager_is_warned_a_sixth_of_the_time_before_in_open_hours_and_never_before_the_call() -> None:
    friday = due(CLOCK, instant("2026-11-27 16:20:00"), HALF)
    at_lunch = due(CLOCK, instant("2026-11-27 12:40:00"), HALF)
    short = due(CLOCK, instant("2026-11-27 17:20:00"), HALF, wanted=date(2026, 11, 30))
    assert [friday.warn_at, at_lunch.warn_at, short.warn_at] == [
        instant("2026-11-30 10:02:30"),
        instant("2026-11-27 17:12:30"),
        instant("2026-11-27 17:20:00"),
    ]


@pytest.mark.parametrize(
    ("after", "stands"),
    [
        (timedelta(minutes=-30, seconds=-1), Urgency.IN_TIME),
        (timedelta(minutes=-30), Urgency.SOON),
        (timedelta(seconds=-1), Urgency.SOON),
        (timedelta(0), Urgency.SOON),
        (timedelta(microseconds=999_999), Urgency.SOON),
        (timedelta(seconds=1), Urgency.LATE),
    ],
)
def test_r4_1_2_a_call_is_late_a_second_after_it_is_due(after: timedelta, stands: Urgency) -> None:
    at: datetime = instant("2026-11-30 10:35:00")
    assert urgency(Due(at, at - timedelta(minutes=30)), now=at + after) is stands

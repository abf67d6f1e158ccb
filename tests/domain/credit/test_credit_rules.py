"""Strikes by calendar month (R5.4)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.credit.rules import (
    Standing,
    count_in_month,
    free_again_at,
    is_suspended,
    lenient,
    standing,
    suspended_until,
)
from yueban.domain.regulation.rules import Parameters
from yueban.kernel.wall import TZ

DOCUMENT = Parameters()
DATES = st.dates(date(2022, 7, 1), date(2030, 12, 31))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def test_r5_4_the_third_strike_on_the_30th_suspends_until_the_1st_and_not_one_second_longer() -> None:
    strikes = [date(2026, 11, 3), date(2026, 11, 17), date(2026, 11, 30)]
    until = suspended_until(strikes, DOCUMENT)
    assert until == moment("2026-12-01 00:00:00")
    assert is_suspended(until, now=moment("2026-11-30 23:59:59"))
    assert not is_suspended(until, now=moment("2026-12-01 00:00:00"))


def test_r5_4_december_ends_with_the_year() -> None:
    assert free_again_at(date(2026, 12, 31)) == moment("2027-01-01 00:00")


def test_r5_4_strikes_of_two_months_are_not_added_up() -> None:
    strikes = [date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 1)]
    assert suspended_until(strikes, DOCUMENT) is None
    assert [count_in_month(strikes, day) for day in (date(2026, 11, 1), date(2026, 12, 31))] == [2, 1]


@pytest.mark.parametrize(
    ("count", "found"),
    [(0, Standing.CLEAR), (1, Standing.CLEAR), (2, Standing.WARNED), (3, Standing.SUSPENDED), (9, Standing.SUSPENDED)],
)
def test_r5_4_the_second_warns_and_the_third_suspends(count: int, found: Standing) -> None:
    assert standing(count, DOCUMENT) is found


def test_nobody_is_warned_before_the_first_strike() -> None:
    assert standing(0, replace(DOCUMENT, warn=0)) is Standing.CLEAR


def test_the_more_lenient_regulation_punishes() -> None:
    milder = replace(DOCUMENT, strikes=5)
    assert lenient(milder, DOCUMENT) is milder
    assert lenient(DOCUMENT, milder) is milder


@given(st.lists(DATES, max_size=12))
def test_a_suspension_always_ends_on_a_first_at_midnight_after_a_full_month(days: list[date]) -> None:
    until = suspended_until(days, DOCUMENT)
    full = {day.replace(day=1) for day in days if count_in_month(days, day) >= 3}
    assert (until is None) is (not full)
    if until is not None:
        assert (until.day, until.hour, until.minute, until.second) == (1, 0, 0, 0)
        assert (until - timedelta(seconds=1)).date().replace(day=1) == max(full)


@given(st.lists(DATES, max_size=12))
def test_taking_a_strike_back_never_suspends_longer(days: list[date]) -> None:
    latest = suspended_until(days, DOCUMENT) or moment("2000-01-01 00:00")
    for index in range(len(days)):
        fewer = suspended_until(days[:index] + days[index + 1 :], DOCUMENT)
        assert fewer is None or fewer <= latest

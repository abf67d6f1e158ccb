"""What is known of a year, and the file of its notice."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.calendar.rules import (
    InvalidNotice,
    KnownDay,
    NoticeError,
    Standing,
    known_year,
    parse_notice,
    provisional_year,
)


def test_2026_is_official_with_its_worked_weekends() -> None:
    year = known_year(2026)
    assert year is not None
    assert year.standing is Standing.OFFICIAL
    assert [day.date for day in year.days if day.working and day.date.isoweekday() > 5] == [
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10),
    ]  # fmt: skip
    assert KnownDay(date(2026, 10, 7), working=False, name="国庆节") in year.days


def test_2027_is_provisional_with_statutory_holidays_made_up_on_weekdays() -> None:
    year = known_year(2027)
    assert year is not None
    assert year.standing is Standing.PROVISIONAL
    assert [day.date for day in year.days if not day.working and day.date.isoweekday() < 6] == [
        date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 8), date(2027, 2, 9), date(2027, 2, 10), date(2027, 4, 5),
        date(2027, 5, 3), date(2027, 5, 4), date(2027, 6, 9), date(2027, 9, 15), date(2027, 10, 1), date(2027, 10, 4),
        date(2027, 10, 5),
    ]  # fmt: skip
    assert not [day for day in provisional_year(2027) if day.working and day.date.isoweekday() > 5]


def test_a_year_that_nobody_published_is_not_known() -> None:
    assert known_year(2030) is None


def test_a_notice_names_the_days_that_are_no_ordinary_ones() -> None:
    year, days = parse_notice("\ufeffdate,working,name\n2027-02-05,no,春节\n\n2027-02-14,yes,春节\n")
    special = {day.date: day for day in days}
    assert (year, len(days)) == (2027, 365)
    assert special[date(2027, 2, 5)] == KnownDay(date(2027, 2, 5), working=False, name="春节")
    assert special[date(2027, 2, 14)].working
    assert special[date(2027, 2, 4)].working
    assert not special[date(2027, 2, 6)].working


def test_everything_wrong_in_a_notice_is_told_at_once_with_its_line() -> None:
    text = "date,working,name\n2027-02-30,no,x\n2027-02-05,maybe,\n2027-02-06,no\n2027-03-01,no,a\n2027-03-01,no,a\n2028-01-01,no,b\n"
    with pytest.raises(InvalidNotice) as caught:
        parse_notice(text)
    assert caught.value.errors == (
        NoticeError(2, "no date YYYY-MM-DD: '2027-02-30'"),
        NoticeError(3, "working must be yes or no, not 'maybe'"),
        NoticeError(4, "3 columns are expected, 2 found"),
        NoticeError(6, "2027-03-01 is given twice"),
        NoticeError(7, "2028-01-01 is of another year than the lines before"),
    )


@pytest.mark.parametrize("text", ["", "datum,working,name\n", "date,working,name\n", "\x00"])
def test_a_notice_without_heading_or_days_is_refused(text: str) -> None:
    with pytest.raises(InvalidNotice):
        parse_notice(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidNotice):
        year, days = parse_notice("date,working,name\n" + text)
        assert {day.date.year for day in days} == {year}

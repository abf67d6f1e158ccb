"""Years on record: seeded, imported from a notice, overridden; and the caches that must notice."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import transaction

from yueban.domain.audit.models import Event
from yueban.domain.calendar import operations, queries
from yueban.domain.calendar.models import Day, Year
from yueban.domain.calendar.rules import InvalidNotice, NoticeError, Standing, UnknownDay
from yueban.kernel.wall import TZ

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=TZ)
NOTICE = "date,working,name\n2027-02-04,no,春节\n2027-02-13,yes,春节\n2027-02-09,no,春节\n2027-02-10,yes,\n"


@pytest.fixture(autouse=True)
def seeded() -> None:
    Year.objects.all().delete()
    Day.objects.all().delete()
    operations.seed_years(now=NOW)


def notice(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "2027.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_published_years_are_official_and_the_next_is_provisional() -> None:
    assert queries.standings() == dict.fromkeys(range(2022, 2027), Standing.OFFICIAL) | {2027: Standing.PROVISIONAL}
    days = queries.working_days()
    assert (days.first, days.last) == (date(2022, 1, 1), date(2027, 12, 31))
    assert queries.day(date(2026, 10, 1)) == queries.DayView(
        date(2026, 10, 1), working=False, name="国庆节", provisional=False
    )
    assert queries.day(date(2027, 3, 1)).provisional


def test_seeding_again_changes_nothing() -> None:
    assert operations.seed_years(now=NOW) == []


def test_a_provisional_year_becomes_official_when_its_notice_is_known() -> None:
    Year.objects.filter(year=2026).update(standing="provisional")
    Day.objects.filter(date=date(2026, 9, 20)).update(working=False)
    assert operations.seed_years(now=NOW) == [2026]
    assert queries.working_days().is_working(date(2026, 9, 20))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_notice_makes_its_year_official(tmp_path: Path, encoding: str) -> None:
    done = operations.import_notice(notice(tmp_path, NOTICE, encoding), by="staff:it", now=NOW)
    assert done.year == 2027
    assert {date(2027, 2, 4), date(2027, 2, 13), date(2027, 2, 10)} <= set(done.changed)
    assert queries.standings()[2027] is Standing.OFFICIAL
    assert queries.working_days().is_working(date(2027, 2, 13))
    assert queries.day(date(2027, 2, 4)).name == "春节"
    assert operations.seed_years(now=NOW) == []
    assert Event.objects.get(kind="calendar.notice_imported").by == "staff:it"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\xff\xff\xff", "the file is neither UTF-8 nor GB 18030 text"),
        (b"x" * 300_000, "the file is larger than 256 KiB"),
    ],
)
def test_a_file_that_is_no_notice_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    (tmp_path / "2027.csv").write_bytes(data)
    with pytest.raises(InvalidNotice) as caught:
        operations.import_notice(tmp_path / "2027.csv", by="staff:it", now=NOW)
    assert caught.value.errors == (NoticeError(0, problem),)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidNotice, match="cannot read"):
        operations.import_notice(tmp_path / "none.csv", by="staff:it", now=NOW)


def test_a_wrong_notice_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidNotice):
        operations.import_notice(notice(tmp_path, NOTICE + "2027-13-01,no,x\n"), by="staff:it", now=NOW)
    assert queries.standings()[2027] is Standing.PROVISIONAL


def test_the_countys_own_word_counts_and_survives_a_notice(tmp_path: Path) -> None:
    market = date(2027, 2, 5)
    operations.override_day(market, working=True, reason="县里统一安排", by="staff:it", now=NOW)
    assert queries.working_days().is_working(market)
    operations.import_notice(notice(tmp_path, NOTICE + "2027-02-05,no,春节\n"), by="staff:it", now=NOW)
    assert queries.working_days().is_working(market)
    operations.override_day(market, working=None, reason="", by="staff:it", now=NOW)
    assert not queries.working_days().is_working(market)


def test_a_day_of_an_unknown_year_cannot_be_overridden() -> None:
    with pytest.raises(UnknownDay):
        operations.override_day(date(2040, 1, 1), working=True, reason="x", by="staff:it", now=NOW)


def test_what_was_rolled_back_is_forgotten() -> None:
    day = date(2026, 11, 30)
    with transaction.atomic():
        operations.override_day(day, working=False, reason="x", by="staff:it", now=NOW)
        assert not queries.working_days().is_working(day)
        transaction.set_rollback(True)
    assert queries.working_days().is_working(day)
    operations.override_day(date(2026, 12, 1), working=False, reason="x", by="staff:it", now=NOW)
    assert queries.working_days().is_working(day)


def test_without_any_year_every_day_is_unknown() -> None:
    Day.objects.all().delete()
    with pytest.raises(UnknownDay):
        queries.working_days().is_working(date(2026, 11, 30))

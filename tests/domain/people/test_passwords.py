"""Passwords: which ones, how long, and not the same again (等保 2.0)."""

from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from tests.factories import instant
from yueban.domain.people import operations
from yueban.domain.people.models import PasswordBefore, Staff
from yueban.domain.people.operations import NewStaff
from yueban.domain.people.rules import LOCKED, PASSWORDS_REMEMBERED, LoginRefused, Role, password_expired
from yueban.kernel.errors import InvalidInput

NOW = instant("2026-11-27 09:00")
DAYS = timedelta(days=90)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def add() -> str:
    return operations.add_staff(NewStaff("lisiwang", Role.CLERK, name="李四"), by="system:test", now=NOW)


def change(old: str, new: str, now: datetime = NOW) -> str:
    operations.change_password("lisiwang", old=old, new=new, now=now)
    return new


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("kq7#mm-20", "weak"),
        ("4729104857", "weak"),
        ("password123", "weak"),
        ("qwertyuiop", "weak"),
        ("lisiwang22", "weak"),
        ("LiSiWang#1", "weak"),
    ],
)
def test_short_numeric_common_and_similar_passwords_are_refused(new: str, why: str) -> None:
    first = add()
    with pytest.raises(InvalidInput, match=why):
        change(first, new)
    assert change(first, "kq7#mm-202") == "kq7#mm-202", "ten characters are enough"


@pytest.mark.django_db
def test_none_of_the_last_five_passwords_can_be_taken_again() -> None:
    mine = [change(add(), "kq7#mmm-2026-0")]
    for n in range(1, PASSWORDS_REMEMBERED):
        mine.append(change(mine[-1], f"kq7#mmm-2026-{n}"))
    for used in mine[:-1]:
        with pytest.raises(InvalidInput, match="used"):
            change(mine[-1], used)
    with pytest.raises(InvalidInput, match="same"):
        change(mine[-1], mine[-1])
    latest = change(mine[-1], "kq7#mmm-2026-9")
    assert change(latest, mine[0]) == mine[0], "the sixth back is free again"
    assert PasswordBefore.objects.count() == PASSWORDS_REMEMBERED - 1


@pytest.mark.django_db
def test_a_password_lasts_ninety_days_to_the_second() -> None:
    mine = change(add(), "kq7#mmm-2026")
    assert not operations.log_in("lisiwang", mine, now=NOW + DAYS).must_change_password
    assert operations.log_in("lisiwang", mine, now=NOW + DAYS + SECOND).must_change_password
    newer = change(mine, "kq7#mmm-2027", NOW + DAYS + SECOND)
    assert not operations.log_in("lisiwang", newer, now=NOW + DAYS + DAYS).must_change_password


@pytest.mark.django_db
def test_a_sample_account_and_a_county_without_that_rule_change_nothing(settings: Settings) -> None:
    operations.add_staff(NewStaff("demo", Role.CLERK), by="system:test", now=NOW, password="sample-account")
    assert not operations.log_in("demo", "sample-account", now=NOW + DAYS * 9).must_change_password
    mine = change(add(), "kq7#mmm-2026")
    settings.PASSWORD_DAYS = 0
    assert not operations.log_in("lisiwang", mine, now=NOW + DAYS * 9).must_change_password


@pytest.mark.parametrize(
    ("set_at", "days", "expired"),
    [(NOW - DAYS, 90, False), (NOW - DAYS - SECOND, 90, True), (None, 90, False), (NOW - DAYS * 9, 0, False)],
)
def test_the_boundary_of_the_age_is_on_time(set_at: datetime | None, days: int, expired: bool) -> None:  # noqa: FBT001
    assert password_expired(set_at, now=NOW, days=days) is expired


@pytest.mark.django_db
def test_guessing_the_old_password_locks_the_account_and_ends_its_sessions() -> None:
    first = add()
    before = Staff.objects.get().get_session_auth_hash()
    for n in range(5):
        assert Staff.objects.get().get_session_auth_hash() == before, n
        with pytest.raises(InvalidInput, match="wrong"):
            change("guess", "kq7#mmm-2026")
    assert Staff.objects.get().get_session_auth_hash() != before
    with pytest.raises(LoginRefused, match=LOCKED[:4]):
        operations.log_in("lisiwang", first, now=NOW)

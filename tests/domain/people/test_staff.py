"""Accounts, logins and tokens."""

from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from yueban.domain.audit.models import Event
from yueban.domain.people import operations, queries
from yueban.domain.people.models import Staff
from yueban.domain.people.operations import NewStaff
from yueban.domain.people.rules import LOCKED, WRONG_LOGIN, LoginRefused, NotAuthorised, Role
from yueban.kernel.clock import TZ
from yueban.kernel.errors import InvalidInput

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def add(login: str = "li", role: Role = Role.CLERK) -> str:
    return operations.add_staff(NewStaff(login, role, name="李四"), by="system:test", now=NOW)


def refusal(password: str, *, login: str = "li", now: datetime = NOW) -> str:
    with pytest.raises(LoginRefused) as refused:
        operations.log_in(login, password, now=now)
    return refused.value.message


def test_a_new_member_of_staff_logs_in_with_the_first_password_and_must_change_it() -> None:
    password = add()
    staff = operations.log_in("li", password, now=NOW)
    assert (staff.must_change_password, staff.role, staff.is_staff, staff.last_login) == (True, "clerk", False, NOW)
    operations.change_password("li", old=password, new="kq7#mmm-2026", now=NOW)
    assert refusal(password) == WRONG_LOGIN
    assert not operations.log_in("li", "kq7#mmm-2026", now=NOW).must_change_password
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == [
        "staff.added",
        "staff.logged_in",
        "staff.password_changed",
        "staff.login_failed",
        "staff.logged_in",
    ]


def test_a_sample_account_keeps_its_password() -> None:
    operations.add_staff(NewStaff("demo", Role.CLERK), by="system:test", now=NOW, password="sample-account")
    assert not operations.log_in("demo", "sample-account", now=NOW).must_change_password


def test_an_unknown_login_is_told_the_same_as_a_wrong_password() -> None:
    add()
    for login, password in [("li", "x"), ("nobody", "x"), ("", ""), ("x" * 1_000, "x"), ("li", "x" * 100_000)]:
        assert refusal(password, login=login) == WRONG_LOGIN


def test_five_failures_lock_for_a_quarter_of_an_hour_even_with_the_right_password() -> None:
    password = add()
    assert [refusal("x") for _ in range(4)] == [WRONG_LOGIN] * 4
    assert refusal("x") == LOCKED
    assert refusal(password, now=NOW + timedelta(minutes=14, seconds=59)) == LOCKED
    assert operations.log_in("li", password, now=NOW + timedelta(minutes=15)).failures == 0
    assert refusal("x") == WRONG_LOGIN


def test_a_lock_can_be_lifted() -> None:
    password = add()
    for _ in range(5):
        refusal("x")
    operations.unlock("li", by="staff:anquan", now=NOW)
    assert operations.log_in("li", password, now=NOW).failures == 0


def test_a_reset_password_replaces_the_old_one() -> None:
    old = add()
    new = operations.reset_password("li", by="staff:anquan", now=NOW)
    assert refusal(old) == WRONG_LOGIN
    assert operations.log_in("li", new, now=NOW).must_change_password


def test_an_account_that_was_closed_cannot_log_in() -> None:
    password = add()
    Staff.objects.update(is_active=False)
    assert refusal(password) == WRONG_LOGIN
    with pytest.raises(operations.UnknownStaff):
        operations.issue_staff_token("li", by="system:test", now=NOW)


@pytest.mark.parametrize("new", ["short", "1234567890", "password123", "li-li-li"])
def test_a_weak_password_is_refused(new: str) -> None:
    password = add()
    with pytest.raises(InvalidInput, match="weak"):
        operations.change_password("li", old=password, new=new, now=NOW)


def test_a_password_is_changed_only_with_the_old_one_and_to_another() -> None:
    password = add()
    with pytest.raises(InvalidInput, match="wrong"):
        operations.change_password("li", old="x", new="kq7#mmm-2026", now=NOW)
    with pytest.raises(InvalidInput, match="same"):
        operations.change_password("li", old=password, new=password, now=NOW)


def test_an_api_token_is_its_member_of_staff_until_revoked() -> None:
    add()
    token = operations.issue_staff_token("li", by="system:test", now=NOW)
    staff = queries.staff_of_token(token)
    assert (staff.login, staff.name, staff.role, staff.by) == ("li", "李四", Role.CLERK, "staff:li")
    assert operations.revoke_staff_tokens("li", by="system:test", now=NOW) == 1
    for bad in (token, "", "\ud800"):
        with pytest.raises(NotAuthorised):
            queries.staff_of_token(bad)


def test_only_the_system_administrator_enters_the_reference_data() -> None:
    for role in Role:
        add(role.value, role)
    assert list(Staff.objects.filter(is_staff=True).values_list("role", flat=True)) == ["system_admin"]


def test_the_invariants_of_people_hold() -> None:
    add()
    assert queries.broken_invariants() == []
    Staff.objects.update(role="emperor")
    assert queries.broken_invariants() == ["staff li has an unknown role"]

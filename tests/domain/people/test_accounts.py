"""Accounts as the security administrator keeps them: all recorded, nothing done to one's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories import Hall, instant, make_hall
from yueban.domain.audit.models import Event
from yueban.domain.people import operations, queries
from yueban.domain.people.models import Staff
from yueban.domain.people.operations import NewStaff, accounts
from yueban.domain.people.operations.accounts import Post
from yueban.domain.people.rules import (
    WRONG_LOGIN,
    LoginRefused,
    NotAuthorised,
    OwnAccount,
    Role,
    Scope,
    StaffIdentity,
)
from yueban.kernel.errors import InvalidInput

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-27 09:00")
ADMIN = StaffIdentity(1, "anquan", "样例安全", Role.SECURITY_ADMIN, Scope())


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def clerk(hall: Hall, login: str = "li") -> str:
    new = NewStaff(login, Role.CLERK, name="样例李四", centre_id=hall.centre.pk)
    return accounts.open_account(new, by=ADMIN, now=NOW)


def events() -> list[tuple[str, str, object]]:
    rows = Event.objects.filter(kind__startswith="staff.").order_by("id").values_list("kind", "by", "data")
    return [(kind, by, data.get("login")) for kind, by, data in rows if kind != "staff.logged_in"]


def browser(login: str = "li") -> Client:
    made = Client()
    made.force_login(Staff.objects.get(username=login))
    Staff.objects.filter(username=login).update(must_change_password=False)
    return made


def test_an_opened_account_enters_with_its_first_password(hall: Hall) -> None:
    password = clerk(hall)
    found = operations.log_in("li", password, now=NOW)
    assert (found.role, found.centre_id, found.must_change_password) == ("clerk", hall.centre.pk, True)
    assert events() == [("staff.added", "staff:anquan", "li")]


@pytest.mark.parametrize(
    ("login", "name", "fields"),
    [
        ("", "样例", {"login"}),
        ("李四", "样例", {"login"}),
        ("-li", "样例", {"login"}),
        ("x" * 151, "样例", {"login"}),
        ("li\n", "样例", {"login"}),
        ("li", "", {"name"}),
        ("li", "字" * 51, {"name"}),
        ("li li", "\x07", {"login", "name"}),
    ],
)
def test_everything_wrong_with_a_new_account_is_said_at_once(
    hall: Hall, login: str, name: str, fields: set[str]
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        accounts.open_account(NewStaff(login, Role.CLERK, name, hall.centre.pk), by=ADMIN, now=NOW)
    assert {error.field for error in wrong.value.errors} == fields
    assert not Staff.objects.exists()


def test_a_login_is_given_once(hall: Hall) -> None:
    clerk(hall)
    with pytest.raises(InvalidInput, match="taken"):
        clerk(hall)


def test_another_post_ends_the_sessions_and_holds_for_the_tokens_at_once(hall: Hall) -> None:
    clerk(hall)
    token = accounts.issue_token("li", by=ADMIN, now=NOW)
    session = browser()
    assert session.get("/staff/").status_code == 200
    accounts.change_post("li", Post(Role.GUIDE, Scope(hall.centre.pk)), by=ADMIN, now=NOW)
    assert session.get("/staff/").status_code == 302
    assert queries.staff_of_token(token).role is Role.GUIDE
    changed = Event.objects.get(kind="staff.post_changed")
    assert changed.data["before"] == {"role": "clerk", "centre": hall.centre.pk, "department": None}


def test_the_reference_data_opens_and_closes_with_the_role(hall: Hall) -> None:
    clerk(hall)
    accounts.change_post("li", Post(Role.SYSTEM_ADMIN, Scope()), by=ADMIN, now=NOW)
    assert Staff.objects.get().is_staff
    accounts.change_post("li", Post(Role.CLERK, Scope(hall.centre.pk)), by=ADMIN, now=NOW)
    assert not Staff.objects.get().is_staff


def test_a_post_without_its_place_is_refused(hall: Hall) -> None:
    clerk(hall)
    with pytest.raises(InvalidInput, match="place"):
        accounts.change_post("li", Post(Role.DEPARTMENT_MANAGER, Scope(hall.centre.pk)), by=ADMIN, now=NOW)
    assert Staff.objects.get().role == "clerk"


def test_a_closed_account_has_no_login_no_session_and_no_token(hall: Hall) -> None:
    password = clerk(hall)
    token = accounts.issue_token("li", by=ADMIN, now=NOW)
    session = browser()
    accounts.close_account("li", by=ADMIN, now=NOW)
    assert session.get("/staff/").status_code == 302
    with pytest.raises(NotAuthorised):
        queries.staff_of_token(token)
    with pytest.raises(LoginRefused, match=WRONG_LOGIN):
        operations.log_in("li", password, now=NOW)
    with pytest.raises(operations.UnknownStaff):
        accounts.close_account("li", by=ADMIN, now=NOW)


def test_a_reopened_account_begins_anew(hall: Hall) -> None:
    old = clerk(hall)
    session = browser()
    token = accounts.issue_token("li", by=ADMIN, now=NOW)
    accounts.close_account("li", by=ADMIN, now=NOW)
    new = accounts.reopen_account("li", by=ADMIN, now=NOW)
    assert session.get("/staff/").status_code == 302
    with pytest.raises(NotAuthorised):
        queries.staff_of_token(token)
    with pytest.raises(LoginRefused):
        operations.log_in("li", old, now=NOW)
    assert operations.log_in("li", new, now=NOW).must_change_password
    with pytest.raises(operations.UnknownStaff):
        accounts.reopen_account("li", by=ADMIN, now=NOW)


@pytest.mark.parametrize("act", [accounts.end_sessions, accounts.reset_password])
def test_sessions_end_everywhere(hall: Hall, act: Callable[..., object]) -> None:
    clerk(hall)
    sessions = [browser(), browser()]
    act("li", by=ADMIN, now=NOW)
    assert [each.get("/staff/").status_code for each in sessions] == [302, 302]


def test_a_session_ends_when_its_password_is_changed_elsewhere(hall: Hall) -> None:
    password = clerk(hall)
    here, there = browser(), browser()
    change = {"old": password, "new": "kq7#mmm-2026", "again": "kq7#mmm-2026"}
    assert here.post("/staff/password", change).status_code == 302
    assert [here.get("/staff/").status_code, there.get("/staff/").status_code] == [200, 302]


def test_every_act_is_in_the_log_with_who_and_whom(hall: Hall) -> None:
    clerk(hall)
    accounts.unlock("li", by=ADMIN, now=NOW)
    accounts.reset_password("li", by=ADMIN, now=NOW)
    accounts.issue_token("li", by=ADMIN, now=NOW)
    assert accounts.revoke_tokens("li", by=ADMIN, now=NOW) == 1
    accounts.end_sessions("li", by=ADMIN, now=NOW)
    accounts.close_account("li", by=ADMIN, now=NOW)
    accounts.reopen_account("li", by=ADMIN, now=NOW)
    kinds = [
        "added", "unlocked", "password_reset", "token_issued", "tokens_revoked", "sessions_ended", "closed", "reopened",
        "password_reset",
    ]  # fmt: skip
    assert events() == [(f"staff.{kind}", "staff:anquan", "li") for kind in kinds]


@pytest.mark.parametrize(
    "act",
    [
        accounts.close_account,
        accounts.reopen_account,
        accounts.unlock,
        accounts.reset_password,
        accounts.issue_token,
        accounts.revoke_tokens,
        accounts.end_sessions,
        lambda login, **more: accounts.change_post(login, Post(Role.SYSTEM_ADMIN, Scope()), **more),
    ],
)
def test_nobody_changes_the_own_account(act: Callable[..., object]) -> None:
    operations.add_staff(NewStaff("anquan", Role.SECURITY_ADMIN), by="test", now=NOW)
    before = Staff.objects.values().get()
    with pytest.raises(OwnAccount):
        act("anquan", by=ADMIN, now=NOW)
    assert Staff.objects.values().get() == before
    assert events() == [("staff.added", "test", "anquan")]


@pytest.mark.parametrize("login", ["nobody", "", "\0", "x" * 500])
def test_an_account_that_is_none_is_unknown(login: str) -> None:
    with pytest.raises(operations.UnknownStaff):
        accounts.unlock(login, by=ADMIN, now=NOW)

"""Staff enter, change a first password, leave; and are kept out of what is not theirs."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

from yueban.domain.audit.models import Event
from yueban.domain.people import operations
from yueban.domain.people.models import Staff
from yueban.domain.people.operations import NewStaff
from yueban.domain.people.rules import Permission, Role
from yueban.kernel import clock
from yueban.surfaces.access import requires

pytestmark = pytest.mark.django_db

NEW = "kq7#mmm-2026"


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def add(login: str = "li", role: Role = Role.CLERK, password: str | None = NEW) -> str:
    return operations.add_staff(NewStaff(login, role), by="system:test", now=clock.now(), password=password)


def enter(client: Client, password: str = NEW, *, login: str = "li", **more: str) -> HttpResponse:
    return client.post("/staff/login", {"username": login, "password": password, **more})  # type: ignore[return-value]


def test_a_clerk_enters_and_lands_at_the_counters(client: Client) -> None:
    add()
    assert client.get("/staff/login").status_code == 200
    assert enter(client).headers["location"] == "/counter/"
    page = client.get("/staff/")
    assert "窗口人员" in page.content.decode()
    assert "叫号、受理、办结" in page.content.decode()


@pytest.mark.parametrize(
    ("role", "landing"),
    [
        (Role.GUIDE, "/counter/guide/"),
        (Role.SUPERVISOR, "/display/"),
        (Role.SYSTEM_ADMIN, "/admin/"),
        (Role.SECURITY_ADMIN, "/office/staff/"),
        (Role.AUDIT_ADMIN, "/office/audit/"),
    ],
)
def test_everybody_lands_where_they_work(client: Client, role: Role, landing: str) -> None:
    add(role=role)
    assert enter(client).headers["location"] == landing


def test_a_wrong_password_is_told_on_the_page_and_the_login_kept(client: Client) -> None:
    add()
    page = enter(client, "wrong")
    assert page.status_code == 200
    assert "账号或密码不正确。" in page.content.decode()
    assert 'value="li"' in page.content.decode()
    assert "sessionid" not in client.cookies


def test_the_fifth_failure_says_that_the_account_is_locked(client: Client) -> None:
    add()
    pages = [enter(client, "wrong").content.decode() for _ in range(5)]
    assert ["已锁定，请 15 分钟后再试" in page for page in pages] == [False] * 4 + [True]
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize(
    ("wanted", "landing"),
    [
        ("/counter/7/", "/counter/7/"),
        ("https://evil.example/", "/counter/"),
        ("//evil.example", "/counter/"),
        ("javascript:x", "/counter/"),
        ("home", "/counter/"),
        ("?next=x", "/counter/"),
        ("#", "/counter/"),
    ],
)
def test_after_the_login_one_goes_where_one_wanted_if_that_is_ours(client: Client, wanted: str, landing: str) -> None:
    add()
    assert enter(client, next=wanted).headers["location"] == landing


@pytest.mark.parametrize("login", ["\0", "li\0", "x" * 5000, "李"])
def test_a_login_that_can_be_nobodys_is_only_wrong(client: Client, login: str) -> None:
    add()
    assert "账号或密码不正确。" in enter(client, login=login).content.decode()


def test_a_first_password_is_changed_before_anything_else(client: Client) -> None:
    first = add(password=None)
    assert enter(client, first).headers["location"] == "/staff/password"
    assert client.get("/counter/").headers["location"] == "/staff/password"
    change = {"old": first, "new": NEW, "again": "another"}
    assert "两次输入的新密码不一致。" in client.post("/staff/password", change).content.decode()
    assert (
        "新密码不能与原密码相同。"
        in client.post("/staff/password", {"old": first, "new": first, "again": first}).content.decode()
    )
    assert client.post("/staff/password", change | {"again": NEW}).headers["location"] == "/counter/"
    assert client.get("/staff/").status_code == 200


def test_leaving_ends_the_session_and_is_recorded(client: Client) -> None:
    add()
    enter(client)
    assert client.get("/staff/logout").status_code == 405
    assert client.post("/staff/logout").headers["location"] == "/staff/login"
    assert client.get("/staff/").headers["location"] == "/staff/login?next=/staff/"
    assert Event.objects.filter(kind="staff.logged_out", by="staff:li").exists()


def test_a_session_ends_after_thirty_idle_minutes_and_work_prolongs_it(client: Client) -> None:
    add()
    enter(client)
    session = client.session
    assert session.get_expiry_age() == 30 * 60
    session["staff_seen"] = 0
    session.save()
    client.get("/staff/")
    assert client.session["staff_seen"] > 0
    row = Session.objects.get()
    assert row.expire_date - timezone.now() > timedelta(minutes=29)  # noqa: TID251 - sessions run on real time
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))  # noqa: TID251 - the same
    assert client.get("/staff/").status_code == 302


def test_a_form_without_its_token_is_refused() -> None:
    add()
    assert enter(Client(enforce_csrf_checks=True)).status_code == 403


@requires(Permission.CALL)
def call(request: HttpRequest) -> HttpResponse:
    """A page of the counters."""
    return HttpResponse(request.user.get_username())


def visit(login: str | None) -> HttpResponse:
    request = RequestFactory().get("/counter/")
    request.user = Staff.objects.get(username=login) if login else AnonymousUser()
    return call(request)


def test_a_page_is_for_those_with_its_permission() -> None:
    add("clerk")
    add("guide", Role.GUIDE)
    add("stranger", Role.CLERK)
    Staff.objects.filter(username="stranger").update(role="")
    assert visit("clerk").content == b"clerk"
    assert visit(None).headers["location"] == "/staff/login?next=/counter/"
    for login in ("guide", "stranger"):
        with pytest.raises(PermissionDenied):
            visit(login)


def test_the_admin_has_no_login_of_its_own(client: Client) -> None:
    assert client.get("/admin/login/?next=/admin/").headers["location"] == "/staff/login?next=/admin/"


def test_whoever_asks_django_to_authenticate_counts_failures_too() -> None:
    add()
    assert authenticate(username="li", password=NEW) == Staff.objects.get()
    assert authenticate(username="li") is None
    assert [authenticate(username="li", password="wrong") for _ in range(5)] == [None] * 5
    assert authenticate(username="li", password=NEW) is None


def test_staff_who_meet_a_closed_door_are_told_whom_to_ask_and_led_to_their_own_pages(client: Client) -> None:
    add(role=Role.AUDIT_ADMIN)
    enter(client)
    closed, missing = client.get("/office/staff/"), client.get("/office/none/")
    assert [closed.status_code, missing.status_code] == [403, 404]
    assert "请找安全管理员调整角色" in closed.content.decode()
    assert "网址或号码可能写错了" in missing.content.decode()
    for page in (closed, missing):
        assert 'href="/staff/"' in page.content.decode()
        assert "看我的预约" not in page.content.decode()

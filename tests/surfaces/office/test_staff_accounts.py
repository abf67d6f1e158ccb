"""The security administrator's pages: list, open, move, close; a secret is shown once; nobody else gets in."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from tests.factories import Hall, instant, make_hall
from yueban.domain.audit.models import Event
from yueban.domain.people import operations as people
from yueban.domain.people import queries
from yueban.domain.people.models import Staff
from yueban.domain.people.operations import NewStaff
from yueban.domain.people.rules import Permission, Role, may

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-26 12:00")


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def browser(role: Role, login: str = "") -> Client:
    login = login or role.value
    people.add_staff(NewStaff(login, role, name="样例职员"), by="test", now=NOW, password="right-right-right")
    made = Client()
    made.force_login(Staff.objects.get(username=login))
    return made


@pytest.fixture
def admin() -> Client:
    return browser(Role.SECURITY_ADMIN, "anquan")


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def form(**fields: str) -> dict[str, str]:
    return {"login": "lisi", "name": "样例李四", "role": "clerk", "centre": "hall", "department": ""} | fields


def test_an_account_is_opened_and_its_password_shown_once(hall: Hall, admin: Client) -> None:
    answer = admin.post("/office/staff/add", form(department="dept"))
    password = answer.context["secret"]
    assert password in words(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert password not in words(admin.get("/office/staff/account/lisi"))
    found = people.log_in("lisi", password, now=NOW)
    assert (found.centre_id, found.department_id) == (hall.centre.pk, hall.matter.department_id)
    assert "lisi" in words(admin.get("/office/staff/"))


def test_what_was_typed_stays_beside_its_error(hall: Hall, admin: Client) -> None:
    answer = admin.post("/office/staff/add", form(login="李四", centre=""))
    assert answer.status_code == 409
    assert "这个角色要选一个中心。" in words(answer)
    assert 'value="李四"' in words(answer)
    assert 'value="样例李四"' in words(answer)


@pytest.mark.parametrize(
    "field", [{"role": "emperor"}, {"centre": "nowhere"}, {"department": "none"}, {"centre": "\0"}]
)
def test_what_is_none_of_the_choices_is_refused(hall: Hall, admin: Client, field: dict[str, str]) -> None:
    assert admin.post("/office/staff/add", form(**field)).status_code == 404
    assert not Staff.objects.filter(username="lisi").exists()


def test_every_act_of_an_account_works_and_is_said(hall: Hall, admin: Client) -> None:
    admin.post("/office/staff/add", form())
    at = "/office/staff/account/lisi"
    Staff.objects.filter(username="lisi").update(failures=5, locked_until=instant("2100-01-01"))
    assert "已锁定" in words(admin.get(at))
    said = {}
    for action in ("unlock", "token", "revoke-tokens", "end-sessions", "reset", "close", "reopen"):
        answer = admin.post(f"{at}/{action}", follow=True)
        said[action] = (answer.status_code, bool(answer.context["secret"]))
    secrets = {"token", "reset", "reopen"}
    assert said == {action: (200, action in secrets) for action in said}
    assert queries.account("lisi").open
    kinds = Event.objects.filter(by="staff:anquan").order_by("id").values_list("kind", flat=True)
    assert list(kinds)[:3] == ["staff.added", "staff.unlocked", "staff.token_issued"]
    assert admin.post(f"{at}/nonsense").status_code == 404
    assert admin.get(f"{at}/close").status_code == 405
    assert admin.post("/office/staff/account/nobody/close").status_code == 404
    assert admin.get("/office/staff/account/nobody").status_code == 404


def test_a_role_is_changed_with_its_place(hall: Hall, admin: Client) -> None:
    admin.post("/office/staff/add", form())
    at = "/office/staff/account/lisi"
    refused = admin.post(f"{at}/post", {"role": "department_manager", "centre": "hall", "department": ""})
    assert (refused.status_code, "部门负责人要选一个部门。" in words(refused)) == (409, True)
    moved = admin.post(
        f"{at}/post", {"role": "department_manager", "centre": "hall", "department": "dept"}, follow=True
    )
    assert "部门负责人" in words(moved)
    assert Staff.objects.get(username="lisi").role == "department_manager"


@pytest.mark.parametrize("act", ["close", "reset", "token", "unlock", "end-sessions", "revoke-tokens", "reopen"])
def test_the_own_account_is_another_administrators_matter(hall: Hall, admin: Client, act: str) -> None:
    before = Staff.objects.values().get(username="anquan")
    answer = admin.post(f"/office/staff/account/anquan/{act}")
    assert (answer.status_code, "请由另一位安全管理员办理" in words(answer)) == (409, True)
    promoted = admin.post("/office/staff/account/anquan/post", {"role": "audit_admin", "centre": "", "department": ""})
    assert promoted.status_code == 409
    assert Staff.objects.values().get(username="anquan") == before


def test_accounts_are_found_by_what_is_known_of_them(hall: Hall, admin: Client) -> None:
    admin.post("/office/staff/add", form())
    admin.post("/office/staff/add", form(login="wangwu", name="样例王五", role="guide"))
    admin.post("/office/staff/account/wangwu/close")

    def found(**asked: str) -> set[str]:
        rows = admin.get("/office/staff/", asked).context["rows"]
        return {row["account"].login for row in rows}

    assert found() == {"anquan", "lisi"}
    assert found(q="李四") == found(q="LISI") == found(role="clerk") == found(centre="hall") == {"lisi"}
    assert found(closed="1") == {"wangwu"}
    assert found(q="\0", role="emperor") == set()


def test_only_the_security_administrator_keeps_accounts(hall: Hall, admin: Client) -> None:
    admin.post("/office/staff/add", form())
    for role in Role:
        if may(role, Permission.MANAGE_STAFF):
            continue
        other = browser(role)
        paths = ["/office/staff/", "/office/staff/add", "/office/staff/account/lisi"]
        assert {other.get(path).status_code for path in paths} == {403}, role
        assert other.post("/office/staff/account/lisi/reset").status_code == 403
        assert other.post("/office/staff/account/lisi/post", form()).status_code == 403


def test_the_list_asks_the_database_as_often_for_three_as_for_one(hall: Hall, admin: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin.get("/office/staff/")
        return len(captured)

    admin.post("/office/staff/add", form())
    admin.get("/office/staff/")
    one = count()
    for n in range(3):
        admin.post("/office/staff/add", form(login=f"more{n}"))
    assert count() == one

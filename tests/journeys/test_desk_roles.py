"""Who may do what: an account opened by the security administrator, its owner's first day, and what the log says."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import CONSOLE, ENGLISH, Visitor
from tests.journeys.channel import App
from tests.journeys.citizen import citizen
from tests.journeys.hall import log_in
from tests.stack import Stack

MORNING = "2026-11-27T09:00:00+08:00"
OWN = "kq7#mmm-2026"
"""The password that the new clerk takes."""


def enter(staff: Visitor, login: str, password: str) -> None:
    """Log in with what was written on a slip of paper."""
    staff.open("/staff/login")
    staff.page.fill("#username", login)
    staff.page.fill("#password", password)
    staff.go(staff.button("登录"))


def open_account(admin: Visitor, login: str) -> str:
    """Open an account of a clerk of 公安户政 and give the first password from the page."""
    admin.open("/staff/login")
    log_in(admin, "security")
    assert admin.page.url.endswith("/office/staff/")
    admin.go(admin.link("新增账号"))
    admin.page.fill("#login", login)
    admin.page.fill("#name", "样例新职员")
    admin.page.select_option("#centre", "sq-county")
    admin.page.select_option("#department", "gongan-huzheng")
    admin.go(admin.button("新增账号"))
    return admin.page.locator(".accounts__code").inner_text()


def tabs(staff: Visitor) -> set[str]:
    """Where the tabs of the working pages lead."""
    links = staff.page.locator(".work__tabs a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    return set(links)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_new_clerk_begins_and_the_log_remembers(arrive: Callable[..., Visitor], app: App, script: bool) -> None:  # noqa: FBT001
    login, who, hour = ("lisi", citizen(61), "09:30") if script else ("wangwu", citizen(62), "10:30")
    code, number = app.book(who, "2026-11-30", hour), who.number
    admin = arrive(CONSOLE, script=script)
    first = open_account(admin, login)

    clerk = arrive(CONSOLE, script=script)
    enter(clerk, login, first)
    assert clerk.page.url.endswith("/staff/password")
    for field, typed in {"old": first, "new": OWN, "again": OWN}.items():
        clerk.page.fill(f"#{field}", typed)
    clerk.go(clerk.button("保存"))
    # 户籍, and the counters of enterprises where 公安户政 serves too; no comprehensive one, nobody else's
    expect(clerk.page.locator(".choose__counter .number")).to_have_text(["2", "3", "5", "6", "28", "29", "30"])

    clerk.open(f"/desk/appointments/{code}/")
    assert "/desk/arrivals/" in tabs(clerk)
    assert not {"/office/staff/", "/office/audit/", "/office/hours/"} & tabs(clerk)
    assert number not in clerk.page.content()
    reveal(clerk, script=script)
    assert number in clerk.page.content()
    for path in ("/office/staff/", "/office/audit/"):
        answer = clerk.page.goto(clerk.stack.web + path)
        assert answer is not None
        assert answer.status == 403

    auditor = arrive(CONSOLE, script=script)
    auditor.open("/staff/login")
    log_in(auditor, "audit")
    auditor.page.fill("#who", login)
    auditor.go(auditor.button("查找"))
    kinds = auditor.page.locator("tbody tr td:nth-child(3) .log__kind").all_inner_texts()
    assert kinds == ["person.revealed", "staff.password_changed", "staff.logged_in"]
    assert number not in auditor.page.content()
    assert "核对证件原件" in auditor.page.locator("tbody tr").first.inner_text()


def reveal(clerk: Visitor, *, script: bool) -> None:
    """Ask for the whole number with a reason that is offered."""
    clerk.page.locator(".reveal summary").click()
    clerk.page.get_by_label("核对证件原件").check()
    if script:
        clerk.button("查看").click()
        expect(clerk.page.get_by_role("status")).to_contain_text("已记录这次查看")
        clerk.look()
    else:
        clerk.go(clerk.button("查看"))


def test_a_closed_account_is_out_at_its_next_click(arrive: Callable[..., Visitor], county: Stack) -> None:
    admin, clerk = arrive(CONSOLE), arrive(CONSOLE)
    clerk.open("/staff/login")
    log_in(clerk, "clerk2")
    admin.open("/staff/login")
    log_in(admin, "security")
    admin.page.fill("#q", "clerk2")
    admin.go(admin.button("查找"))
    admin.go(admin.link("clerk2"))
    admin.go(admin.button("停用账号"))
    assert "已停用" in admin.page.locator("h1").inner_text()
    clerk.open("/desk/")
    assert "/staff/login" in clerk.page.url
    admin.go(admin.button("恢复使用"))
    first = admin.page.locator(".accounts__code").inner_text()
    enter(clerk, "clerk2", first)
    assert clerk.page.url.endswith("/staff/password")
    assert county.accounts["clerk2"]["password"] != first


def test_the_table_of_roles_and_the_supervisors_list_read_in_english_too(arrive: Callable[..., Visitor]) -> None:
    someone = arrive(CONSOLE, language=ENGLISH)
    someone.page.context.add_cookies([{"name": "django_language", "value": "en", "url": someone.stack.web}])
    someone.open("/staff/roles")
    log_in(someone, "supervisor")
    rows = someone.page.locator("tbody tr").all_inner_texts()
    assert len(rows) == 9
    assert [row for row in rows if "You" in row and "Supervisor" in row]
    someone.open("/office/reveals/")
    assert re.search(r"\bmasked\b", someone.page.locator("main").inner_text())

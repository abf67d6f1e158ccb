"""Home visits and inspections: arranged at the desk, answered on a phone, driven by a sheet (R3.4)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.factories import phone, resident
from tests.journeys import hall
from tests.journeys.browsing import CONSOLE, PHONE, Visitor

MORNING = "2026-12-07T08:40:00+08:00"
THURSDAY = "2026-12-10"
HOME, INSPECTED = "renshe-qualify", "shijian-food-catering"
TEAMS = {"home": "社保上门组（样例丙）", "proposal": "样例食品查验组（样例甲、样例乙）"}
LINK = r"(/v/[0-9A-Za-z_-]{20})"


@pytest.fixture
def manager(arrive: Callable[..., Visitor]) -> Visitor:
    """The manager of the county's hall, at the desk."""
    visitor = arrive(CONSOLE)
    visitor.open("/desk/visits/")
    hall.log_in(visitor, "manager")
    return visitor


def add_team(manager: Visitor, department: str, name: str, members: str) -> None:
    """Add a team of a department."""
    manager.open("/desk/visits/teams/")
    manager.page.select_option("#department", label=department)
    manager.page.fill("#name", name)
    manager.page.fill("#members", members)
    manager.go(manager.button("添加"))


def fill_in(desk: Visitor, way: str, matter: str, n: int, at: str) -> None:
    """Fill in the form for the n-th sample applicant, up to the time."""
    desk.open(f"/desk/visits/new/?way={way}")
    desk.page.fill("#q", matter)
    desk.go(desk.page.locator("button[name=do][value=look]").nth(1))
    desk.page.fill("#number", resident(n).number)
    desk.page.fill("#name", "样例居民")
    desk.page.fill("#phone", phone(n))
    if way == "home":
        desk.page.get_by_label(desk.say("老年人")).check()
        desk.page.fill("#evidence", "样例：老年人优待证")
    desk.page.select_option("#township", index=3)
    desk.page.fill("#address", "样例村 8 号")
    desk.page.select_option("#team", label=TEAMS[way])
    desk.page.fill("#day", THURSDAY)
    desk.go(desk.button("看空闲时间"))
    wanted = desk.page.locator(f'input[name=at][value="{THURSDAY}T{at}:00+08:00"]')
    if wanted.count():
        wanted.check()
    else:
        desk.page.get_by_label(desk.say("其他时间：")).check()
        desk.page.fill("#clock", at)


def test_a_home_visit_is_arranged_and_a_second_one_at_its_time_is_refused(
    arrive: Callable[..., Visitor], manager: Visitor
) -> None:
    add_team(manager, "沈丘县人力资源和社会保障局", "社保上门组", "样例丙")
    fill_in(manager, "home", HOME, 61, "09:30")
    manager.go(manager.button("登记"))
    expect(manager.page.locator("h1")).to_contain_text("已预约")
    expect(manager.page.locator("main")).to_contain_text("社保上门组")
    path = manager.message(phone(61), rf"已约好12月10日周四09:30-10:30上门办理.*社保上门组前往.*{LINK}")[1]

    fill_in(manager, "home", HOME, 62, "10:00")
    manager.go(manager.button("登记"))
    expect(manager.page.locator(".errors")).to_contain_text("已有安排")
    assert manager.page.input_value("#address") == "样例村 8 号"
    free = manager.page.locator(f'input[name=at][value^="{THURSDAY}T"]').last
    free.check()
    manager.go(manager.button("登记"))
    expect(manager.page.locator("h1")).to_contain_text("已预约")

    applicant = arrive(PHONE)
    applicant.open(path)
    expect(applicant.page.locator("h1")).to_have_text("已约好上门办理")
    assert "样例居民" not in applicant.page.content()

    manager.open(f"/desk/visits/?week={THURSDAY}")
    expect(manager.page.locator(".visits__one")).to_have_count(2)
    manager.go(manager.page.locator(".visits__sheets a").first)
    assert phone(61) not in manager.page.content()
    manager.go(manager.button("显示完整电话和地址（会记录）"))
    expect(manager.page.locator(".route")).to_contain_text("样例村 8 号")
    expect(manager.page.locator(f'a[href="tel:{phone(61)}"]')).to_be_visible()


def test_an_inspection_is_proposed_and_moved_by_the_applicant_on_a_phone(
    arrive: Callable[..., Visitor], manager: Visitor
) -> None:
    fill_in(manager, "proposal", INSPECTED, 63, "09:30")
    manager.page.fill("#organisation", "样例小吃店")
    manager.go(manager.button("发出约定"))
    expect(manager.page.locator("h1")).to_contain_text("待确认")
    code = manager.page.url.rstrip("/").rpartition("/")[2]

    applicant = arrive(PHONE)
    applicant.open(manager.message(phone(63), rf"拟于12月10日周四09:30-10:30现场查验.*{LINK}")[1])
    expect(applicant.page.locator("h1")).to_contain_text("行吗")
    applicant.go(applicant.link("换个时间"))
    applicant.go(applicant.page.locator("button[name=start]").first)
    expect(applicant.page.locator("h1")).to_have_text("已约好现场查验")
    expect(applicant.page.locator(".letter__when")).not_to_contain_text("12月10日")
    applicant.message(phone(63), r"现场查验.*改到12月")

    manager.open(f"/desk/visits/{code}/")
    expect(manager.page.locator("h1")).to_contain_text("已预约")
    expect(manager.page.locator(".desk__history")).to_contain_text("申请人同意查验时间")

    manager.stack.move_to(_moment_of(manager))
    manager.page.reload()
    if manager.page.locator("#username").count():
        hall.log_in(manager, "manager")
    manager.open(f"/desk/visits/{code}/")
    manager.page.get_by_label(manager.say("整改后再验")).check()
    manager.page.fill("#reason", "样例：冷藏柜温度不符")
    manager.go(manager.button("记下结果"))
    expect(manager.page.locator("h1")).to_contain_text("整改后再验")
    applicant.page.reload()
    applicant.look()
    expect(applicant.page.locator("h1")).to_have_text("已经办过了")
    manager.stack.command("check")  # fails with the rows of any invariant that is broken


def _moment_of(visitor: Visitor) -> str:
    """The start of the visit that the page shows, as an instant."""
    shown = visitor.page.locator(".desk__facts time").first.get_attribute("datetime") or ""
    assert re.match(r"2026-12-\d\dT", shown)
    return shown

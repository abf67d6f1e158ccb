"""A weekend session: published by the manager, booked on a phone, withdrawn, and the applicant hears why (R3.3, R4.3)."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.journeys import citizen as steps
from tests.journeys import hall
from tests.journeys.browsing import CONSOLE, ENGLISH, Visitor

MORNING = "2026-11-25T09:00:00+08:00"
SATURDAY = "2026-11-28"
QUEUE = "户籍与身份证"
RARE = "gongan-hukou-change"
"""A matter of the same queue that is no personal high-frequency one."""


def manager_at_the_hours(arrive: Callable[..., Visitor]) -> Visitor:
    manager = arrive(CONSOLE)
    manager.open("/office/hours/")
    hall.log_in(manager, "manager")
    expect(manager.page.locator("h1")).to_have_text("早晚、午间、周末开放")
    return manager


def tick(manager: Visitor, group: str, words: str) -> None:
    """Tick what is called by these words, by the space bar."""
    boxes: Locator = manager.page.locator(f"{group} label", has_text=words).locator("input")
    for n in range(boxes.count()):
        boxes.nth(n).focus()
        manager.page.keyboard.press("Space")


def publish_weekend(manager: Visitor) -> None:
    """Write the form by keyboard beside its live preview, check, publish."""
    manager.go(manager.link("周末办"))
    expect(manager.page.locator("#first")).to_have_value(SATURDAY)
    manager.page.fill("#start", "09:00")
    tick(manager, "#queues", QUEUE)
    tick(manager, "#counters", QUEUE)
    expect(manager.page.locator("#preview")).to_contain_text(re.compile(r"4 天，共 \d+ 个名额"))
    expect(manager.page.locator("#preview .notice--lost")).to_have_count(0)
    manager.go(manager.button("存为草稿，去核对"))
    manager.go(manager.button("发布"))
    expect(manager.page.locator(".notice--done")).to_contain_text("已发布")


def withdraw(manager: Visitor, code: str) -> None:
    """See whom it reaches, say why, read what became of each."""
    manager.open("/office/hours/")
    expect(manager.page.locator("main")).to_contain_text(re.compile(r"1／\d+"))
    manager.go(manager.page.locator("table a", has_text="周末办"))
    manager.go(manager.link("撤回"))
    expect(manager.page.locator(".notice--lost")).to_contain_text("有 1 个预约会取消")
    manager.page.fill("#reason", "设备检修")
    manager.go(manager.page.get_by_role("button", name="撤回并取消 1 个预约"))
    expect(manager.page.locator("h1")).to_contain_text("已撤回")
    expect(manager.page.locator("table")).to_contain_text(f"{code[:4]} {code[4:]}")


def is_refused_another_matter(other: Visitor) -> None:
    """Saturday is shown, with the reason and its clause."""
    other.open(f"/book/matter/{RARE}/{steps.COUNTY_HALL}/?day={SATURDAY}")
    notice = other.page.locator(".notice").first
    expect(notice).to_contain_text("这天不办这个事项")
    expect(notice).to_contain_text("周末只办理个人高频事项，请选工作日。（制度三（三））")
    expect(other.page.locator("button.hour")).to_have_count(0)
    expect(other.page.locator(".hour--closed .tag").first).to_have_text("周末")


def test_r3_3_a_weekend_session_is_published_booked_and_withdrawn(arrive: Callable[..., Visitor]) -> None:
    manager, citizen, who = manager_at_the_hours(arrive), arrive(), steps.citizen(71)
    publish_weekend(manager)
    code = steps.book(citizen, who, SATURDAY, "09:00")
    citizen.message(who.phone, rf"{code[:4]}\s*{code[4:]}")
    is_refused_another_matter(arrive())
    withdraw(manager, code)
    citizen.message(who.phone, r"设备检修[\s\S]*/r/\S+")
    citizen.open(f"/book/matter/{steps.MATTER}/{steps.COUNTY_HALL}/?day={SATURDAY}")
    expect(citizen.page.locator("button.hour")).to_have_count(0)


def test_an_opening_is_made_without_javascript(arrive: Callable[..., Visitor]) -> None:
    manager = arrive(CONSOLE, script=False)
    manager.open("/office/hours/")
    hall.log_in(manager, "manager")
    manager.go(manager.link("晚间延时办"))
    manager.page.locator("#queues label", has_text=QUEUE).locator("input").check()
    manager.page.locator("#counters label", has_text=QUEUE).locator("input").first.check()
    manager.page.fill("#end", "18:31")
    manager.go(manager.button("预览"))
    expect(manager.page.locator("#preview")).to_contain_text("晚间只能在下午下班后 60 分钟以内，也就是 17:30–18:30")
    expect(manager.page.locator("#end")).to_have_value("18:31")
    manager.page.fill("#end", "18:30")
    manager.go(manager.button("存为草稿，去核对"))
    manager.go(manager.button("发布"))
    expect(manager.page.locator(".notice--done")).to_contain_text("已发布")


def test_an_english_reading_manager_finds_everything_in_english(arrive: Callable[..., Visitor]) -> None:
    manager = arrive(CONSOLE, language=ENGLISH)
    manager.page.context.add_cookies([{"name": "django_language", "value": "en", "url": manager.stack.web}])
    manager.open("/staff/login?next=/office/hours/")
    hall.log_in(manager, "manager")
    manager.go(manager.link("午间不间断办"))
    manager.page.locator("#queues label").first.click()
    manager.page.locator("#counters label").first.click()
    expect(manager.page.locator("#preview table").first).to_be_visible()
    manager.look()
    manager.go(manager.button("存为草稿，去核对"))
    assert manager.reads("发布后会是这样")

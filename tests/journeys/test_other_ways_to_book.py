"""Booking without JavaScript, by keyboard alone, and with everything twice as large."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys import citizen as steps
from tests.journeys.browsing import DESKTOP, ENGLISH, PHONE, Visitor

THURSDAY = "2026-12-03"
MORNING = f"{THURSDAY}T07:55:00+08:00"
TWICE = (DESKTOP[0] // 2, DESKTOP[1] // 2)
SMALLEST = (320, 640)
PAGES = [
    "/",
    "/search/?q=sfz",
    "/search/?q=飞碟",
    "/services/",
    "/departments/",
    "/matters/",
    "/matters/?for=enterprise",
    "/matters/minzheng-temp-aid/",
    "/packages/",
    "/centres/",
    "/help/",
    "/regulation/",
    "/me/login/",
    f"/book/matter/{steps.MATTER}/",
    f"/book/matter/{steps.MATTER}/{steps.COUNTY_HALL}/?day=2026-12-05",
]


def test_everything_up_to_the_number_works_without_javascript(arrive: Callable[..., Visitor]) -> None:
    citizen = arrive(script=False)
    steps.find_matter(citizen)
    steps.choose_hour(citizen, THURSDAY, "14:30")
    who = steps.citizen(11, "样例老人")
    citizen.page.fill("#name", "1")
    citizen.go(citizen.button("下一步"))
    expect(citizen.page.locator("#errors")).to_contain_text("处要改")
    expect(citizen.page.locator("#name")).to_have_attribute("aria-invalid", "true")
    steps.say_who(citizen, who)
    code = steps.confirm(citizen)
    citizen.go(citizen.link("查看、改期、取消"))
    expect(citizen.page.locator("#code")).to_have_text(f"{code[:4]} {code[4:]}")
    citizen.go(citizen.link("取消预约"))
    citizen.go(citizen.button("取消预约"))
    expect(citizen.page.locator("h1")).to_have_text("已取消")


def test_one_can_book_with_the_keyboard_alone(arrive: Callable[..., Visitor]) -> None:
    citizen, who = arrive(DESKTOP), steps.citizen(12, "样例青年")
    citizen.open("/")
    tab_to(citizen, citizen.page.locator("#q"))
    citizen.page.keyboard.type("sfzhl")
    enter(citizen)
    for wanted in (f'a[href="/matters/{steps.MATTER}/"]', f'a[href="/book/matter/{steps.MATTER}/"]'):
        tab_to(citizen, citizen.page.locator(wanted))
        enter(citizen)
    tab_to(citizen, citizen.page.locator(f'a[href="/book/matter/{steps.MATTER}/{steps.COUNTY_HALL}/"]'))
    enter(citizen)
    tab_to(citizen, citizen.page.locator("button.hour", has_text="14:30–"))
    enter(citizen)
    for name, text in (("#name", who.name), ("#number", who.number), ("#phone", who.phone)):
        tab_to(citizen, citizen.page.locator(name))
        citizen.page.keyboard.type(text)
    tab_to(citizen, citizen.button("发验证码"))
    enter(citizen)
    tab_to(citizen, citizen.page.locator("#code"))
    citizen.page.keyboard.type(citizen.message(who.phone, steps.CODE)[1])
    enter(citizen)
    tab_to(citizen, citizen.button("确认预约"))
    enter(citizen)
    steps.number_on(citizen)


def tab_to(visitor: Visitor, target: Locator) -> None:
    """Press Tab until it has the focus, and see that one can see so."""
    for _ in range(120):
        visitor.page.keyboard.press("Tab")
        if target.evaluate("(wanted) => wanted === document.activeElement"):
            width = target.evaluate("(wanted) => parseFloat(getComputedStyle(wanted).outlineWidth)")
            assert width >= 2, "the focus cannot be seen"
            return
    raise AssertionError(f"the keyboard never reaches {target}")


def enter(visitor: Visitor) -> None:
    """Press Enter, which leads to another page."""
    with visitor.going():
        visitor.page.keyboard.press("Enter")


@pytest.mark.parametrize("size", [TWICE, SMALLEST], ids=["200%", "the smallest phone"])
@pytest.mark.parametrize("elder", ["0", "1"], ids=["as it is", "elder mode"])
def test_no_page_scrolls_sideways_when_enlarged(
    arrive: Callable[..., Visitor], size: tuple[int, int], elder: str
) -> None:
    citizen = arrive(size)
    citizen.page.context.add_cookies([{"name": "elder", "value": elder, "url": citizen.stack.web}])
    for path in PAGES:
        citizen.open(path)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_has_its_english_and_says_what_is_chinese(
    arrive: Callable[..., Visitor], size: tuple[int, int]
) -> None:
    citizen = arrive(size, language=ENGLISH)
    citizen.page.context.add_cookies([{"name": "django_language", "value": "en", "url": citizen.stack.web}])
    for path in PAGES:
        citizen.open(path)
        assert not re.search(r"[\u4e00-\u9fff]", citizen.page.title().split(" · ")[-1])

# ruff: noqa: INP001 - a script of the checkout, in no package
"""Take the pictures of README anew, on a stack of its own: `.venv/bin/python -m tools.screenshots`.

A citizen books on a Monday morning, the hall fills, and every page is photographed at its real size.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, Page, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yueban.config.settings")
django.setup()

from tests.factories import phone  # noqa: E402
from tests.journeys import citizen, desk, hall  # noqa: E402 - they need Django's settings
from tests.journeys.browsing import BOARD, KIOSK, PHONE, Visitor, visitor_in  # noqa: E402
from tests.journeys.channel import App  # noqa: E402
from tests.stack import Stack  # noqa: E402

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
MORNING, NOON, DAY = "2026-11-30T07:55:00+08:00", "2026-11-30T10:42:00+08:00", "2026-11-30"
LARGEST = 150_000
STREAMING = {"board", "counter-screen", "rating"}
"""Pages that never fall silent."""


class Studio:
    """Visitors of a stack whose pages can be photographed."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        """Remember what visitors need."""
        self.browser, self.stack = browser, stack

    def arrive(self, size: tuple[int, int] = PHONE, *, scale: float = 1, **options: Any) -> Visitor:
        """Let a visitor in."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=scale,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        return visitor_in(context, self.stack, **options)


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    stack = Stack(clock=MORNING)
    try:
        stack.start()
        with browser() as running:
            studio = Studio(running, stack)
            phone, code = book(studio)
            other_modes(studio)
            at_the_desk(studio)
            a_counter_cancels(studio)
            for_managers(studio)
            stack.move_to(NOON)
            in_the_hall(studio, phone, code)
    finally:
        stack.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)


def take(page: Page, name: str) -> None:
    """Photograph what is on the screen."""
    page.wait_for_load_state("networkidle") if name not in STREAMING else None
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    size = path.stat().st_size
    sys.stdout.write(f"{path.name}: {size // 1000} kB\n")
    if size > LARGEST:
        raise SystemExit(f"{path.name} is larger than {LARGEST // 1000} kB")


def book(studio: Studio) -> tuple[Visitor, str]:
    """From the home page to the number; gives the visitor and the number."""
    phone, who = studio.arrive(), citizen.citizen(1, "样例居民")
    phone.open("/")
    take(phone.page, "portal-home")
    phone.open(f"/matters/{citizen.MATTER}/")
    take(phone.page, "portal-matter")
    citizen.open_hours(phone, DAY)
    take(phone.page, "portal-hours")
    citizen.pick(phone, DAY, "11:30")
    citizen.say_who(phone, who)
    take(phone.page, "portal-confirm")
    code = citizen.confirm(phone)
    take(phone.page, "portal-done")
    phone.open("/regulation/#R4.3")
    take(phone.page, "portal-regulation")
    return phone, code


def other_modes(studio: Studio) -> None:
    """Elder mode and English."""
    for name, cookie, value in (("portal-elder", "elder", "1"), ("portal-english", "django_language", "en")):
        visitor = studio.arrive()
        visitor.page.context.add_cookies([{"name": cookie, "value": value, "url": studio.stack.web}])
        citizen.open_hours(visitor, DAY)
        take(visitor.page, name)


def at_the_desk(studio: Studio) -> None:
    """A registration by keys with the hours of a second visit, the notice read aloud, and the calls that wait."""
    hotline = desk.at_desk(studio.arrive, "hotline", "/desk/calls/new/")
    for n, words in enumerate(("居民身份证", "不动产", "医保"), start=1):
        hotline.open("/desk/calls/new/")
        hotline.page.fill("#phone", phone(700 + n))
        hotline.page.fill("#name", f"样例来电{n}")
        desk.find(hotline, words)
        hotline.go(hotline.button("转窗口回电"))
    clerk = desk.at_desk(studio.arrive, "clerk", "/desk/register/")
    desk.register(clerk, 1)
    clerk.open("/desk/register/")
    desk.up_to_the_hour(desk.Keyboard(clerk), 1)
    take(clerk.page, "desk-register")
    with clerk.going():
        clerk.page.keyboard.press("Enter")
    take(clerk.page, "desk-notice")
    manager = desk.at_desk(studio.arrive, "manager", "/desk/calls/")
    take(manager.page, "desk-calls")


def a_counter_cancels(studio: Studio) -> None:
    """What a manager ticks and reads before cancelling, and the page behind an applicant's link."""
    app, day = App(studio.stack, studio.stack.secret_of("channel", "add", "pictures", "--kind", "app")), "2026-12-02"
    applicants = [citizen.citizen(800 + n) for n in range(5)]
    for who in applicants:
        app.book(who, day, "09:30")
    manager = desk.at_desk(studio.arrive, "manager", f"/desk/cancelling/?day={day}&queue=&from=&until=")
    manager.page.fill("#reason", "业务系统升级")
    take(manager.page, "desk-cancelling")
    manager.go(manager.button("下一步：看短信，再确认"))
    take(manager.page, "desk-cancelling-sms")
    manager.go(manager.page.locator('button[value="cancel"]'))
    phone = studio.arrive()
    phone.open(phone.message(applicants[0].phone, r"/r/[A-Za-z0-9_-]{20}")[0])
    take(phone.page, "portal-rebook")


def for_managers(studio: Studio) -> None:
    """What was sent, hours to be opened with their preview, and a home visit with the free times of its team."""
    manager = desk.at_desk(studio.arrive, "manager", "/office/messages/")
    take(manager.page, "office-messages")
    manager.open("/office/hours/")
    manager.go(manager.link("周末办"))
    manager.page.fill("#start", "09:00")
    for group in ("#queues", "#counters"):
        manager.page.locator(f"{group} label", has_text="居民身份证" if group == "#counters" else "户籍").first.click()
    manager.page.locator("#preview table").first.wait_for()
    take(manager.page, "office-hours")
    manager.open("/desk/visits/teams/")
    manager.page.select_option("#department", label="沈丘县人力资源和社会保障局")
    manager.page.fill("#name", "样例社保上门组")
    manager.page.fill("#members", "样例甲、样例乙")
    manager.go(manager.button("添加"))
    manager.open("/desk/visits/new/?way=home")
    manager.page.fill("#q", "renshe-qualify")
    manager.go(manager.page.locator("button[name=do][value=look]").nth(1))
    manager.page.fill("#name", "样例居民")
    manager.page.get_by_label("老年人").check()
    manager.page.fill("#evidence", "样例：老年人优待证")
    manager.page.select_option("#township", index=3)
    manager.page.fill("#address", "样例村 8 号")
    manager.page.select_option("#team", label="样例社保上门组（样例甲、样例乙）")
    manager.page.fill("#day", "2026-12-03")
    manager.go(manager.button("看空闲时间"))
    take(manager.page, "desk-visit")


def in_the_hall(studio: Studio, phone: Visitor, code: str) -> None:
    """Kiosk, console, board, and the ticket on the phone."""
    fill_the_hall(studio.stack)
    kiosk = hall.terminal(lambda size: studio.arrive(size, scale=0.5))
    take(kiosk.page, "kiosk-home")
    hall.by_number(kiosk, code)
    take(kiosk.page, "kiosk-ticket")
    phone.open(f"/me/{code}/ticket/")
    take(phone.page, "portal-ticket")
    screen = hall.board(lambda size: studio.arrive(size, scale=0.5))
    clerk = hall.at_counter(studio.arrive)
    hall.call_next(clerk)
    take(clerk.page, "counter")
    screen.page.wait_for_function("() => window.heard.length >= 2")
    take(screen.page, "board")
    at_the_counter(studio, clerk)
    on_the_way(studio)


def at_the_counter(studio: Studio, clerk: Visitor) -> None:
    """The screen above the counter, and the device on it when the handling has ended."""
    above = studio.arrive(BOARD, scale=0.5)
    above.open(f"/display/counter/{citizen.COUNTY_HALL}/{hall.COUNTER}/")
    take(above.page, "counter-screen")
    device = hall.rating_device(studio.arrive)
    clerk.page.keyboard.press("F3")
    clerk.page.locator(".outcome").wait_for()
    clerk.page.keyboard.press("F4")
    device.page.locator(".face--4").wait_for()
    take(device.page, "rating")


def on_the_way(studio: Studio) -> None:
    """The guide's phone with somebody who needs help, the day's report, and a terminal that is being registered."""
    beside = hall.at_counter(studio.arrive, number=hall.COUNTER + 1)
    beside.page.keyboard.press("F10")
    walking = hall.guide(studio.arrive)
    take(walking.page, "guide")
    walking.open(f"/counter/guide/{citizen.COUNTY_HALL}/day/")
    take(walking.page, "guide-day")
    fresh = studio.arrive(KIOSK, scale=0.5)
    fresh.open("/kiosk/")
    fresh.go(fresh.button("显示登记码"))
    take(fresh.page, "kiosk-register")
    fresh.open("/kiosk/offline/")
    take(fresh.page, "kiosk-offline")


def fill_the_hall(stack: Stack) -> None:
    """Walk-ins in several queues, and some counters that called."""
    kiosk = App(stack, stack.secret_of("channel", "add", "picture-kiosk", "--kind", "kiosk"))
    clerk = App(stack, stack.secret_of("staff", "token", "clerk"))
    centre = kiosk.ask(f"/centres/{citizen.COUNTY_HALL}")
    for queue in centre["queues"][:12]:
        for _ in range(2 + len(queue["code"]) % 4):
            kiosk.ask("/tickets", {"centre": citizen.COUNTY_HALL, "queue": queue["code"]})
    for counter in centre["counters"][2:26:3]:
        clerk.ask(f"/counters/{counter['id']}/call-next", {})


if __name__ == "__main__":
    main()

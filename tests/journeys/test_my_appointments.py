"""我的预约: in by an SMS code; cancel, move, take the ticket on the phone and watch the people ahead."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import citizen as steps
from tests.journeys import hall
from tests.journeys.browsing import ENGLISH, Visitor
from tests.journeys.channel import App
from tests.journeys.citizen import Citizen
from tests.stack import Stack

MONDAY = "2026-12-07"
MORNING = f"{MONDAY}T07:55:00+08:00"


def log_in(citizen: Visitor, who: Citizen) -> None:
    """Prove the phone and see the list."""
    citizen.open("/me/")
    citizen.page.fill("#phone", who.phone)
    citizen.go(citizen.button("发验证码"))
    citizen.page.fill("#code", citizen.message(who.phone, steps.CODE)[1])
    citizen.go(citizen.button("进入"))
    expect(citizen.page.locator("h1")).to_have_text(citizen.say("我的预约"))


def test_one_logs_in_by_sms_and_cancels_in_time_without_cost(arrive: Callable[..., Visitor], app: App) -> None:
    citizen, who = arrive(), steps.citizen(31)
    code = app.book(who, MONDAY, "14:30")
    log_in(citizen, who)
    citizen.go(citizen.page.locator(f'a[href="/me/{code}/"]'))
    citizen.go(citizen.link("取消预约"))
    expect(citizen.page.locator(".notice--done")).to_contain_text("没有任何影响")
    citizen.go(citizen.button("取消预约"))
    expect(citizen.page.locator("h1")).to_have_text("已取消")
    citizen.message(who.phone, r"已取消，不记爽约")
    citizen.go(citizen.link("我的预约"))
    expect(citizen.page.locator("main")).to_contain_text("良好")


def test_an_english_reader_moves_the_appointment_to_another_hour(arrive: Callable[..., Visitor], app: App) -> None:
    citizen, who = arrive(language=ENGLISH), steps.citizen(32, "Sample Visitor")
    citizen.page.context.add_cookies([{"name": "django_language", "value": "en", "url": citizen.stack.web}])
    code = app.book(who, MONDAY, "14:30")
    log_in(citizen, who)
    citizen.go(citizen.page.locator(f'a[href="/me/{code}/"]'))
    citizen.go(citizen.link("改期"))
    steps.pick(citizen, MONDAY, "15:30")
    citizen.go(citizen.button("确认改期"))
    expect(citizen.page.locator(".letter__when")).to_contain_text("15:30–16:30")
    expect(citizen.page.locator("#code")).to_have_text(f"{code[:4]} {code[4:]}")
    citizen.message(who.phone, rf"{code[:4]}\s*{code[4:]}.*15:30")


def test_a_stranger_sees_nobodys_appointment(arrive: Callable[..., Visitor], app: App) -> None:
    code, stranger = app.book(steps.citizen(33), MONDAY, "14:30"), arrive()
    log_in(stranger, steps.citizen(34))
    for page in ("", "cancel/", "reschedule/", "ticket/", "calendar.ics"):
        stranger.open(f"/me/{code}/{page}")
        assert steps.citizen(33).name not in stranger.page.content()
        expect(stranger.page.locator("h1")).to_contain_text("没有")


def test_a_ticket_taken_on_the_phone_counts_the_people_ahead_and_a_late_cancellation_says_its_cost(
    arrive: Callable[..., Visitor], app: App, county: Stack
) -> None:
    first, second, late = (steps.citizen(n) for n in (35, 36, 37))
    codes = [app.book(who, MONDAY, "11:30") for who in (first, second)]
    late_code = app.book(late, MONDAY, "11:30")
    county.move_to(f"{MONDAY}T11:05:00+08:00")

    hall.by_number(hall.terminal(arrive), codes[0])
    citizen = arrive()
    log_in(citizen, second)
    citizen.go(citizen.page.locator(f'a[href="/me/{codes[1]}/"]'))
    citizen.go(citizen.link("用手机取号"))
    citizen.go(citizen.button("取号"))
    expect(citizen.page.locator(".ahead")).to_have_text(re.compile(r"前面还有\s*1\s*人"))
    clerk = hall.at_counter(arrive)
    hall.call_next(clerk)
    expect(citizen.page.locator(".ahead")).to_contain_text("前面没有人", timeout=30_000)
    hall.serve(clerk)
    hall.call_next(clerk)
    expect(citizen.page.locator(".called")).to_contain_text(str(hall.COUNTER), timeout=30_000)

    other = arrive()
    log_in(other, late)
    other.open(f"/me/{late_code}/cancel/")
    expect(other.page.locator(".notice--lost")).to_contain_text("要算一次爽约")
    other.go(other.button("取消，记一次爽约"))
    other.message(late.phone, r"记爽约1次")
    other.open("/me/")
    expect(other.page.locator("main")).to_contain_text("爽约 1 次")

"""Messages through a provider: reminded in the evening, cancelled by the link, refused, sent again, delivered (R4.1)."""

import re
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests import providers
from tests.journeys import citizen as steps
from tests.journeys import hall
from tests.journeys.browsing import CONSOLE, PHONE, Visitor
from tests.journeys.channel import App
from tests.stack import Stack, eventually

SUNDAY, MONDAY = "2026-11-29", "2026-11-30"
MORNING = f"{SUNDAY}T17:40:00+08:00"
LINK = re.compile(r"http://localhost:\d+(/q/[A-Za-z0-9_-]{20})")
SECRET = "receipts-of-the-journey"


@pytest.fixture(scope="module")
def provider() -> Iterator[providers.Provider]:
    """云MAS, or who speaks like it."""
    with providers.speaking() as speaking:
        yield speaking


@pytest.fixture(scope="module")
def county(provider: providers.Provider) -> Iterator[Stack]:
    """The whole product, with a provider instead of the inbox."""
    settings = {
        "YUEBAN_SMS_GATEWAY": "mas",
        "YUEBAN_SMS_ENDPOINT": provider.url,
        "YUEBAN_SMS_KEY_ID": providers.KEY_ID,
        "YUEBAN_SMS_KEY_SECRET": providers.SECRET,
        "YUEBAN_SMS_MAS_COMPANY": providers.COMPANY,
        "YUEBAN_SMS_MAS_SIGN": providers.MAS_SIGN,
        "YUEBAN_SMS_RECEIPT_SECRET": SECRET,
    }
    running = Stack(clock=MORNING, settings=settings)
    try:
        yield running.start()
    finally:
        running.close()


def told(provider: providers.Provider, phone: str, pattern: str) -> tuple[providers.Taken, re.Match[str]]:
    """Wait until the provider took a message for a phone that matches."""
    found: list[tuple[providers.Taken, re.Match[str]]] = []

    def arrived() -> bool:
        sent = [each for each in list(provider.taken) if each.phone == phone]
        found[:] = [(each, match) for each in sent if (match := re.search(pattern, each.content))]
        return bool(found)

    eventually(arrived, 90, otherwise=lambda: f"no message like {pattern}")
    return found[0]


def report(county: Stack, taken: providers.Taken, *, delivered: bool = True) -> None:
    """Let the provider push its receipt."""
    address = f"{county.web}/api/receipts/mas/{SECRET}"
    body = providers.report_of("mas", taken, delivered=delivered)
    with urllib.request.urlopen(urllib.request.Request(address, body), timeout=10) as answer:  # noqa: S310  our own
        assert answer.read() == b'{"success": true}'


def at_messages(arrive: Callable[..., Visitor], login: str = "manager", **options: object) -> Visitor:
    staff = arrive(CONSOLE, **options)
    staff.open("/office/messages/")
    hall.log_in(staff, login)
    staff.open("/office/messages/")
    return staff


def test_r4_3_the_evening_before_a_reminder_comes_and_its_link_cancels_on_a_phone(
    arrive: Callable[..., Visitor], app: App, county: Stack, provider: providers.Provider
) -> None:
    who, other = steps.citizen(301), steps.citizen(302)
    app.book(who, MONDAY, "10:30")
    app.book(other, MONDAY, "10:30")
    confirmed, _text = told(provider, who.phone, "您已预约11月30日周一10:30-11:30")
    report(county, confirmed)
    county.move_to(f"{SUNDAY}T18:01:00+08:00")
    _taken, link = told(provider, who.phone, f"提醒：11月30日周一10:30-11:30.*{LINK.pattern}")

    phone = arrive(PHONE)
    phone.open(link[1])
    expect(phone.page.locator("h1")).to_have_text("您的预约")
    assert phone.reads("来不了？")
    phone.go(phone.button("取消这个预约"))
    expect(phone.page.locator("h1")).to_have_text("已取消")
    told(provider, who.phone, "已取消，不记爽约")

    old = arrive(PHONE, script=False)
    old.open(told(provider, other.phone, f"提醒：.*{LINK.pattern}")[1][1])
    old.go(old.button("取消这个预约"))
    expect(old.page.locator("h1")).to_have_text("已取消")
    assert county.command("check", check=False).returncode == 0


def test_r4_1_the_manager_sees_what_was_refused_sends_it_again_and_it_is_delivered(
    arrive: Callable[..., Visitor], app: App, county: Stack, provider: providers.Provider
) -> None:
    who = steps.citizen(311)
    provider.moods, provider.refusal = ["refuse"], "InvalidMessage"
    app.book(who, MONDAY, "09:30")
    eventually(lambda: not provider.moods, 60, otherwise=lambda: "nothing was refused")
    manager = at_messages(arrive)
    expect(manager.page.locator(".sms__dead")).to_contain_text("1 条短信没有发出去")
    manager.go(manager.link("看是哪些"))
    row = manager.page.locator("tbody tr").first
    expect(row).to_contain_text("短信平台认为内容不正确")
    expect(row).to_contain_text(f"{who.phone[:3]}****{who.phone[-4:]}")
    manager.go(row.get_by_role("button", name="重新发送"))
    expect(manager.page.locator(".notice--done")).to_have_text("1 条短信将重新发送。")
    taken, _text = told(provider, who.phone, "您已预约")
    report(county, taken)

    manager.page.fill("#phone", who.phone)
    manager.go(manager.button("查找"))
    expect(manager.page.locator("tbody tr").first).to_contain_text("已送达")
    assert who.phone not in manager.page.url
    manager.go(manager.page.locator("tbody tr").first.get_by_role("link", name="查看"))
    manager.go(manager.button("查看内容"))
    expect(manager.page.locator("#wrong")).to_contain_text("请写明为什么要看")
    manager.page.fill("#reason", "群众来电说没收到")
    manager.go(manager.button("查看内容"))
    expect(manager.page.locator(".sms__text")).to_contain_text("您已预约11月30日周一09:30-10:30")
    assert who.phone not in county.log
    assert SECRET not in county.log


def test_messages_are_readable_in_english(arrive: Callable[..., Visitor], county: Stack) -> None:
    reader = arrive(CONSOLE, language="en")
    reader.page.context.add_cookies([{"name": "django_language", "value": "en", "url": county.web}])
    reader.open("/office/messages/")
    hall.log_in(reader, "manager")
    reader.open("/office/messages/")
    reader.go(reader.page.locator("tbody a", has_text=reader.say("查看")).first)

"""Somebody walks up to a counter: registered by keys alone, in fewer than 25 of them, read aloud, on paper (R4.1.1)."""

import io
import re
from collections.abc import Callable

import pypdfium2
from playwright.sync_api import expect

from tests.factories import phone, resident
from tests.journeys import desk
from tests.journeys.browsing import Visitor
from tests.journeys.citizen import COUNTY_HALL
from tests.journeys.desk import HOUR, Keyboard
from tests.journeys.hall import NO_PRINTER

MORNING = "2026-11-27T10:00:00+08:00"
FEWER_THAN = 25


def test_a_walk_up_is_registered_in_fewer_than_25_keys_and_the_data(arrive: Callable[..., Visitor]) -> None:
    clerk = desk.at_desk(arrive, "clerk", "/desk/register/")
    hands = Keyboard(clerk)
    desk.up_to_the_hour(hands, 501)
    hands.press("ArrowDown")
    with clerk.going():
        hands.press("Enter")
    code = str(clerk.page.locator("[data-code]").get_attribute("data-code"))
    lines = clerk.page.locator('[data-checklist] input[type="checkbox"]')
    for n in range(lines.count()):
        expect(lines.nth(n)).to_be_focused()
        hands.press(" ")
    with clerk.going():
        hands.press("Enter")
    expect(clerk.page.get_by_text("已完成一次性告知")).to_be_visible()
    assert hands.keys < FEWER_THAN, f"{hands.keys} keys"
    assert hands.data == len(resident(501).number) + len("样例群众") + len(phone(501))
    clerk.message(phone(501), rf"您已预约11月30日周一09:30-10:30.*预约号{code}")
    reads_back(clerk, code)
    clerk.open(f"/desk/appointments/{code}/")
    assert clerk.reads("完成一次性告知")
    assert clerk.reads("登记预约")


def reads_back(clerk: Visitor, code: str) -> None:
    """The A4 sheet and the 80 mm page say the number."""
    sheet = clerk.page.request.get(f"{clerk.stack.web}/desk/appointments/{code}/notice.pdf")
    text = pypdfium2.PdfDocument(io.BytesIO(sheet.body()))[0].get_textpage().get_text_range()
    assert f"{code[:4]} {code[4:]}" in text
    assert "居民身份证" in text
    clerk.page.add_init_script(NO_PRINTER)
    clerk.open(f"/desk/appointments/{code}/slip/")
    assert clerk.page.evaluate("window.printed") == 1
    expect(clerk.page.get_by_text(f"{code[:4]} {code[4:]}")).to_be_visible()


def test_a_card_on_the_reader_fills_number_and_name_and_a_second_visit_is_told(arrive: Callable[..., Visitor]) -> None:
    clerk = desk.at_desk(arrive, "clerk", "/desk/register/")
    desk.register(clerk, 502)
    clerk.open("/desk/register/")
    hands = Keyboard(clerk)
    hands.at("#number")
    hands.say(f"样例读卡|{resident(502).number}")  # a wedge types faster than anybody, and ends with Enter
    hands.press("Enter")
    hands.at("#phone")
    expect(clerk.page.locator("#number")).to_have_value(resident(502).number)
    expect(clerk.page.locator("#name")).to_have_value("样例读卡")
    expect(clerk.page.locator('[data-part="person"]')).to_contain_text("已经约了")
    hands.say(phone(502))
    hands.press("Enter")
    hands.search("jmsfzhl")
    hands.press("Enter")
    hands.at(HOUR)  # the hour that is taken already is refused beside it, with its clause, and another is chosen
    taken = clerk.page.locator(".register__choice--no").first
    expect(taken.locator("[data-clause='R5.2']")).to_be_visible()
    clerk.look()


def test_a_card_is_read_wherever_the_focus_is_and_leaves_no_trace_there(arrive: Callable[..., Visitor]) -> None:
    clerk = desk.at_desk(arrive, "clerk", "/desk/register/")
    clerk.page.locator("#phone").fill("138")
    clerk.page.wait_for_timeout(200)  # a reader types in a burst, after a pause
    clerk.page.keyboard.type(f"|{resident(507).number}|")
    clerk.page.keyboard.press("Enter")
    expect(clerk.page.locator("#number")).to_have_value(resident(507).number)
    expect(clerk.page.locator("#phone")).to_have_value("138")
    expect(clerk.page.locator("#name")).to_be_focused()


def test_somebody_without_a_telephone_gets_a_slip(arrive: Callable[..., Visitor]) -> None:
    clerk = desk.at_desk(arrive, "guide", "/desk/register/")
    hands = Keyboard(clerk)
    hands.say(resident(503).number)
    hands.press("Enter")
    hands.at("#name")
    hands.say("样例老人")
    hands.press("Enter")
    hands.press("Enter")  # no number
    hands.at("#owner")
    hands.press("ArrowDown")
    hands.press("ArrowDown")
    hands.press("Enter")
    hands.at("#q")
    hands.search("jmsfzhl")
    hands.press("Enter")
    hands.at(HOUR)
    with clerk.going():
        hands.press("Enter")
    assert clerk.reads("没有手机，请打印凭条交给群众。")
    assert hands.keys < FEWER_THAN


def test_a_wrong_number_is_said_at_once_and_the_form_works_without_a_script(arrive: Callable[..., Visitor]) -> None:
    clerk = desk.at_desk(arrive, "clerk", "/desk/register/")
    Keyboard(clerk).say("411624195001010011")
    clerk.page.keyboard.press("Enter")
    expect(clerk.page.locator("#number-error")).not_to_be_empty()
    expect(clerk.page.locator("#number")).to_be_focused()
    plain = arrive((1366, 768), script=False)
    plain.open("/desk/register/")
    account = plain.stack.accounts["clerk"]
    plain.page.fill("#username", account["login"])
    plain.page.fill("#password", account["password"])
    plain.go(plain.button("登录"))
    plain.page.fill("#number", resident(504).number)
    plain.page.fill("#name", "样例群众")
    plain.page.fill("#phone", phone(504))
    plain.page.fill("#q", "居民身份证换领")
    with plain.going():
        plain.page.keyboard.press("Enter")
    with plain.going():
        plain.page.get_by_role("button", name=re.compile("登记")).last.click()
    expect(plain.page.locator("[data-code]")).to_be_visible()


def test_a_manager_overrides_the_cut_off_with_a_reason(arrive: Callable[..., Visitor]) -> None:
    manager = desk.at_desk(arrive, "manager", "/desk/register/")
    desk.up_to_the_hour(Keyboard(manager), 505)
    manager.page.get_by_label("突破截止时间").check()
    expect(manager.page.locator("#why")).to_be_visible()
    manager.page.fill("#why", "老人远道而来")
    today = manager.page.get_by_text("已过截止时间").first
    expect(today).to_be_visible()
    today.click()
    with manager.going():
        manager.page.get_by_role("button", name=re.compile("^登记")).click()
    code = str(manager.page.locator("[data-code]").get_attribute("data-code"))
    manager.open(f"/desk/appointments/{code}/")
    assert manager.reads("老人远道而来")


def test_who_arrives_is_received_at_the_desk(arrive: Callable[..., Visitor]) -> None:
    clerk = desk.at_desk(arrive, "clerk", "/desk/register/")
    code = desk.register(clerk, 506)
    clerk.stack.move_to("2026-11-30T08:10:00+08:00")
    clerk = desk.at_desk(arrive, "clerk", "/desk/arrivals/")
    row = clerk.page.locator(f'[data-arrival="{code}"]')
    clerk.go(row.get_by_role("button", name=re.compile("到场登记")))
    expect(clerk.page.get_by_role("status")).to_contain_text("已到场")
    expect(clerk.page.locator(f'[data-arrival="{code}"]')).to_contain_text("已到场")
    assert clerk.stack.accounts["clerk"]["centre"] == COUNTY_HALL

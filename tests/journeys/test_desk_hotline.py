"""A call on Friday at 16:20: taken by the hotline, due on Monday at 10:35, confirmed by a counter, told by SMS (R4.1.2)."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.factories import phone, resident
from tests.journeys import desk
from tests.journeys.browsing import Visitor
from tests.journeys.desk import HOUR, Keyboard
from tests.stack import Stack, eventually

MORNING = "2026-11-27T16:20:00+08:00"


def test_r4_1_2_a_call_on_friday_1620_is_due_monday_1035_confirmed_and_told_by_sms(
    arrive: Callable[..., Visitor], county: Stack
) -> None:
    hotline = desk.at_desk(arrive, "hotline", "/desk/calls/new/")
    take(hotline)
    expect(hotline.page.get_by_role("status")).to_contain_text("11月30日 周一 10:35 前回电")

    county.move_to("2026-11-30T10:10:00+08:00")  # it will be due soon: the manager is told
    manager = desk.at_desk(arrive, "manager", "/desk/calls/")

    def told() -> bool:
        manager.page.reload()
        return manager.reads("请您督促：快到时限和已超时的来电")

    eventually(told, 90, otherwise=lambda: county.log[-2000:])
    manager.look()

    clerk = desk.at_desk(arrive, "clerk", "/desk/")
    clerk.go(clerk.link("待回电"))
    assert phone(601) not in clerk.page.content()
    clerk.go(clerk.page.get_by_role("button", name="给 样例来电人 回电"))
    expect(clerk.page.locator(".number--hero")).to_have_text("138 0000 0601")
    manager.page.reload()
    assert "正在回电" in manager.page.locator("tbody").inner_text()

    confirm(Keyboard(clerk))
    assert clerk.reads("一次性告知，请念给群众听")
    code = str(clerk.page.locator("[data-code]").get_attribute("data-code"))
    clerk.message(phone(601), rf"您已预约12月1日周二08:30-09:30.*预约号{code}")
    clerk.open("/desk/calls/")
    expect(clerk.page.get_by_role("link", name=f"{code[:4]} {code[4:]}")).to_be_visible()
    assert clerk.reads("没有等回电的来电。")


def confirm(hands: Keyboard) -> None:
    """Register while the caller listens: what was said in the call stands in the form already."""
    with hands.clerk.going():
        hands.press("F2")
    hands.at("#number")
    hands.say(resident(601).number)
    hands.press("Enter")
    hands.at("#phone")
    hands.press("Enter")
    hands.at("#q")
    hands.press("Enter")
    hands.at(HOUR)
    with hands.clerk.going():
        hands.press("Enter")


def take(hotline: Visitor) -> None:
    """The hotline's form, by keys: number, name, matter, day, part of the day, a note."""
    hands = Keyboard(hotline)
    hands.at("#phone")
    hands.say(phone(601))
    hands.press("Enter")
    hands.at("#name")
    hands.say("样例来电人")
    hands.press("Enter")
    hands.at("#q")
    hands.search("jmsfzhl")
    hands.press("Enter")
    hands.at("#wanted_on")
    hotline.page.fill("#wanted_on", "2026-12-01")
    hands.press("Enter")
    hands.at("#wanted_part")
    hands.press("Enter")
    hands.at("#note")
    hands.say("腿脚不便")
    hands.press("Enter")
    hands.at("#send")
    with hotline.going():
        hands.press("Enter")


def test_attempts_are_noted_and_a_call_ends_with_a_reason(arrive: Callable[..., Visitor], county: Stack) -> None:
    if "2026-11-27" in county.clock:
        county.move_to("2026-11-30T14:40:00+08:00")
    hotline = desk.at_desk(arrive, "hotline", "/desk/calls/new/")
    take(hotline)
    clerk = desk.at_desk(arrive, "clerk", "/desk/calls/")
    answer = clerk.page.get_by_role("button", name="给 样例来电人 回电")
    clerk.go(answer)
    clerk.go(clerk.button("记下"))
    assert clerk.reads("打过 1 次") or "打过 1 次" in clerk.page.content()
    clerk.go(answer)
    clerk.page.select_option("#why", "unreachable")
    clerk.go(clerk.button("结束这个来电"))
    assert "多次联系不上" in clerk.page.content()

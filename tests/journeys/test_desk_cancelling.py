"""A counter that cannot keep its appointments, the links that its applicants get, and an hour out of hours (R4.3, R1.2)."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import citizen as steps
from tests.journeys import hall
from tests.journeys.browsing import CONSOLE, PHONE, Visitor
from tests.journeys.channel import App
from tests.journeys.citizen import Citizen
from tests.stack import Stack, eventually

FRIDAY, MONDAY = "2026-11-27", "2026-11-30"
MORNING = f"{FRIDAY}T08:40:00+08:00"
WHY = "业务系统升级"
LINK = re.compile(r"/r/[A-Za-z0-9_-]{20}")


def at_desk(arrive: Callable[..., Visitor], login: str, page: str, **options: bool) -> Visitor:
    """Somebody of the county's hall, logged in, on a page of the desk."""
    staff = arrive(CONSOLE, **options)
    staff.open(page)
    hall.log_in(staff, login)
    staff.open(page)
    return staff


def links(county: Stack, applicants: list[Citizen]) -> list[str]:
    """The link that each of the applicants was sent, from the files that the gateway wrote."""
    found: list[str] = []

    def arrived() -> bool:
        texts = [file.read_text(encoding="utf-8") for file in (county.data / "outbox").rglob("*") if file.is_file()]
        sent = "\n".join(texts)
        found[:] = list(dict.fromkeys(LINK.findall(sent)))
        return len(found) == len(applicants)

    eventually(arrived, 60, otherwise=lambda: f"{len(found)} of {len(applicants)} links came")
    return found


def choose_twelve(desk: Visitor) -> None:
    """From the list to what is about to happen; without a reason it goes no further, and nothing is lost."""
    desk.page.fill("#day", MONDAY)
    desk.page.fill("#from", "09:00")
    desk.page.fill("#until", "11:00")
    desk.go(desk.button("列出"))
    expect(desk.page.locator("[data-count]")).to_have_text("已勾选 12 个")
    desk.go(desk.button("下一步：看短信，再确认"))
    expect(desk.page.locator(".errors")).to_contain_text("请写明原因")
    expect(desk.page.locator("[data-count]")).to_have_text("已勾选 12 个")
    desk.page.fill("#reason", WHY)
    desk.page.keyboard.press("Tab")
    with desk.going():  # by keyboard: the button comes after the reason
        desk.page.keyboard.press("Enter")


def rebook(phone: Visitor, link: str, n: int) -> None:
    """Open the link and take the n-th hour, the first by keyboard alone; afterwards the link only shows it."""
    phone.open(link)
    expect(phone.page.locator("h1")).to_have_text("另选一个时间")
    hour = phone.page.locator("button.hour").nth(n)
    hour.focus()
    with phone.going():
        phone.page.keyboard.press("Enter") if n == 0 else hour.click()
    expect(phone.page.locator("h1")).to_have_text("改约好了")
    phone.open(link)
    expect(phone.page.locator("h1")).to_have_text("改约好了")
    expect(phone.page.locator("button.hour")).to_have_count(0)


def test_r4_3_a_counter_cancels_twelve_at_once_and_each_applicant_rebooks_by_one_tap(
    arrive: Callable[..., Visitor], app: App, county: Stack
) -> None:
    applicants = [steps.citizen(200 + n) for n in range(12)]
    for n, who in enumerate(applicants):
        app.book(who, MONDAY, "09:30" if n < 6 else "10:30")
    desk = at_desk(arrive, "clerk", "/desk/cancelling/")
    choose_twelve(desk)
    expect(desk.page.locator("h1")).to_have_text("取消这 12 个预约？")
    expect(desk.page.locator(".notice--lost").first).to_contain_text("没有撤销")
    expect(desk.page.locator(".cancelling__sms")).to_contain_text(f"抱歉，因{WHY}，您11月30日周一")
    desk.go(desk.page.locator('button[value="cancel"]'))
    expect(desk.page.locator("h1")).to_have_text("取消了 12 个")

    for n, link in enumerate(links(county, applicants)):
        phone = arrive(PHONE, script=n != 1)
        rebook(phone, link, n % 5)
        phone.page.context.close()

    desk.open("/desk/cancelling/")
    expect(desk.page.locator(".tag--done", has_text="已改约")).to_have_count(12)
    check = county.command("check", check=False)
    assert check.returncode == 0, check.stdout


def test_r4_3_a_late_cancellation_is_a_managers_and_an_english_reader_understands_the_link(
    arrive: Callable[..., Visitor], app: App, county: Stack
) -> None:
    who = steps.citizen(231)
    code = app.book(who, FRIDAY, "14:30")
    county.move_to(f"{FRIDAY}T09:00:00+08:00")  # the limit is half of 8:30–12:00 and 14:30–17:30 before: 08:45
    clerk = at_desk(arrive, "clerk", f"/desk/appointments/{code}/")
    expect(clerk.page.locator("#cancelling-title + *")).to_contain_text("要由部门或中心负责人取消")
    manager = at_desk(arrive, "manager", f"/desk/appointments/{code}/", script=False)
    manager.page.fill("#cancel-reason", "窗口设备故障")
    manager.go(manager.button("看短信，再确认取消"))
    expect(manager.page.locator(".notice--lost").nth(1)).to_contain_text("会标为“临近取消”并列入报告")
    manager.go(manager.page.locator('button[value="cancel"]'))
    expect(manager.page.locator("h1")).to_have_text("取消了 1 个")

    reader = arrive(PHONE, language="en")
    reader.page.context.add_cookies([{"name": "django_language", "value": "en", "url": reader.stack.web}])
    link = reader.message(who.phone, LINK.pattern)[0]
    reader.open(link)
    reader.go(reader.page.locator("button.hour").first)
    expect(reader.page.locator("h1")).to_have_text(reader.say("改约好了"))


def test_r1_2_an_urgent_hour_is_asked_for_by_one_and_approved_by_another(
    arrive: Callable[..., Visitor], county: Stack
) -> None:
    who = steps.citizen(241)
    clerk = at_desk(arrive, "clerk", "/desk/urgent/")
    clerk.go(clerk.link("提出申请"))
    steps.fill_in(clerk, who)
    clerk.page.fill("#q", "身份证")
    clerk.page.locator('input[name="what"]').first.check()
    for field, text in (("#day", FRIDAY), ("#start", "19:00"), ("#end", "19:30"), ("#reason", "明早出国，身份证丢失")):
        clerk.page.fill(field, text)
    clerk.go(clerk.button("提出，等负责人审批"))
    expect(clerk.page.locator(".urgent")).to_contain_text("明早出国，身份证丢失")
    expect(clerk.button("同意")).to_have_count(0)
    clerk.message(who.phone, "紧急预约申请")

    manager = at_desk(arrive, "manager", "/desk/")
    expect(manager.page.locator(".desk__card--late")).to_contain_text("紧急申请待审批")
    manager.go(manager.link("紧急申请待审批"))
    manager.go(manager.button("同意"))
    expect(manager.page.locator(".notice--done")).to_contain_text("已同意")
    number = manager.message(who.phone, r"紧急预约已同意，预约号(\d{8})")[1]

    clerk.open("/desk/urgent/")
    clerk.go(clerk.page.locator(f'a[href="/desk/appointments/{number}/"]'))
    expect(clerk.page.locator("h1")).to_contain_text(f"{number[:4]} {number[4:]}")
    assert county.command("check", check=False).returncode == 0

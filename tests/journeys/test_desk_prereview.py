"""Materials looked at before the visit, and one event of life handled by several departments (R3.5, R5.2)."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, expect

from tests.journeys import citizen as steps
from tests.journeys import hall
from tests.journeys.browsing import CONSOLE, DESKTOP, ENGLISH, PHONE, Visitor
from tests.journeys.channel import App
from tests.journeys.citizen import COUNTY_HALL
from tests.papers import archive, paper, photo
from tests.stack import Stack

FRIDAY, MONDAY = "2026-11-27", "2026-11-30"
MORNING = f"{FRIDAY}T08:40:00+08:00"
LINK = re.compile(r"/p/[A-Za-z0-9_-]{20}")
PACKAGE, SOCIAL = "pkg-school", 21
"""Starting school: the education bureau leads, housing, police and social insurance follow."""
MEMBERS = {"budongchan": "不动产", "gongan-huzheng": "居住证", "renshe": "权益"}
SEND_ANYWAY = """() => {
  const form = document.querySelector("form[data-upload]");
  form.dataset.most = 1e9;
  form.querySelector("input[type=file]").dispatchEvent(new Event("change"));
}"""
ADVICE = "照片模糊或反光，请重拍清楚"


def file(name: str, content: bytes, kind: str = "image/jpeg") -> FilePayload:
    """A file as the phone's chooser gives it."""
    return {"name": name, "mimeType": kind, "buffer": content}


def hand_in(phone: Visitor, name: str, content: bytes, kind: str = "image/jpeg", *, at: int = 0) -> None:
    """Choose a file for a material: it is sent at once."""
    with phone.going():
        phone.page.set_input_files(f"#file-{at}", [file(name, content, kind)])


def log_in_with_phone(phone: Visitor, who: steps.Citizen) -> None:
    """Prove the telephone by the code of an SMS."""
    phone.page.fill("#phone", who.phone)
    phone.go(phone.button("发验证码"))
    phone.page.fill("#code", phone.message(who.phone, steps.CODE)[1])
    phone.go(phone.button("进入"))


def at_desk(arrive: Callable[..., Visitor], page: str) -> Visitor:
    """A clerk of the county's hall on a page of the desk."""
    clerk = arrive(CONSOLE)
    clerk.open(page)
    hall.log_in(clerk, "clerk")
    clerk.open(page)
    return clerk


def test_r3_5_materials_come_from_a_phone_are_reviewed_and_seen_when_the_ticket_is_called(
    arrive: Callable[..., Visitor], app: App, county: Stack, tmp_path: Path
) -> None:
    who = steps.citizen(71)
    code = app.book(who, MONDAY, "09:30")
    phone = arrive(PHONE)
    phone.open(f"/me/{code}/")
    log_in_with_phone(phone, who)
    phone.go(phone.link("传材料预审"))
    _bad_files_are_refused_in_words(phone, tmp_path)
    hand_in(phone, "身份证.jpg", photo(3000, 2000))
    expect(phone.page.locator(".notice")).to_contain_text("等工作人员看")

    clerk = at_desk(arrive, "/desk/prereview/")
    clerk.go(clerk.page.locator(f'a[href="/desk/prereview/{code}/"]'))
    assert _width_of(clerk, clerk.page.get_by_role("link", name=re.compile("照片"))) == 2600
    _review(clerk, "要改", ADVICE)

    other = arrive(PHONE, language=ENGLISH)  # the link alone, in another browser, without a login
    other.page.context.add_cookies([{"name": "django_language", "value": "en", "url": other.stack.web}])
    other.open(phone.message(who.phone, LINK.pattern)[0])
    _mend(other)
    clerk.open(f"/desk/appointments/{code}/")
    expect(clerk.page.locator("main")).to_contain_text("有新文件")
    clerk.go(clerk.link("看文件、预审"))
    _review(clerk, "合格", "")
    other.message(who.phone, r"材料已预审合格")
    other.page.reload()
    expect(other.page.locator(".notice--done")).to_contain_text(other.say("材料已预审合格"))
    other.look()
    _seen_at_the_call(arrive, county, code)


def _bad_files_are_refused_in_words(phone: Visitor, folder: Path) -> None:
    """A file named by a path, one that is two, one that is none, and one of 50 MB that passed by the page's own check."""
    hand_in(phone, "../../etc/passwd.jpg", photo())
    expect(phone.page.locator(".errors")).to_contain_text("文件名里带有路径")
    hand_in(phone, "id.jpg", photo() + archive())
    expect(phone.page.locator(".errors")).to_contain_text("夹带了别的内容")
    hand_in(phone, "notes.txt", b"no picture", "text/plain")
    expect(phone.page.locator("#file-0-error")).to_contain_text("只能传照片")
    large = folder / "large.jpg"
    large.write_bytes(photo() + b"\0" * (50 * 1024 * 1024))
    phone.page.set_input_files("#file-0", large)
    expect(phone.page.locator("#file-0-error")).to_contain_text("超过 10 MB")
    with phone.going():
        phone.page.evaluate(SEND_ANYWAY)
    expect(phone.page.locator(".errors")).to_contain_text("超过 10 MB")


def _width_of(staff: Visitor, link: Locator) -> int:
    """Open a copy in its own tab; give how wide its picture is, which is shown as nothing but a picture."""
    with staff.page.context.expect_page() as opened:
        link.click()
    tab = opened.value
    tab.wait_for_load_state()
    assert tab.evaluate("() => document.contentType") == "image/jpeg"
    width: int = tab.evaluate("() => document.images[0].naturalWidth")
    tab.close()
    return width


def _mend(phone: Visitor) -> None:
    """Read the advice, put a better photograph in the place of the first, and add a paper."""
    expect(phone.page.locator(".paper__advice").first).to_contain_text(ADVICE)
    phone.page.locator(".paper__change summary").first.click()
    phone.look()
    better = file("again.jpg", photo(1200, 800, colour="navy"))
    with phone.going():
        phone.page.locator("input[type=file][id^=replace]").first.set_input_files([better])
    hand_in(phone, "scan.pdf", paper(), "application/pdf", at=1)


def _seen_at_the_call(arrive: Callable[..., Visitor], county: Stack, code: str) -> None:
    """On the day, with the person in hand, the clerk reads what was found and opens the copy."""
    county.move_to(f"{MONDAY}T09:25:00+08:00")
    hall.by_number(hall.terminal(arrive), code)
    counter = hall.at_counter(arrive)
    hall.call_next(counter)
    expect(counter.page.locator(".facts")).to_contain_text("材料合格")
    assert _width_of(counter, counter.page.locator(".past .copy").first) == 1200
    hall.serve(counter)


def _review(clerk: Visitor, state: str, advice: str) -> None:
    """Mark every material; the first with its advice; the applicant is told."""
    for row in clerk.page.locator(".review__row").all():
        row.get_by_label("合格").check()
    first = clerk.page.locator(".review__row").first
    first.get_by_label(state, exact=True).check()
    first.locator("input[list]").fill(advice)
    clerk.go(clerk.button("记下并发短信"))
    expect(clerk.page.locator(".notice--done")).to_contain_text("短信已发出")


def test_r5_2_a_package_is_booked_once_and_three_departments_each_do_their_part(
    arrive: Callable[..., Visitor], app: App, county: Stack
) -> None:
    who = steps.citizen(72)
    code = _book_package(app, who)
    desks = {department: _department_clerk(arrive, county, department) for department in MEMBERS}
    for department, desk in desks.items():
        desk.open("/desk/tasks/")
        expect(desk.page.locator(".task")).to_have_count(1)
        expect(desk.page.locator(".task")).to_contain_text(MEMBERS[department])
        expect(desk.page.locator(".task")).to_contain_text("已推送")

    hall.by_number(hall.terminal(arrive), code)
    lead = hall.at_counter(arrive, SOCIAL)
    hall.call_next(lead)
    lead.page.keyboard.press("F3")
    expect(lead.button("办结 F4")).to_be_visible()
    expect(lead.page.locator(".facts")).to_contain_text("办理中")
    lead.look()

    housing, police, insurance = desks.values()
    _done(housing)
    _returned(police, "居住证照片不合格，请重新拍照")
    _done(insurance)
    lead.page.reload()
    expect(lead.page.locator(".facts")).to_contain_text("居住证照片不合格")
    lead.look()
    phone = arrive(PHONE)
    phone.open(f"/me/{code}/")
    log_in_with_phone(phone, who)
    expect(phone.page.locator(".parts")).to_contain_text("居住证照片不合格")
    expect(phone.page.locator(".parts .tag--done")).to_have_count(2)

    police.go(police.button("重新办理"))
    police.go(police.button("办好了"))
    lead.open(f"/desk/appointments/{code}/")
    expect(lead.page.locator("#tasks-title + ul .tag--done")).to_have_count(3)


def _done(desk: Visitor) -> None:
    """The department has done its part."""
    desk.open("/desk/tasks/")
    desk.go(desk.button("办好了"))
    expect(desk.page.locator("main")).to_contain_text("已办好")
    desk.go(desk.link("在其他大厅办的本部门事项（通办）"))  # to look at only (R3.6)
    expect(desk.page.locator("main")).to_contain_text("这一天没有")


def _returned(desk: Visitor, reason: str) -> None:
    """The department cannot, and must say why."""
    desk.open("/desk/tasks/")
    desk.go(desk.button("退回"))
    expect(desk.page.locator(".field__error")).to_contain_text("请写明为什么退回")
    desk.page.fill("input[name=reason]", reason)
    desk.go(desk.button("退回"))


def _book_package(app: App, who: steps.Citizen) -> str:
    """Book the package by its lead, at the county's hall, for Monday."""
    found = app.ask(f"/availability?centre={COUNTY_HALL}&matter=jiaoti-enroll&from={MONDAY}&days=1")
    slot = next(each["id"] for each in found["slots"] if each["starts_at"].startswith(f"{MONDAY}T14:30"))
    applicant = {"name": who.name, "phone": who.phone, "certificate": {"kind": "resident_id", "number": who.number}}
    body = {"centre": COUNTY_HALL, "package": PACKAGE, "slot": slot, "applicant": applicant}
    code = str(app.ask("/appointments", body)["code"])
    app.stack.move_to(f"{MONDAY}T14:25:00+08:00")
    return code


def _department_clerk(arrive: Callable[..., Visitor], county: Stack, department: str) -> Visitor:
    """A clerk bound to a department at the county's hall, with a password of their own."""
    login = f"d-{department}"
    first = county.secret_of(
        "staff", "add", login, "--role", "clerk", "--centre", COUNTY_HALL, "--department", department
    )
    clerk = arrive(DESKTOP)
    clerk.open("/staff/login")
    clerk.page.fill("#username", login)
    clerk.page.fill("#password", first)
    clerk.go(clerk.button("登录"))
    for field, text in (("old", first), ("new", "own-words-72-own"), ("again", "own-words-72-own")):
        clerk.page.fill(f"#{field}", text)
    clerk.go(clerk.page.locator("main form button").last)
    return clerk

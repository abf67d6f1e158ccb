"""What happens in a hall: a terminal, a clerk at a counter, a board on the wall."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.browsing import BOARD, CONSOLE, KIOSK, PHONE, Visitor
from tests.journeys.citizen import COUNTY_HALL

DEVICE = (1024, 600)
"""A rating device."""

COUNTER = 30
"""A counter of the queue that renews identity cards."""

# Chromium without a loudspeaker never ends a sentence; this one says at once, and remembers, what it was given.
LISTEN = """
window.heard = [];
SpeechSynthesis.prototype.speak = function (said) {
  window.heard.push({ text: said.text, language: said.lang });
  setTimeout(() => { said.dispatchEvent(new Event("start")); said.dispatchEvent(new Event("end")); }, 10);
};
SpeechSynthesis.prototype.cancel = function () {};
"""
NO_PRINTER = "window.printed = 0; window.print = () => { window.printed += 1; };"


def log_in(staff: Visitor, login: str) -> None:
    """Log in as one of the sample accounts, from the page that asked for it."""
    account = staff.stack.accounts[login]
    staff.page.fill("#username", account["login"])
    staff.page.fill("#password", account["password"])
    staff.go(staff.button("登录"))


def terminal(arrive: Callable[..., Visitor]) -> Visitor:
    """A kiosk in the county's hall: set up once by staff, who are logged out by it."""
    kiosk = arrive(KIOSK)
    kiosk.page.add_init_script(NO_PRINTER)
    kiosk.open("/kiosk/")
    kiosk.go(kiosk.link("工作人员在这里登录设置"))
    log_in(kiosk, "manager")
    kiosk.page.select_option("#centre", COUNTY_HALL)
    kiosk.go(kiosk.button("设为取号终端"))
    expect(kiosk.page.locator("h1")).to_have_text("请选择")
    return kiosk


def press(kiosk: Visitor, text: str) -> None:
    """Type on the keys of the screen, with a finger."""
    for letter in text:
        kiosk.page.locator(f'[data-keypad] [data-key="{letter}"]').click()


def by_number(kiosk: Visitor, code: str) -> str:
    """Take a ticket by the number of the appointment; give the ticket's."""
    kiosk.open("/kiosk/")
    kiosk.go(kiosk.link("我已预约"))
    kiosk.go(kiosk.link("输入预约号"))
    press(kiosk, code)
    expect(kiosk.page.locator("#text")).to_have_value(f"{code[:4]} {code[4:]}")
    kiosk.go(kiosk.button("取号"))
    return printed(kiosk)


def by_certificate(kiosk: Visitor, number: str) -> str:
    """Take a ticket by the number of the identity card."""
    kiosk.open("/kiosk/")
    kiosk.go(kiosk.link("我已预约"))
    kiosk.go(kiosk.link("用证件取号"))
    press(kiosk, number)
    kiosk.go(kiosk.button("取号"))
    return printed(kiosk)


def by_qr(kiosk: Visitor, text: str) -> str:
    """Hold the QR code to the scanner, which types like a fast keyboard and ends with Enter."""
    kiosk.open("/kiosk/")
    kiosk.go(kiosk.link("我已预约"))
    with kiosk.going():
        kiosk.page.keyboard.type(text)
        kiosk.page.keyboard.press("Enter")
    return printed(kiosk)


def walk_in(kiosk: Visitor, department: str, queue: str) -> str:
    """Take a ticket without a booking."""
    kiosk.open("/kiosk/")
    kiosk.go(kiosk.link("现场取号"))
    kiosk.go(kiosk.page.get_by_role("link", name=department))
    kiosk.go(kiosk.page.get_by_role("button", name=re.compile(queue)))
    return printed(kiosk)


def printed(kiosk: Visitor) -> str:
    """The number that fills the page, without its blank; it was sent to the printer once."""
    label = kiosk.page.locator(".ticket__label")
    expect(label).to_have_text(re.compile(r"^Y?[A-Z]+ \d{3}$"))
    assert kiosk.page.evaluate("() => window.printed") == 1
    return label.inner_text().replace(" ", "")


def at_counter(arrive: Callable[..., Visitor], number: int = COUNTER) -> Visitor:
    """A clerk who logged in and opened a counter."""
    clerk = arrive(CONSOLE)
    clerk.open("/counter/")
    log_in(clerk, "clerk")
    clerk.go(clerk.page.locator(".choose__counter", has=clerk.page.locator(f".number:text-is('{number}')")))
    expect(clerk.page.locator(".bar__state")).to_contain_text("服务中")
    return clerk


def call_next(clerk: Visitor) -> str:
    """Press the key of the next one; give the number in hand."""
    clerk.page.keyboard.press("F1")
    label = clerk.page.locator(".hand__label")
    expect(label).to_be_visible()
    clerk.look()
    return label.inner_text().replace(" ", "")


def serve(clerk: Visitor) -> None:
    """The person is there; handle the matter to its end."""
    clerk.page.keyboard.press("F3")
    expect(clerk.button("办结 F4")).to_be_visible()
    clerk.look()
    clerk.page.keyboard.press("F4")
    expect(clerk.button("叫下一个 F1")).to_be_visible()


def board(arrive: Callable[..., Visitor]) -> Visitor:
    """The screen on the wall, with somebody listening."""
    screen = arrive(BOARD)
    screen.page.add_init_script(LISTEN)
    screen.open(f"/display/board/{COUNTY_HALL}/")
    return screen


def spaced(label: str) -> str:
    """`YP 001`, as people read it."""
    return re.sub(r"([A-Z]+)", r"\1 ", label)


def expect_called(screen: Visitor, label: str, counter: int) -> None:
    """The board shows the call and says it twice, digit by digit."""
    expect(screen.page.locator("[data-label]")).to_have_text(spaced(label))
    expect(screen.page.locator("[data-counter]")).to_have_text(str(counter))
    spoken = " ".join("零一二三四五六七八九"[int(each)] if each.isdigit() else each for each in label)
    sentence = f"请{spoken}号到{counter}号窗口办理"
    twice = "(text) => window.heard.slice(-2).filter((said) => said.text === text).length === 2"
    screen.page.wait_for_function(twice, arg=sentence)
    assert screen.page.evaluate("() => window.heard.slice(-1)[0].language") == "zh-CN"
    screen.look()


def rating_device(arrive: Callable[..., Visitor]) -> Visitor:
    """The device at the counter, set up once by staff who are logged out by it."""
    device = arrive(DEVICE)
    device.open("/display/rating/")
    log_in(device, "manager")
    options = device.page.locator("#counter option").all_text_contents()
    device.page.select_option(
        "#counter", label=next(each.strip() for each in options if each.split()[0] == str(COUNTER))
    )
    device.go(device.button("设为评价器"))
    return device


def guide(arrive: Callable[..., Visitor]) -> Visitor:
    """The hall guide with a phone."""
    walking = arrive(PHONE)
    walking.open("/counter/guide/")
    log_in(walking, "guide")
    return walking

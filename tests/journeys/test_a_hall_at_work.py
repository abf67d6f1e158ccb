"""A hall at work: kiosk, console by keyboard alone, board, counter screen, rating device and the guide's phone.

The event process is killed in the middle: nothing is lost and nothing is spoken twice.
"""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys import hall
from tests.journeys.browsing import BOARD, Visitor
from tests.journeys.citizen import COUNTY_HALL
from tests.stack import Stack, eventually

MORNING = "2026-12-03T09:10:00+08:00"
DEPARTMENT = "公安户政"
QUEUE = "户籍与身份证"


def events_process(stack: Stack) -> int:
    """The event process of a stack, found by its environment and its name."""
    ours = f"YUEBAN_DATA={stack.data}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            named = (folder / "comm").read_text().strip() == "yueban-events"
            if named and ours in (folder / "environ").read_bytes():
                return int(folder.name)
        except OSError:
            continue
    return 0


def press(clerk: Visitor, key: str, then: str) -> None:
    """Press a key of the console and wait for the words that follow."""
    clerk.page.keyboard.press(key)
    expect(clerk.page.locator("#console")).to_contain_text(then)
    clerk.look()


def test_a_hall_at_work(county: Stack, arrive: Callable[..., Visitor]) -> None:
    kiosk, screen = hall.terminal(arrive), hall.board(arrive)
    above = arrive(BOARD)
    above.open(f"/display/counter/{COUNTY_HALL}/{hall.COUNTER}/")
    device, walking = hall.rating_device(arrive), hall.guide(arrive)
    labels = [hall.walk_in(kiosk, DEPARTMENT, QUEUE) for _ in range(5)]
    clerk = hall.at_counter(arrive)

    gives_priority(walking, labels[4])
    calls_in_the_order_of_priority(clerk, screen, above, labels)
    survives_the_event_process(county, clerk, screen, above, labels)
    device.troubles.clear()
    parks_transfers_and_takes_back(clerk, labels)
    asks_how_it_was(clerk, device)
    asks_for_help(clerk, walking)


def gives_priority(walking: Visitor, label: str) -> None:
    """The guide finds the number of an old man and gives it priority by law."""
    walking.page.fill("#q", label.lower())
    walking.go(walking.button("查找"))
    walking.go(walking.button("老年人"))
    expect(walking.button("老年人")).to_have_attribute("aria-pressed", "true")


def calls_in_the_order_of_priority(clerk: Visitor, screen: Visitor, above: Visitor, labels: list[str]) -> None:
    """The prioritised number comes first; board and counter screen show it, the console says why."""
    assert hall.call_next(clerk) == labels[4]
    expect(clerk.page.locator(".hand__why")).to_contain_text("依法优先")
    hall.expect_called(screen, labels[4], hall.COUNTER)
    expect(above.page.locator("[data-now]")).to_have_text(re.sub(r"([A-Z]+)", r"\1 ", labels[4]))
    above.look()
    press(clerk, "F3", "办结")
    press(clerk, "F4", "叫下一个")


def survives_the_event_process(
    county: Stack, clerk: Visitor, screen: Visitor, above: Visitor, labels: list[str]
) -> None:
    """A call while the event process is dead is shown and spoken when it is back, once."""
    before = screen.page.evaluate("() => window.heard.length")
    dead = events_process(county)
    os.kill(dead, signal.SIGKILL)
    assert hall.call_next(clerk) == labels[0]
    eventually(lambda: events_process(county) not in {0, dead}, 30)
    expect(above.page.locator("[data-now]")).to_have_text(re.sub(r"([A-Z]+)", r"\1 ", labels[0]))
    for each in (screen, above):
        each.troubles.clear()  # a browser logs the stream that was cut
    hall.expect_called(screen, labels[0], hall.COUNTER)
    screen.page.wait_for_timeout(1500)
    assert screen.page.evaluate("() => window.heard.length") - before == 2, "said twice, as every call, and no more"


def parks_transfers_and_takes_back(clerk: Visitor, labels: list[str]) -> None:
    """By keyboard alone: missed and taken back, parked and resumed, sent to another counter."""
    press(clerk, "F6", "已过号")
    press(clerk, "Control+z", "已到场")
    press(clerk, "F3", "办结")
    press(clerk, "F7", "继续")
    assert hall.call_next(clerk) == labels[1]
    press(clerk, "F5", "转到")
    expect(clerk.page.locator("#to")).to_be_focused()
    clerk.page.keyboard.press("End")
    clerk.page.keyboard.press("Tab")
    press(clerk, "Enter", "已转走")
    press(clerk, "F7", "办结")
    expect(clerk.page.locator(".hand__label")).to_have_text(re.sub(r"([A-Z]+)", r"\1 ", labels[0]))


def asks_how_it_was(clerk: Visitor, device: Visitor) -> None:
    """The device asks when the handling ends, takes one answer and rests."""
    press(clerk, "F4", "叫下一个")
    face = device.page.locator(".face--4")
    expect(face).to_be_visible()
    device.look()
    face.click()
    device.button("办得快").click()
    device.look()
    device.button("好了").click()
    expect(device.page.locator("[data-thanks]")).to_be_visible()
    expect(device.page.locator("[data-rest]")).to_be_visible()


def asks_for_help(clerk: Visitor, walking: Visitor) -> None:
    """A quiet key, and the guide's phone knows where to go."""
    walking.open(f"/counter/guide/{COUNTY_HALL}/")
    press(clerk, "F10", "已呼叫支援")
    expect(walking.page.locator("body")).to_have_attribute("data-alarms", "1")
    expect(walking.page.locator(".guide__number")).to_have_text(str(hall.COUNTER))
    walking.go(walking.button("我去"))
    expect(walking.page.locator(".guide__number")).to_have_count(0)

"""A hall on one morning: walk-ins, what a terminal refuses, a clerk's whole hand, a board that was cut off."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import citizen as steps
from tests.journeys import hall
from tests.journeys.browsing import BOARD, Visitor
from tests.journeys.channel import App
from tests.stack import Stack

TUESDAY = "2026-12-08"
MORNING = f"{TUESDAY}T09:10:00+08:00"
POLICE, QUEUE = "公安户政", "户籍与身份证"


def take_walk_in(kiosk: Visitor) -> str:
    """A ticket of the queue for identity cards."""
    return hall.walk_in(kiosk, POLICE, QUEUE)


def test_walk_ins_are_numbered_without_a_gap_and_called_in_their_order(arrive: Callable[..., Visitor]) -> None:
    kiosk, screen = hall.terminal(arrive), hall.board(arrive)
    labels = [take_walk_in(kiosk) for _ in range(3)]
    numbers = [int(label[-3:]) for label in labels]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    clerk = hall.at_counter(arrive)
    for label in labels:
        assert hall.call_next(clerk) == label
        hall.expect_called(screen, label, hall.COUNTER)
        hall.serve(clerk)


def test_a_terminal_says_why_it_gives_no_ticket_and_what_to_do_instead(
    arrive: Callable[..., Visitor], app: App
) -> None:
    kiosk, who = hall.terminal(arrive), steps.citizen(41)
    code = app.book(who, TUESDAY, "14:30")
    kiosk.open("/kiosk/booked/number/")
    hall.press(kiosk, code)
    kiosk.go(kiosk.button("取号"))
    expect(kiosk.page.locator("[data-clause='R4.1.3']")).to_be_visible()
    for text in (f"{code}.AQAAAAAAAAAAAAAAAAAAAAAA", "10000000"):
        kiosk.open("/kiosk/booked/")
        with kiosk.going():
            kiosk.page.keyboard.type(text)
            kiosk.page.keyboard.press("Enter")
        expect(kiosk.page.get_by_role("alert")).to_be_visible()
        expect(kiosk.page.locator(".ticket__label")).to_have_count(0)
    kiosk.open("/kiosk/booked/certificate/")
    hall.press(kiosk, "411624195001010011")
    kiosk.go(kiosk.button("取号"))
    expect(kiosk.page.locator("#text")).to_have_attribute("aria-invalid", "true")


def test_a_clerk_recalls_misses_calls_again_parks_and_refuses_with_a_reason(arrive: Callable[..., Visitor]) -> None:
    kiosk = hall.terminal(arrive)
    label = take_walk_in(kiosk)
    clerk, screen = hall.at_counter(arrive), hall.board(arrive)
    assert hall.call_next(clerk) == label
    again = clerk.page.locator("[data-hotkey=F2]")
    expect(again).to_be_disabled()  # so that people hear the first call
    expect(again).to_be_enabled()
    clerk.page.keyboard.press("F2")
    expect(clerk.page.locator(".hand")).to_contain_text("重呼 1 次")
    hall.expect_called(screen, label, hall.COUNTER)
    clerk.page.keyboard.press("F6")
    missed = clerk.page.locator("#right-lists li", has_text=label[-3:])
    missed.get_by_role("button", name="再叫").click()
    expect(clerk.page.locator(".hand__label")).to_be_visible()
    clerk.page.keyboard.press("F3")
    expect(clerk.button("办结 F4")).to_be_visible()
    clerk.page.keyboard.press("F7")
    clerk.page.locator("#right-lists li", has_text=label[-3:]).get_by_role("button", name="继续").click()
    clerk.button("不予受理").click()
    expect(clerk.page.get_by_role("status")).to_contain_text("理由")
    clerk.page.fill("[name=reason]", "不属于本县受理范围")
    clerk.button("不予受理").click()
    expect(clerk.button("叫下一个 F1")).to_be_visible()
    clerk.look()


def test_a_board_that_was_cut_off_shows_its_age_and_then_what_it_missed(
    arrive: Callable[..., Visitor], county: Stack
) -> None:
    kiosk, screen = hall.terminal(arrive), arrive(BOARD)
    label = take_walk_in(kiosk)
    screen.page.route(f"{county.events}/**", lambda route: route.abort())
    screen.page.goto(f"{county.web}/display/board/{steps.COUNTY_HALL}/")
    expect(screen.page.locator("[data-stale]")).to_contain_text("数据已中断", timeout=30_000)
    clerk = hall.at_counter(arrive)
    assert hall.call_next(clerk) == label
    screen.page.unroute(f"{county.events}/**")
    expect(screen.page.locator("[data-label]")).to_have_text(hall.spaced(label), timeout=30_000)
    expect(screen.page.locator("[data-stale]")).to_be_hidden(timeout=30_000)
    screen.troubles.clear()
    screen.look()
    hall.serve(clerk)


def test_every_page_of_the_hall_is_accessible_before_anything_happens(arrive: Callable[..., Visitor]) -> None:
    screen = arrive(BOARD)
    screen.open("/display/")
    screen.open("/display/board/sq-county/")
    kiosk = hall.terminal(arrive)
    for path in ("walk-in/", "booked/", "booked/number/", "booked/certificate/", "booked/certificate/?kind=passport"):
        kiosk.open(f"/kiosk/{path}")

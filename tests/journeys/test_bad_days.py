"""What goes wrong on real phones: a second tab, a double tap, the back button, an hour that passed meanwhile."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys import citizen as steps
from tests.journeys.browsing import Visitor, visitor_in
from tests.stack import Stack

FRIDAY = "2026-12-04"
MORNING = f"{FRIDAY}T07:55:00+08:00"


def up_to_the_letter(citizen: Visitor, who: steps.Citizen, hour: str) -> None:
    """Everything but the last button."""
    steps.open_hours(citizen, FRIDAY)
    steps.pick(citizen, FRIDAY, hour)
    steps.fill_in(citizen, who)


def bookings_of(citizen: Visitor) -> list[str]:
    """The numbers under 我的预约."""
    citizen.open("/me/")
    return citizen.page.locator(".appointment .number").all_inner_texts()


def test_a_double_tap_books_once(arrive: Callable[..., Visitor]) -> None:
    citizen, who = arrive(), steps.citizen(21)
    up_to_the_letter(citizen, who, "14:30")
    steps.prove_phone(citizen, who)
    with citizen.going():
        citizen.button("确认预约").dblclick(no_wait_after=True)
    steps.number_on(citizen)
    assert len(bookings_of(citizen)) == 1


def test_the_back_button_after_success_shows_the_success_again(arrive: Callable[..., Visitor]) -> None:
    citizen, who = arrive(), steps.citizen(22)
    code = steps.book(citizen, who, FRIDAY, "14:30")
    for _ in range(2):
        citizen.page.go_back(wait_until="load")
        citizen.look()
        assert steps.number_on(citizen) == code
    assert len(bookings_of(citizen)) == 1


def test_a_second_tab_ends_at_the_same_booking(arrive: Callable[..., Visitor], county: Stack) -> None:
    first, who = arrive(), steps.citizen(23)
    up_to_the_letter(first, who, "14:30")
    steps.prove_phone(first, who)
    second = visitor_in(first.page.context, county)
    steps.open_hours(second, FRIDAY)
    steps.pick(second, FRIDAY, "14:30")
    expect(second.page.locator("#number")).to_have_value(who.number)
    second.go(second.button("下一步"))
    code = steps.confirm(first)
    assert steps.confirm(second) == code
    assert len(bookings_of(first)) == 1


def test_what_was_typed_is_kept_beside_every_error(arrive: Callable[..., Visitor]) -> None:
    citizen, who = arrive(), steps.citizen(24)
    steps.open_hours(citizen, FRIDAY)
    steps.pick(citizen, FRIDAY, "14:30")
    steps.fill_in(citizen, steps.Citizen("", who.number[:-1] + ("1" if who.number[-1] != "1" else "2"), "12345"))
    citizen.go(citizen.button("下一步"))
    expect(citizen.page.locator("#errors")).to_be_focused()
    assert citizen.page.locator("#errors a").evaluate_all("all => all.map((each) => each.hash)") == [
        "#name",
        "#number",
        "#phone",
    ]
    for field in ("#name", "#number", "#phone"):
        expect(citizen.page.locator(field)).to_have_attribute("aria-invalid", "true")
    expect(citizen.page.locator("#phone")).to_have_value("12345")
    steps.say_who(citizen, who)
    steps.confirm(citizen)


def test_a_wrong_code_is_said_and_the_right_one_still_counts(arrive: Callable[..., Visitor]) -> None:
    citizen, who = arrive(), steps.citizen(25)
    up_to_the_letter(citizen, who, "14:30")
    citizen.go(citizen.button("发验证码"))
    right = citizen.message(who.phone, steps.CODE)[1]
    citizen.page.fill("#code", "000000" if right != "000000" else "111111")
    citizen.go(citizen.button("下一步"))
    expect(citizen.page.locator("#code")).to_have_attribute("aria-invalid", "true")
    citizen.page.fill("#code", right)
    citizen.go(citizen.button("下一步"))
    steps.confirm(citizen)


@pytest.mark.parametrize(
    "path", ["/booking/d-none/confirm/", "/booking/d-none/done/", "/me/12345678/", "/matters/none/", "/x"]
)
def test_an_address_that_leads_nowhere_offers_a_way_on(arrive: Callable[..., Visitor], path: str) -> None:
    citizen = arrive()
    citizen.open(path)
    expect(citizen.page.locator("main a").first).to_be_visible()


def test_an_hour_that_passed_meanwhile_says_why_and_offers_others(
    arrive: Callable[..., Visitor], county: Stack
) -> None:
    late, later = arrive(), arrive()
    who = steps.citizen(26)
    steps.open_hours(late, FRIDAY)
    up_to_the_letter(later, who, "11:30")
    steps.prove_phone(later, who)
    county.move_to(f"{FRIDAY}T08:45:00+08:00")
    steps.pick(late, FRIDAY, "11:30")
    expect(late.page.locator("#refused [data-clause='R4.0']")).to_be_visible()
    later.go(later.button("确认预约"))
    expect(later.page.locator("#refused [data-clause='R4.0']")).to_be_visible()
    later.go(later.page.locator(".nearest a").first)
    later.go(later.page.locator("button.hour").first)
    expect(later.page.locator("#name")).to_have_value(who.name)
    later.go(later.button("下一步"))
    assert re.fullmatch(r"\d{8}", steps.confirm(later))

"""What staff do at the desk, by keys alone: every key is counted, and what people say is told apart from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.factories import phone, resident
from tests.journeys.browsing import CONSOLE, Visitor
from tests.journeys.hall import log_in

HOUR = 'input[name="slot"]:checked'
"""The hour that is chosen in the registration."""


@dataclass
class Keyboard:
    """A clerk's hands. `data` counts what an applicant says (numbers, names); `keys` everything else that is pressed."""

    clerk: Visitor
    keys: int = 0
    data: int = 0

    def say(self, text: str) -> None:
        """Type what the applicant says."""
        self.data += len(text)
        self.clerk.page.keyboard.type(text)

    def search(self, text: str) -> None:
        """Type letters to find something: they are the clerk's own, and counted."""
        self.keys += len(text)
        self.clerk.page.keyboard.type(text)

    def press(self, key: str) -> None:
        """Press one key."""
        self.keys += 1
        self.clerk.page.keyboard.press(key)

    def at(self, focus: str) -> None:
        """Wait until the field that comes next in talking has the focus."""
        expect(self.clerk.page.locator(focus)).to_be_focused()


def at_desk(arrive: Callable[..., Visitor], login: str, path: str = "/desk/") -> Visitor:
    """A member of staff at the desk."""
    staff = arrive(CONSOLE)
    staff.open(path)
    log_in(staff, login)
    return staff


def up_to_the_hour(hands: Keyboard, n: int) -> None:
    """Who, and what, in the order of talking; the nearest hour is chosen then."""
    hands.at("#number")
    hands.say(resident(n).number)
    hands.press("Enter")
    expect(hands.clerk.page.locator("#name:focus, #phone:focus")).to_be_visible()
    if not hands.clerk.page.locator("#name").input_value():
        hands.at("#name")
        hands.say("样例群众")
        hands.press("Enter")
    hands.at("#phone")
    hands.say(phone(n))
    hands.press("Enter")
    hands.at("#q")
    hands.search("jmsfzhl")
    hands.press("Enter")
    hands.at(HOUR)


def register(clerk: Visitor, n: int) -> str:
    """Register somebody for the nearest hour; give the number."""
    hands = Keyboard(clerk)
    up_to_the_hour(hands, n)
    with clerk.going():
        hands.press("Enter")
    return str(clerk.page.locator("[data-code]").get_attribute("data-code"))


def find(staff: Visitor, letters: str) -> None:
    """Find a matter by its initials and wait until the first is chosen."""
    staff.page.fill("#q", letters)
    expect(staff.page.locator('input[name="what"]:checked')).to_have_count(1)

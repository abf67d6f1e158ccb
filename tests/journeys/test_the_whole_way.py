"""A citizen books on a phone in the morning, comes to the hall, takes a ticket, is called and served."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import segno
from playwright.sync_api import expect

from tests.journeys import citizen as steps
from tests.journeys import hall
from tests.journeys.browsing import CHINESE, ENGLISH, Visitor
from tests.journeys.citizen import Citizen
from tests.stack import Stack
from yueban.kernel import crypto

MORNING = "2026-11-30T07:55:00+08:00"


@dataclass(frozen=True)
class Story:
    """One of the ways to live it: a day of its own, a mode of the portal, a way of taking the ticket."""

    day: str
    applicant: Citizen
    switch: str
    language: str
    take: Callable[[Visitor, "Story", str, str], str]


def take_by_number(kiosk: Visitor, _story: Story, code: str, _qr: str) -> str:
    """Type the number of the message."""
    return hall.by_number(kiosk, code)


def take_by_qr(kiosk: Visitor, _story: Story, _code: str, qr: str) -> str:
    """Show the code on the phone."""
    return hall.by_qr(kiosk, qr)


def take_by_certificate(kiosk: Visitor, story: Story, _code: str, _qr: str) -> str:
    """Type the number of the identity card."""
    return hall.by_certificate(kiosk, story.applicant.number)


STORIES = {
    "as it is": Story("2026-11-30", steps.citizen(1, "样例居民"), "", CHINESE, take_by_number),
    "elder mode": Story("2026-12-01", steps.citizen(2, "样例农民"), "长辈版", CHINESE, take_by_qr),
    "English": Story("2026-12-02", steps.citizen(3, "Sample Visitor"), "English", ENGLISH, take_by_certificate),
}


@pytest.fixture
def sign(county: Stack) -> Iterator[Callable[[str], str]]:
    """What the stack's own key makes of a number: the text of its QR code."""
    crypto.use_keys(county.data / "keys.json")
    yield crypto.sign
    crypto.use_keys(None)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_a_citizen_books_on_a_phone_takes_a_ticket_and_is_called(
    story: Story, county: Stack, arrive: Callable[..., Visitor], sign: Callable[[str], str]
) -> None:
    if not county.clock.startswith(story.day):
        county.move_to(f"{story.day}T07:55:00+08:00")
    citizen = arrive()
    choose_mode(citizen, story)
    code = books(citizen, story)
    shows_its_qr(citizen, sign(code))
    saves_the_calendar_file(citizen, code)
    is_told_by_sms(citizen, story, code)

    county.move_to(f"{story.day}T11:05:00+08:00")
    screen = hall.board(arrive)
    label = story.take(hall.terminal(arrive), story, code, sign(code))
    assert re.fullmatch(r"Y[A-Z]+001", label), "the first booked ticket of its day"
    clerk = hall.at_counter(arrive)
    assert hall.call_next(clerk) == label
    expect(clerk.page.locator(".hand")).to_contain_text(story.applicant.name)
    hall.expect_called(screen, label, hall.COUNTER)
    is_called(citizen, code)
    hall.serve(clerk)
    assert screen.troubles + clerk.troubles + citizen.troubles == []


def choose_mode(citizen: Visitor, story: Story) -> None:
    """Switch on the first page; the choice is kept from then on."""
    if not story.switch:
        return
    citizen.page.goto(citizen.stack.web)
    with citizen.page.expect_navigation():
        citizen.page.get_by_role("button", name=story.switch, exact=True).click()
    citizen.language = story.language
    citizen.look()
    expect(citizen.page.locator("html")).to_have_attribute("lang", "en" if story.language == ENGLISH else "zh-Hans")
    if story.switch == "长辈版":
        assert citizen.page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)") >= 20


def books(citizen: Visitor, story: Story) -> str:
    """Home → 政务服务 → 部门 → matter → hall and hour → who → confirm → success."""
    steps.find_matter(citizen)
    steps.choose_hour(citizen, story.day, "11:30")
    steps.say_who(citizen, story.applicant)
    expect(citizen.page.locator(".letter")).to_contain_text(story.applicant.name)
    assert story.applicant.number not in citizen.page.content()
    return steps.confirm(citizen)


def shows_its_qr(citizen: Visitor, text: str) -> None:
    """The drawing on the page is the QR code of the signed number."""
    drawn = re.findall(
        r'\sd="([^"]+)"', segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True, light="#fff")
    )
    assert (
        citizen.page.locator("figure.qr path").evaluate_all("all => all.map((each) => each.getAttribute('d'))") == drawn
    )


def saves_the_calendar_file(citizen: Visitor, code: str) -> None:
    """A file that any calendar opens."""
    with citizen.page.expect_download() as download:
        citizen.link("记到手机日历").click()
    text = download.value.path().read_text()
    assert download.value.suggested_filename == "appointment.ics"
    assert re.search(rf"BEGIN:VEVENT\r?\nUID:{code}@yueban", text)
    assert re.search(r"DTSTART:\d{8}T033000Z", text)


def is_told_by_sms(citizen: Visitor, story: Story, code: str) -> None:
    """The message with the number came in."""
    told = citizen.message(story.applicant.phone, rf"预约号\s*{code[:4]}\s*{code[4:]}").string
    assert story.applicant.number not in told


def is_called(citizen: Visitor, code: str) -> None:
    """The phone says which counter to go to."""
    citizen.open(f"/me/{code}/ticket/")
    expect(citizen.page.locator(".called")).to_contain_text(str(hall.COUNTER))

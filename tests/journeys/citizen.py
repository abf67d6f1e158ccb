"""What a citizen does on the portal, step by step, in any mode and language."""

import re
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.factories import phone, resident
from tests.journeys.browsing import Visitor

COUNTY_HALL = "sq-county"
DEPARTMENT = "沈丘县公安局"
MATTER = "gongan-idcard-renew"
CODE = r"验证码\D{0,3}(\d{6})"


@dataclass(frozen=True)
class Citizen:
    """An applicant with a certificate and a telephone of their own."""

    name: str
    number: str
    phone: str


def citizen(n: int, name: str = "样例居民") -> Citizen:
    """Give the n-th sample citizen."""
    return Citizen(name, resident(n).number, phone(n))


def find_matter(visitor: Visitor) -> None:
    """Home → 政务服务 → 部门服务 → department → matter (R4.1.3)."""
    visitor.open("/")
    visitor.go(visitor.link("政务服务"))
    visitor.go(visitor.link("部门服务"))
    visitor.go(visitor.page.get_by_role("link", name=re.compile("公安")).first)
    visitor.go(visitor.page.locator(f'a[href="/matters/{MATTER}/"]'))


def choose_hour(visitor: Visitor, day: str, hour: str) -> None:
    """From the matter: hall, day (ISO), hour (`11:30`)."""
    visitor.go(visitor.page.locator(f'a[href^="/book/matter/{MATTER}"]').first)
    if visitor.page.url.endswith(f"/book/matter/{MATTER}/"):
        visitor.go(visitor.page.locator(f'a[href="/book/matter/{MATTER}/{COUNTY_HALL}/"]'))
    pick(visitor, day, hour)


def open_hours(visitor: Visitor, day: str) -> None:
    """Come to the hours of a day by the address that a friend sent."""
    visitor.open(f"/book/matter/{MATTER}/{COUNTY_HALL}/?day={day}")


def pick(visitor: Visitor, day: str, hour: str) -> None:
    """Choose a day of the strip unless it is chosen, then an hour."""
    chosen = visitor.page.locator(f'a.day[href$="day={day}"]')
    if chosen.get_attribute("aria-current") is None:
        visitor.go(chosen)
    visitor.go(visitor.page.locator("button.hour", has_text=f"{hour}–"))


def fill_in(visitor: Visitor, who: Citizen) -> None:
    """Say who comes, by touch."""
    visitor.page.fill("#name", who.name)
    visitor.page.fill("#number", who.number)
    visitor.page.fill("#phone", who.phone)


def prove_phone(visitor: Visitor, who: Citizen) -> None:
    """Ask for the SMS code, read it in the inbox, write it, go on."""
    visitor.go(visitor.button("发验证码"))
    expect(visitor.page.locator("#name")).to_have_value(who.name)
    visitor.page.fill("#code", visitor.message(who.phone, CODE)[1])
    visitor.go(visitor.button("下一步"))


def say_who(visitor: Visitor, who: Citizen) -> None:
    """Who comes, with the SMS code where this visitor has not proved the phone yet."""
    fill_in(visitor, who)
    prove_phone(visitor, who)


def confirm(visitor: Visitor) -> str:
    """Read the letter and press the one button; give the appointment's number."""
    assert visitor.reads("要带的材料")
    visitor.go(visitor.button("确认预约"))
    return number_on(visitor)


def number_on(visitor: Visitor) -> str:
    """The number on the success page, without its blank."""
    expect(visitor.page.locator("h1")).to_have_text(visitor.say("预约好了"))
    shown = visitor.page.locator("#code").inner_text()
    assert re.fullmatch(r"\d{4} \d{4}", shown), shown
    return shown.replace(" ", "")


def book(visitor: Visitor, who: Citizen, day: str, hour: str) -> str:
    """The short way: from the hours of the county's hall to the number."""
    open_hours(visitor, day)
    pick(visitor, day, hour)
    say_who(visitor, who)
    return confirm(visitor)

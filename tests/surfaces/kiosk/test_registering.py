"""A browser becomes a terminal by a code that an administrator confirms, and stops being one from afar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.domain.queueing.models import Printer, Terminal
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-30 09:30")


@pytest.fixture(autouse=True)
def _half_past_nine() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


def staff(role: Role, hall: Hall | None) -> Client:
    new = people.NewStaff(role, role, name="样例", centre_id=hall.centre.pk if hall else None)
    people.add_staff(new, by="test", now=NOW, password="right-right-right")
    made = Client()
    made.post("/staff/login", {"username": role, "password": "right-right-right"})
    return made


def code_of(browser: Client) -> str:
    assert browser.get("/kiosk/", follow=True).request["PATH_INFO"] == "/kiosk/register/"
    page = browser.post("/kiosk/register/", follow=True).content.decode()
    found = re.search(r"number--hero\">(\d{3}) (\d{3})<", page)
    assert found is not None
    return found[1] + found[2]


def confirmed(hall: Hall, code: str, **more: str) -> dict[str, str]:
    return {"code": code, "name": "东门", "centre": hall.centre.code} | more


def test_a_browser_shows_a_code_until_the_administrator_confirms_it(hall: Hall) -> None:
    browser, manager = Client(), staff(Role.CENTRE_MANAGER, hall)
    code = code_of(browser)
    assert code in browser.get("/kiosk/register/").content.decode().replace(" ", "")
    printer = Printer.objects.create(centre=hall.centre, name="东门打印机", driver="browser")
    asked = confirmed(hall, f"{code[:3]} {code[3:]}", printer=str(printer.pk))
    assert manager.post("/kiosk/devices/", asked)["Location"] == "/kiosk/devices/"
    assert browser.get("/kiosk/register/")["Location"] == "/kiosk/"
    assert browser.get("/kiosk/").status_code == 200
    kept = Terminal.objects.get()
    assert (kept.printer_id, kept.confirmed_by, kept.name) == (printer.pk, "staff:centre_manager", "东门")
    assert "东门" in manager.get("/kiosk/devices/").content.decode()


def test_a_retired_terminal_is_one_no_more(hall: Hall) -> None:
    browser, admin = Client(), staff(Role.SYSTEM_ADMIN, None)
    admin.post("/kiosk/devices/", confirmed(hall, code_of(browser)))
    assert browser.get("/kiosk/").status_code == 200
    assert admin.post(f"/kiosk/devices/{Terminal.objects.get().pk}/retire").status_code == 302
    assert browser.get("/kiosk/")["Location"] == "/kiosk/register/"
    assert admin.post(f"/kiosk/devices/{Terminal.objects.get().pk}/retire").status_code == 404


def test_a_code_is_good_for_thirty_minutes_and_once(hall: Hall) -> None:
    browser, manager = Client(), staff(Role.CENTRE_MANAGER, hall)
    code = code_of(browser)
    clock.simulate(clock.frozen(NOW + timedelta(minutes=30, seconds=1)))
    assert manager.post("/kiosk/devices/", confirmed(hall, code)).status_code == 409
    fresh = code_of(browser)
    assert manager.post("/kiosk/devices/", confirmed(hall, fresh)).status_code == 302
    assert manager.post("/kiosk/devices/", confirmed(hall, fresh)).status_code == 409
    assert Terminal.objects.count() == 1


def test_only_administrators_confirm_and_only_in_their_own_hall(hall: Hall) -> None:
    elsewhere = make_hall(code="elsewhere")
    browser = Client()
    code = code_of(browser)
    assert staff(Role.CLERK, hall).get("/kiosk/devices/").status_code == 403
    assert Client().get("/kiosk/devices/")["Location"].startswith("/staff/login")
    manager = staff(Role.CENTRE_MANAGER, elsewhere)
    assert manager.post("/kiosk/devices/", confirmed(hall, code)).status_code == 404
    other = confirmed(elsewhere, code, printer="99999999999999999999")
    assert manager.post("/kiosk/devices/", other).status_code == 302
    assert Terminal.objects.get().printer_id is None


def test_a_forged_or_foreign_token_is_no_terminal(hall: Hall) -> None:
    browser = Client()
    browser.cookies["kiosk_terminal"] = "kt_forged"
    assert browser.get("/kiosk/")["Location"] == "/kiosk/register/"

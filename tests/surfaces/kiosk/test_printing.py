"""A terminal that prints: by its own page, or on a printer of the network, read byte by byte from a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.devices import Printer as Machine
from tests.factories import Hall, instant, make_hall, request_for
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.domain.queueing.models import Printer, Ticket
from yueban.kernel import crypto

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-26 12:00")


@pytest.fixture
def machine() -> Iterator[Machine]:
    with Machine() as made:
        yield made


@pytest.fixture
def printer(hall: Hall, machine: Machine) -> Printer:
    return Printer.objects.create(centre=hall.centre, name="一号机", address=machine.address, left=10)


def terminal(hall: Hall, printer: Printer | None = None) -> Client:
    made = Client()
    made.cookies["kiosk"] = crypto.sign(f"kiosk:{hall.centre.code}" + (f":{printer.pk}" if printer else ""))
    return made


def walk_in(at: Client, hall: Hall) -> str:
    return at.post("/kiosk/walk-in/issue/", {"queue": hall.queue.pk}, follow=True).content.decode()


def states() -> list[str]:
    return list(Ticket.objects.order_by("id").values_list("state", flat=True))


def test_a_printer_of_the_network_prints_the_slip_and_the_page_prints_nothing(
    hall: Hall, machine: Machine, printer: Printer
) -> None:
    page = walk_in(terminal(hall, printer), hall)
    assert ("A 001" in page, "data-print" in page, "请取走号票" in page) == (True, False, True)
    assert "A 001" in machine.texts[0]
    printer.refresh_from_db()
    assert (states(), printer.left) == (["waiting"], 9)


def test_without_paper_the_page_says_that_the_number_does_not_count(
    hall: Hall, machine: Machine, printer: Printer
) -> None:
    machine.sheets = 0
    page = walk_in(terminal(hall, printer), hall)
    assert "没有打印出来，这个号不算数" in page
    assert states() == ["void"]


def test_an_appointment_whose_slip_failed_can_take_a_number_at_the_next_terminal(
    hall: Hall, machine: Machine, printer: Printer
) -> None:
    machine.sheets = 0
    code = booking.book(request_for(hall, hall.slot(10)), by="test", now=BEFORE).code
    terminal(hall, printer).post("/kiosk/booked/", {"text": code})
    assert Appointment.objects.get().status == "booked"
    page = terminal(hall).post("/kiosk/booked/", {"text": code}, follow=True).content.decode()
    assert "YA 002" in page
    assert (states(), Appointment.objects.get().status) == (["void", "waiting"], "ticketed")


def test_a_second_print_that_fails_leaves_the_number_valid_and_says_it(
    hall: Hall, machine: Machine, printer: Printer
) -> None:
    code = booking.book(request_for(hall, hall.slot(10)), by="test", now=BEFORE).code
    at = terminal(hall, printer)
    at.post("/kiosk/booked/", {"text": code}, follow=True)
    machine.sheets = 0
    page = at.post("/kiosk/booked/", {"text": code}, follow=True).content.decode()
    assert "YA001 仍然有效" in page
    assert states() == ["waiting"]


def test_where_the_page_prints_a_number_counts_when_the_page_is_there(hall: Hall) -> None:
    at = terminal(hall)
    answer = at.post("/kiosk/walk-in/issue/", {"queue": hall.queue.pk})
    assert states() == ["reserved"]
    page = at.get(answer["Location"]).content.decode()
    assert ("data-print" in page, states()) == (True, ["waiting"])
    assert at.get(answer["Location"]).status_code == 200, "loading it again changes nothing"


def test_a_page_that_comes_after_the_number_was_dropped_says_so(hall: Hall) -> None:
    at = terminal(hall)
    answer = at.post("/kiosk/walk-in/issue/", {"queue": hall.queue.pk})
    Ticket.objects.update(state="void")
    assert "这个号已经作废" in at.get(answer["Location"]).content.decode()


def test_the_paper_of_a_terminal_that_prints_by_itself_is_counted(hall: Hall, printer: Printer) -> None:
    Printer.objects.update(driver="browser", address="")
    page = walk_in(terminal(hall, printer), hall)
    printer.refresh_from_db()
    assert ("data-print" in page, printer.left) == (True, 9)


def test_staff_choose_the_printer_of_a_terminal_among_those_of_its_hall(hall: Hall, printer: Printer) -> None:
    elsewhere = make_hall(code="elsewhere")
    other = Printer.objects.create(centre=elsewhere.centre, name="别处", address="10.0.0.1:9100")
    new = people.NewStaff("guide", Role.GUIDE, centre_id=hall.centre.pk)
    people.add_staff(new, by="test", now=BEFORE, password="guide-guide-guide")
    for chosen, kept in ((printer, f"kiosk:hall:{printer.pk}"), (other, "kiosk:hall")):
        browser = Client()
        browser.post("/staff/login", {"username": "guide", "password": "guide-guide-guide"})
        page = browser.get("/kiosk/setup/").content.decode()
        assert ("一号机" in page, "别处" in page) == (True, False)
        browser.post("/kiosk/setup/", {"centre": hall.centre.code, "printer": chosen.pk})
        assert crypto.verify(browser.cookies["kiosk"].value) == kept


@pytest.mark.parametrize("cookie", ["kiosk:hall:0", "kiosk:hall:x", "kiosk:hall:-1", "kiosk:hall:99999999999999999999"])
def test_a_printer_that_is_not_there_leaves_the_printing_to_the_page(hall: Hall, cookie: str) -> None:
    at = Client()
    at.cookies["kiosk"] = crypto.sign(cookie)
    assert "data-print" in walk_in(at, hall)

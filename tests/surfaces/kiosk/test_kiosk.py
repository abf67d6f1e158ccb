"""The terminal in the hall: set up once, then one question a page until the number is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, make_queue, phone, request_for, resident
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.domain.queueing import operations
from yueban.domain.queueing.models import Ticket
from yueban.kernel import clock, crypto

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-26 12:00")
STATIC = Path(__file__).resolve().parents[3] / "yueban" / "surfaces"


def book(hall: Hall, hour: int, n: int = 1) -> Appointment:
    code = booking.book(request_for(hall, hall.slot(hour), n), by="test", now=BEFORE).code
    return Appointment.objects.get(code=code)


def printed(answer: object) -> str:
    """Follow to the ticket page and give the number on it."""
    page = answer.content.decode()  # type: ignore[attr-defined]
    found = re.search(r'ticket__label number">([^<]+)<', page)
    assert found is not None, page
    return found[1]


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_a_browser_that_nobody_set_up_is_sent_to_set_up(hall: Hall) -> None:
    answer = Client().get("/kiosk/")
    assert answer["Location"] == "/kiosk/register/"


def test_a_forged_device_cookie_opens_nothing(hall: Hall) -> None:
    stranger = Client()
    for forged in (f"kiosk:{hall.centre.code}", crypto.sign(hall.centre.code), crypto.sign("kiosk:elsewhere")):
        stranger.cookies["kiosk"] = forged
        assert stranger.get("/kiosk/").status_code == 302


def test_staff_set_the_terminal_up_once_and_are_logged_out_by_it(hall: Hall) -> None:
    new = people.NewStaff("guide", Role.GUIDE, centre_id=hall.centre.pk)
    people.add_staff(new, by="test", now=BEFORE, password="guide-guide-guide")
    browser = Client()
    browser.post("/staff/login", {"username": "guide", "password": "guide-guide-guide"})
    answer = browser.post("/kiosk/setup/", {"centre": hall.centre.code})
    assert answer["Location"] == "/kiosk/"
    assert browser.cookies["kiosk"]["httponly"]
    assert browser.get("/kiosk/").status_code == 200
    assert browser.get("/kiosk/setup/").status_code == 302


def test_staff_of_another_hall_cannot_set_up_a_terminal_here(hall: Hall) -> None:
    elsewhere = make_hall(code="elsewhere")
    new = people.NewStaff("guide", Role.GUIDE, centre_id=elsewhere.centre.pk)
    people.add_staff(new, by="test", now=BEFORE, password="guide-guide-guide")
    browser = Client()
    browser.post("/staff/login", {"username": "guide", "password": "guide-guide-guide"})
    answer = browser.post("/kiosk/setup/", {"centre": hall.centre.code})
    assert "kiosk" not in answer.cookies


def test_staff_who_may_not_issue_tickets_cannot_set_up_a_terminal(hall: Hall) -> None:
    people.add_staff(people.NewStaff("audit", Role.AUDIT_ADMIN), by="test", now=BEFORE, password="audit-audit-audit")
    browser = Client()
    browser.post("/staff/login", {"username": "audit", "password": "audit-audit-audit"})
    assert browser.get("/kiosk/setup/").status_code == 403


def test_r4_1_3_a_ticket_by_the_qr_code_that_a_scanner_types(hall: Hall, terminal: Client) -> None:
    appointment = book(hall, 10)
    answer = terminal.post("/kiosk/booked/", {"text": crypto.sign(appointment.code)}, follow=True)
    assert printed(answer) == "YA 001"
    assert "A区" in words(answer)
    appointment.refresh_from_db()
    assert appointment.status == "ticketed"


@pytest.mark.parametrize("way", ["/kiosk/booked/", "/kiosk/booked/number/"])
def test_r4_1_3_a_ticket_by_the_number_as_people_type_it(hall: Hall, terminal: Client, way: str) -> None:
    code = book(hall, 10).code
    assert printed(terminal.post(way, {"text": f"{code[:4]} {code[4:]}"}, follow=True)) == "YA 001"


@pytest.mark.parametrize("way", ["/kiosk/booked/", "/kiosk/booked/certificate/"])
def test_r4_1_3_a_ticket_by_the_certificate(hall: Hall, terminal: Client, way: str) -> None:
    book(hall, 10)
    number = resident(1).number
    assert printed(terminal.post(way, {"kind": "resident_id", "text": number.lower()}, follow=True)) == "YA 001"


def test_two_appointments_of_a_day_ask_which_one(hall: Hall, terminal: Client) -> None:
    first, second = book(hall, 10), book(hall, 11)
    answer = terminal.post("/kiosk/booked/certificate/", {"kind": "resident_id", "text": resident(1).number})
    assert [crypto.sign(each.code) in words(answer) for each in (first, second)] == [True, True]
    taken = terminal.post("/kiosk/booked/take/", {"appointment": crypto.sign(first.code)}, follow=True)
    assert printed(taken) == "YA 001"


def test_a_number_that_was_not_signed_takes_nothing(hall: Hall, terminal: Client) -> None:
    appointment = book(hall, 10)
    assert terminal.post("/kiosk/booked/take/", {"appointment": appointment.code}).status_code == 409
    assert not Ticket.objects.exists()


def test_a_second_scan_prints_the_same_number_again(hall: Hall, terminal: Client) -> None:
    qr = crypto.sign(book(hall, 10).code)
    terminal.post("/kiosk/booked/", {"text": qr}, follow=True)
    answer = terminal.post("/kiosk/booked/", {"text": qr}, follow=True)
    assert printed(answer) == "YA 001"
    assert "补打" in words(answer)
    assert Ticket.objects.count() == 1


def test_r4_1_3_too_early_is_said_with_its_clause_and_what_to_do_instead(hall: Hall, terminal: Client) -> None:
    answer = terminal.post("/kiosk/booked/", {"text": crypto.sign(book(hall, 14).code)})
    assert answer.status_code == 409
    assert "13:00" in words(answer)
    assert 'href="/kiosk/walk-in/"' in words(answer)


def test_an_appointment_of_another_hall_is_sent_there(hall: Hall, terminal: Client) -> None:
    elsewhere = make_hall(code="elsewhere")
    answer = terminal.post("/kiosk/booked/", {"text": crypto.sign(book(elsewhere, 10).code)})
    assert elsewhere.centre.address in words(answer)
    assert not Ticket.objects.exists()


def test_a_missed_number_is_told_to_go_to_its_counter(hall: Hall, terminal: Client) -> None:
    code = book(hall, 10).code
    now = clock.now()
    ticket = operations.check_in(code, by="test", now=now)
    operations.call_next(hall.counters[1].pk, by="test", now=now)
    operations.missed(ticket.ticket_id, by="test", now=now)
    answer = terminal.post("/kiosk/booked/", {"text": crypto.sign(code)})
    assert "请到 2 号窗口说明" in words(answer)


@pytest.mark.parametrize(
    "text", ["", "x" * 300, "\0", "1234567", "٣٣٣٣٣٣٣٣", "411624199001011234", "99999999", "’; --"]
)
@pytest.mark.parametrize("way", ["booked/", "booked/number/", "booked/certificate/"])
def test_whatever_is_typed_gets_a_sentence(terminal: Client, way: str, text: str) -> None:
    answer = terminal.post(f"/kiosk/{way}", {"text": text, "kind": "nonsense"})
    assert answer.status_code in {409, 422}
    assert 'role="alert"' in words(answer)


def test_a_small_hall_asks_for_the_queue_at_once_and_prints(hall: Hall, terminal: Client) -> None:
    assert "A队列" in words(terminal.get("/kiosk/walk-in/"))
    answer = terminal.post("/kiosk/walk-in/issue/", {"queue": hall.queue.pk}, follow=True)
    assert printed(answer) == "A 001"


def test_a_large_hall_asks_for_the_department_first(hall: Hall, terminal: Client) -> None:
    department = hall.queue.departments.get()
    for n in range(9):
        make_queue(hall.centre, f"q{n}", "BCDEFGHIJ"[n], department)
    operations.issue(hall.queue.pk, by="test", now=clock.now())
    assert re.search(r"样例</span>\s*<span[^>]*>等候 1 人", words(terminal.get("/kiosk/walk-in/")))
    assert "B队列" in words(terminal.get("/kiosk/walk-in/department/", {"name": "样例"}))
    assert terminal.get("/kiosk/walk-in/department/", {"name": "别处"}).status_code == 404


def test_the_queue_of_another_hall_gives_no_number_here(hall: Hall, terminal: Client) -> None:
    elsewhere = make_hall(code="elsewhere")
    for queue in (elsewhere.queue.pk, "", "x", "\0"):
        assert terminal.post("/kiosk/walk-in/issue/", {"queue": queue}).status_code == 404
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("token", ["1", "ticket:1", "x.y", "%00"])
def test_a_ticket_is_shown_only_by_its_signed_address(terminal: Client, token: str) -> None:
    assert terminal.get(f"/kiosk/ticket/{token}/").status_code == 404


def test_nothing_of_a_person_is_in_an_address_or_on_the_slip(hall: Hall, terminal: Client) -> None:
    book(hall, 10)
    answer = terminal.post(
        "/kiosk/booked/certificate/", {"kind": "resident_id", "text": resident(1).number}, follow=True
    )
    seen = words(answer) + " ".join(address for address, _ in answer.redirect_chain)
    assert [secret in seen for secret in (resident(1).number, phone(1), "样例申请人")] == [False, False, False]


NOT_IN_CHROMIUM_87 = {
    ".js": (
        r"\.at\(",
        r"structuredClone",
        r"Object\.hasOwn",
        r"\.findLast",
        r"static \{",
        r"crypto\.randomUUID",
        r"\.toSorted",
    ),
    ".css": (
        r":has\(",
        r":is\(",
        r":where\(",
        r"aspect-ratio",
        r"@layer",
        r"@container",
        r"color-mix",
        r"\bdvh\b",
        r"^\s*&",
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        "kiosk/static/kiosk/kiosk.js",
        "kiosk/static/kiosk/kiosk.css",
        "static/yueban/reader.js",
        "display/static/display/board.js",
        "display/static/display/board.css",
        "display/static/display/voice.js",
    ],
)
def test_terminals_and_boards_keep_to_what_chromium_87_knows(name: str) -> None:
    text = (STATIC / name).read_text()
    patterns = NOT_IN_CHROMIUM_87[Path(name).suffix]
    assert [pattern for pattern in patterns if re.search(pattern, text, re.MULTILINE)] == []

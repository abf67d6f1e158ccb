"""A number counts when somebody holds its slip: reserved, printed, valid; or dropped and never called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.devices import Printer as Machine
from tests.factories import Hall, instant, make_hall, request_for, resident
from tests.stack import free_port
from yueban.domain.audit import operations as audit_operations
from yueban.domain.audit import queries as audit
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.people.models import Person
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.models import Printer, Ticket
from yueban.domain.queueing.operations import Holder, Issued
from yueban.domain.queueing.printing import PrintingFailed, Problem
from yueban.domain.queueing.rules import AlreadyWaiting, NotReserved, UnknownPrinter
from yueban.domain.regulation.rules import Refused

pytestmark = pytest.mark.django_db

KIOSK = "channel:kiosk"
BEFORE = instant("2026-11-26 12:00")


def at(clock: str) -> datetime:
    return instant(f"2026-11-30 {clock}")


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture(autouse=True)
def _invariants_hold_after_every_story() -> Iterator[None]:
    yield
    assert queries.broken_invariants() == []
    assert appointments.broken_invariants() == []


def reserve(hall: Hall, clock: str = "09:00", **holder: int | None) -> Issued:
    return operations.issue(hall.queue.pk, by=KIOSK, now=at(clock), holder=Holder(**holder), reserve=True)  # type: ignore[arg-type]


def book(hall: Hall, kind: ChannelKind = ChannelKind.ONLINE) -> str:
    made = booking.book(request_for(hall, hall.slot(9), channel_kind=kind), by="test", now=BEFORE)
    return str(made.code)


def state(ticket_id: int) -> str:
    return Ticket.objects.get(pk=ticket_id).state


def kinds(ticket_id: int) -> list[str]:
    return [event.kind for event in audit.ticket_history(ticket_id)]


def call(hall: Hall, clock: str = "09:10") -> str | None:
    called = operations.call_next(hall.counters[0].pk, by="staff:test", now=at(clock))
    return called.label if called else None


def test_a_reserved_number_is_called_only_after_its_slip_is_out(hall: Hall) -> None:
    reserved = reserve(hall)
    assert (state(reserved.ticket_id), call(hall)) == ("reserved", None)
    operations.confirm(reserved.ticket_id, by=KIOSK, now=at("09:01"))
    assert call(hall) == "A001"
    assert kinds(reserved.ticket_id)[:2] == ["ticket.reserved", "ticket.issued"]


def test_a_dropped_number_is_never_called_and_the_next_one_counts_on(hall: Hall) -> None:
    lost = reserve(hall)
    operations.drop(lost.ticket_id, by=KIOSK, now=at("09:01"), reason="paper")
    kept = reserve(hall)
    operations.confirm(kept.ticket_id, by=KIOSK, now=at("09:02"))
    assert (state(lost.ticket_id), kept.label, call(hall), call_again(hall)) == ("void", "A002", "A002", None)


def call_again(hall: Hall) -> str | None:
    called = operations.call_next(hall.counters[1].pk, by="staff:test", now=at("09:20"))
    return called.label if called else None


def test_a_page_that_acknowledges_twice_has_acknowledged_once(hall: Hall) -> None:
    reserved = reserve(hall)
    for _ in range(2):
        assert operations.acknowledge(reserved.ticket_id, by=KIOSK, now=at("09:01")).label == "A001"
    assert kinds(reserved.ticket_id) == ["ticket.reserved", "ticket.issued"]


def test_who_was_called_before_the_second_acknowledgement_stays_called(hall: Hall) -> None:
    reserved = reserve(hall)
    operations.acknowledge(reserved.ticket_id, by=KIOSK, now=at("09:01"))
    call(hall)
    operations.acknowledge(reserved.ticket_id, by=KIOSK, now=at("09:11"))
    assert state(reserved.ticket_id) == "called"


def test_a_valid_number_cannot_be_dropped_and_a_dropped_one_cannot_become_valid(hall: Hall) -> None:
    kept, lost = reserve(hall), reserve(hall)
    operations.confirm(kept.ticket_id, by=KIOSK, now=at("09:01"))
    operations.drop(lost.ticket_id, by=KIOSK, now=at("09:01"), reason="paper")
    with pytest.raises(NotReserved):
        operations.drop(kept.ticket_id, by=KIOSK, now=at("09:02"), reason="late")
    with pytest.raises(NotReserved):
        operations.confirm(lost.ticket_id, by=KIOSK, now=at("09:02"))


def test_a_number_whose_terminal_died_is_dropped_after_two_minutes(hall: Hall) -> None:
    old, young = reserve(hall, "09:00"), reserve(hall, "09:01")
    assert operations.drop_lapsed(by="system:drop_lapsed", now=at("09:02")) == 1
    assert (state(old.ticket_id), state(young.ticket_id)) == ("void", "reserved")


def test_the_estimate_on_the_slip_counts_those_who_wait_before(hall: Hall) -> None:
    operations.issue(hall.queue.pk, by=KIOSK, now=at("08:59"))
    slip = queries.ticket_slip(reserve(hall).ticket_id, at=at("09:00"))
    assert (slip.label, slip.ahead, slip.phone) == ("A002", 1, hall.centre.phone)


# ---- appointments ----------------------------------------------------------------------------------------------------


def status(code: str) -> str:
    return Appointment.objects.get(code=code).status


@pytest.mark.parametrize(("kind", "after"), [(ChannelKind.ONLINE, "ticketed"), (ChannelKind.PHONE, "arrived")])
def test_r4_1_3_an_appointment_is_ticketed_when_its_slip_is_out(hall: Hall, kind: ChannelKind, after: str) -> None:
    code = book(hall, kind)
    reserved = operations.check_in(code, by=KIOSK, now=at("08:50"), reserve=True)
    assert (status(code), queries.ticket_of(code)) == ("booked", None)
    operations.confirm(reserved.ticket_id, by=KIOSK, now=at("08:51"))
    assert (status(code), reserved.label) == (after, "YA001")


def test_after_a_failed_slip_the_appointment_can_take_another_number(hall: Hall) -> None:
    code = book(hall)
    lost = operations.check_in(code, by=KIOSK, now=at("08:50"), reserve=True)
    operations.drop(lost.ticket_id, by=KIOSK, now=at("08:51"), reason="paper")
    kept = operations.check_in(code, by=KIOSK, now=at("08:52"), reserve=True)
    operations.confirm(kept.ticket_id, by=KIOSK, now=at("08:53"))
    assert (kept.label, status(code), state(lost.ticket_id)) == ("YA002", "ticketed", "void")


def test_who_asks_again_before_the_slip_came_out_gets_a_new_number_instead(hall: Hall) -> None:
    code = book(hall)
    first = operations.check_in(code, by=KIOSK, now=at("08:50"), reserve=True)
    second = operations.check_in(code, by=KIOSK, now=at("08:51"), reserve=True)
    with pytest.raises(NotReserved):
        operations.confirm(first.ticket_id, by=KIOSK, now=at("08:52"))
    operations.confirm(second.ticket_id, by=KIOSK, now=at("08:52"))
    assert [state(each.ticket_id) for each in (first, second)] == ["void", "waiting"]


def test_an_appointment_that_was_cancelled_while_its_slip_was_printed_leaves_no_number(hall: Hall) -> None:
    code = book(hall)
    reserved = operations.check_in(code, by=KIOSK, now=at("08:50"), reserve=True)
    booking.cancel(code, by="applicant", now=at("08:50"))
    with pytest.raises(Refused):
        operations.confirm(reserved.ticket_id, by=KIOSK, now=at("08:51"))
    assert state(reserved.ticket_id) == "void"


def test_a_person_who_waits_gets_no_second_number_and_a_reserved_one_is_replaced(hall: Hall) -> None:
    book(hall)
    person = Person.objects.get(certificate_kind=resident(1).kind).pk
    first = reserve(hall, person_id=person)
    second = reserve(hall, person_id=person)
    operations.confirm(second.ticket_id, by=KIOSK, now=at("09:01"))
    assert state(first.ticket_id) == "void"
    with pytest.raises(AlreadyWaiting):
        reserve(hall, person_id=person)


# ---- printed on a real socket ----------------------------------------------------------------------------------------


@pytest.fixture
def machine() -> Iterator[Machine]:
    with Machine() as made:
        yield made


def printer_of(hall: Hall, machine: Machine, **fields: object) -> int:
    return Printer.objects.create(centre=hall.centre, name="一号机", address=machine.address, **fields).pk


def hand_out(hall: Hall, printer: int) -> Issued:
    return operations.hand_out(reserve(hall).ticket_id, printer_id=printer, by=KIOSK, now=at("09:00"))


def device_events(hall: Hall) -> list[str]:
    audit_operations.sequence()
    found = audit.after(0, limit=1000, centre_id=hall.centre.pk)
    return [event.kind for event in found if event.kind.startswith("printer.")]


def test_a_slip_that_came_out_makes_the_number_valid(hall: Hall, machine: Machine) -> None:
    issued = hand_out(hall, printer_of(hall, machine))
    assert state(issued.ticket_id) == "waiting"
    assert "A 001" in machine.texts[0]
    assert "前面没有人" in machine.texts[0]


def test_without_paper_the_number_is_dropped_and_the_guide_sees_why(hall: Hall, machine: Machine) -> None:
    machine.sheets = 1
    printer = printer_of(hall, machine)
    hand_out(hall, printer)
    for _ in range(2):
        with pytest.raises(PrintingFailed, match=Problem.NO_PAPER):
            hand_out(hall, printer)
    assert [ticket.state for ticket in Ticket.objects.order_by("id")] == ["waiting", "void", "void"]
    (view,) = queries.printers(hall.centre.pk)
    assert (view.error, view.needs_paper) == ("no_paper", True)
    assert device_events(hall) == ["printer.failed"], "said once"


def test_a_printer_that_is_off_leaves_no_number_that_is_called(hall: Hall, machine: Machine) -> None:
    printer = printer_of(hall, machine)
    Printer.objects.filter(pk=printer).update(address=f"127.0.0.1:{free_port()}")
    with pytest.raises(PrintingFailed):
        hand_out(hall, printer)
    assert call(hall) is None


def test_an_unknown_printer_or_one_that_only_its_terminal_reaches_prints_nothing(hall: Hall, machine: Machine) -> None:
    for printer in (0, printer_of(hall, machine, driver="browser")):
        with pytest.raises(UnknownPrinter):
            hand_out(hall, printer)
    assert set(Ticket.objects.values_list("state", flat=True)) == {"void"}


def test_the_paper_is_counted_and_the_guide_hears_once_when_it_runs_low(hall: Hall, machine: Machine) -> None:
    printer = printer_of(hall, machine, left=4, low=2)
    for _ in range(3):
        hand_out(hall, printer)
    (view,) = queries.printers(hall.centre.pk)
    assert (view.left, view.needs_paper, device_events(hall)) == (1, True, ["printer.paper_low"])
    operations.load_paper(printer, by="staff:guide", now=at("09:05"))
    (view,) = queries.printers(hall.centre.pk)
    assert (view.left, view.needs_paper) == (400, False)


def test_a_printer_that_says_its_paper_ends_is_believed_even_where_nobody_counts(hall: Hall, machine: Machine) -> None:
    machine.low = True
    printer = printer_of(hall, machine)
    for _ in range(2):
        hand_out(hall, printer)
    (view,) = queries.printers(hall.centre.pk)
    assert (view.left, view.needs_paper, device_events(hall)) == (None, True, ["printer.paper_low"])


def test_a_terminal_that_prints_by_itself_has_its_paper_counted_too(hall: Hall, machine: Machine) -> None:
    printer = printer_of(hall, machine, driver="browser", left=10)
    operations.acknowledge(reserve(hall).ticket_id, printer_id=printer, by=KIOSK, now=at("09:00"))
    assert queries.printers(hall.centre.pk)[0].left == 9


def test_a_number_can_be_printed_again(hall: Hall, machine: Machine) -> None:
    printer = printer_of(hall, machine)
    issued = hand_out(hall, printer)
    operations.print_again(issued.ticket_id, printer_id=printer, by=KIOSK, now=at("09:05"))
    assert ["补打" in text for text in machine.texts] == [False, True]


def test_r4_1_3_the_slip_of_an_appointment_carries_its_number_and_its_signed_code(hall: Hall, machine: Machine) -> None:
    code = book(hall)
    operations.print_appointment(code, printer_id=printer_of(hall, machine), by=KIOSK, now=BEFORE)
    printed = machine.texts[0]
    assert f"{code[:4]} {code[4:]}" in printed
    assert f"<{appointments.by_code(code, now=BEFORE).qr}>" in printed
    assert "□ 居民身份证" in printed
    assert "11月30日 周一 06:00 前可取消，不记爽约" in printed


def test_the_clock_of_a_slip_is_that_of_the_hall(hall: Hall) -> None:
    slip = queries.ticket_slip(reserve(hall).ticket_id, at=at("09:00") + timedelta(seconds=59))
    assert slip.at == at("09:00:59")

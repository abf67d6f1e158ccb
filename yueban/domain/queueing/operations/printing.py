"""Slips that come out of a printer, and the numbers that count only then.

The slip is printed between two transactions: the number is reserved and committed, the printer does its work, and only
what it did decides whether the number becomes valid or is dropped. Call these outside any transaction.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from yueban.domain.audit import operations as audit
from yueban.domain.queueing import printing, queries
from yueban.domain.queueing.models import Printer
from yueban.domain.queueing.operations import reserving
from yueban.domain.queueing.printing import Paper, PrintingFailed, Problem
from yueban.domain.queueing.rules import NotReserved, UnknownPrinter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from yueban.domain.queueing.operations.reserving import Issued
    from yueban.domain.queueing.printing import Block
    from yueban.domain.queueing.queries import PrinterView

LOW = "low"
"""Not a problem yet: the printer says that its roll ends."""


def hand_out(ticket_id: int, *, printer_id: int, by: str, now: datetime) -> Issued:
    """Print the slip of a reserved number and make it valid; without a slip the number is dropped.

    Raises PrintingFailed, UnknownTicket, UnknownPrinter, and what `confirm` raises.
    """
    slip = queries.ticket_slip(ticket_id, at=now)
    try:
        _print(printer_id, lambda paper: printing.ticket_slip(slip, paper=paper), by=by, now=now)
    except (PrintingFailed, UnknownPrinter) as failed:
        with suppress(NotReserved):  # dropped meanwhile
            reserving.drop(ticket_id, by=by, now=now, reason=f"not printed: {failed}")
        raise
    return reserving.confirm(ticket_id, by=by, now=now)


def acknowledge(ticket_id: int, *, printer_id: int | None = None, by: str, now: datetime) -> Issued:
    """The terminal's page has printed the slip by itself (or shown the number): it counts. Raises what `confirm` does."""
    issued = reserving.confirm(ticket_id, by=by, now=now)
    if printer_id is not None:
        _count(printer_id, Paper.UNKNOWN, by=by, now=now)
    return issued


def print_again(ticket_id: int, *, printer_id: int, by: str, now: datetime) -> None:
    """Print the slip of a number once more (补打). Raises PrintingFailed, UnknownTicket, UnknownPrinter."""
    slip = queries.ticket_slip(ticket_id, at=now, again=True)
    _print(printer_id, lambda paper: printing.ticket_slip(slip, paper=paper), by=by, now=now)


def print_appointment(code: str, *, printer_id: int, by: str, now: datetime) -> None:
    """Print the slip of an appointment. Raises PrintingFailed, UnknownPrinter, booking.queries.UnknownAppointment."""
    slip = queries.appointment_slip(code, at=now)
    _print(printer_id, lambda paper: printing.appointment_slip(slip, paper=paper), by=by, now=now)


@transaction.atomic
def load_paper(printer_id: int, *, by: str, now: datetime) -> None:
    """Somebody put a new roll in. Raises UnknownPrinter."""
    if not Printer.objects.filter(pk=printer_id).update(left=F("roll"), failed_at=None, error=""):
        raise UnknownPrinter(printer_id)
    _tell("printer.loaded", printer_id, by, now)


def _print(printer_id: int, blocks: Callable[[int], Sequence[Block]], *, by: str, now: datetime) -> None:
    printer = _at(printer_id)
    data = printing.render(blocks(printer.sheet.paper), printer.sheet)
    try:
        paper = printing.deliver(printer.address, data, reports=printer.reports)
    except PrintingFailed as failed:
        _note_failure(printer_id, failed.problem, by=by, now=now)
        raise
    _count(printer_id, paper, by=by, now=now)


def _at(printer_id: int) -> PrinterView:
    printer = queries.printer(printer_id)
    if printer is None or printer.driver != "escpos":
        raise UnknownPrinter(printer_id)
    return printer


@transaction.atomic
def _note_failure(printer_id: int, problem: Problem, *, by: str, now: datetime) -> None:
    """Said once, until it prints again or fails for another reason."""
    if Printer.objects.filter(pk=printer_id).exclude(error=problem).update(failed_at=now, error=problem):
        _tell("printer.failed", printer_id, by, now, reason=str(problem))


@transaction.atomic
def _count(printer_id: int, paper: Paper, *, by: str, now: datetime) -> None:
    """One slip less on the roll; the guide hears of it once when it runs low, by our count or by the printer's word."""
    same = Printer.objects.filter(pk=printer_id)
    before = same.select_for_update().values("left", "low", "error").first()
    if before is None:
        raise UnknownPrinter(printer_id)
    same.update(
        left=Greatest(F("left") - 1, 0) if before["left"] else before["left"],
        failed_at=None,
        error=LOW if paper is Paper.LOW else "",
    )
    if before["left"] == before["low"] + 1 or (paper is Paper.LOW and before["error"] != LOW):
        _tell("printer.paper_low", printer_id, by, now)


def _tell(kind: str, printer_id: int, by: str, at: datetime, reason: str = "") -> None:
    centre_id, name = Printer.objects.values_list("centre_id", "name").get(pk=printer_id)
    audit.record(
        kind=kind, by=by, at=at, centre_id=centre_id, reason=reason, data={"printer": printer_id, "device": name}
    )

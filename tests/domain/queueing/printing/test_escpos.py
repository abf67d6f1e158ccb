"""A printer on a real socket: what it says about itself decides whether a slip is out."""

from __future__ import annotations

import time

import pytest

from tests.devices import Printer, black_hole
from tests.stack import eventually, free_port
from yueban.domain.queueing.printing import Paper, PrintingFailed, Problem, Sheet, Text, deliver, render

SLIP = render([Text("A 012", size=6)], Sheet())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("CONNECT_SECONDS", 0.5), ("ANSWER_SECONDS", 0.3), ("PRINT_SECONDS", 0.5)):
        monkeypatch.setattr(f"yueban.domain.queueing.printing.escpos.{name}", seconds)


def problem(printer: Printer, *, reports: bool = True) -> Problem:
    with printer, pytest.raises(PrintingFailed) as failed:
        deliver(printer.address, SLIP, reports=reports)
    return failed.value.problem


def test_a_printer_that_says_so_has_printed() -> None:
    with Printer() as printer:
        assert deliver(printer.address, SLIP, reports=True) is Paper.ENOUGH
        assert printer.slips == [SLIP]


def test_a_printer_tells_that_its_paper_runs_low() -> None:
    with Printer(low=True) as printer:
        assert deliver(printer.address, SLIP, reports=True) is Paper.LOW


def test_a_printer_without_paper_prints_nothing() -> None:
    printer = Printer(sheets=0)
    assert problem(printer) is Problem.NO_PAPER
    assert printer.slips == []


def test_paper_that_ends_in_the_middle_is_no_slip() -> None:
    with Printer(sheets=1) as printer:
        deliver(printer.address, SLIP, reports=True)
        with pytest.raises(PrintingFailed) as failed:
            deliver(printer.address, SLIP, reports=True)
    assert failed.value.problem is Problem.NO_PAPER


def test_a_printer_whose_paper_ends_while_it_prints_says_so_afterwards() -> None:
    printer = Printer(sheets=1, runs_out=True)
    assert problem(printer) is Problem.NO_PAPER


def test_an_open_cover_is_said() -> None:
    assert problem(Printer(cover=True)) is Problem.COVER_OPEN


def test_a_printer_that_never_answers_has_not_printed_unless_it_is_known_to_be_one_of_those() -> None:
    assert problem(Printer(mute=True)) is Problem.SILENT
    with Printer(mute=True) as printer:
        assert deliver(printer.address, SLIP, reports=False) is Paper.UNKNOWN
        eventually(lambda: len(printer.slips) == 1)


def test_a_printer_that_is_off_is_unreachable() -> None:
    for reports in (True, False):
        with pytest.raises(PrintingFailed) as failed:
            deliver(f"127.0.0.1:{free_port()}", SLIP, reports=reports)
        assert failed.value.problem is Problem.UNREACHABLE


def test_a_printer_whose_cable_was_pulled_is_given_up_in_time() -> None:
    with black_hole() as nowhere:
        begun = time.monotonic()
        with pytest.raises(PrintingFailed):
            deliver(nowhere, SLIP, reports=True)
        assert time.monotonic() - begun < 2

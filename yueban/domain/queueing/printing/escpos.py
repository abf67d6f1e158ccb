r"""ESC/POS, through python-escpos: the bytes of a slip, and whether a printer on the network really printed it.

Printers of this country hold their characters in GB18030, which python-escpos has no code page for: text is encoded
here and sent raw after `FS &` (Chinese mode). A printer that can answer is asked before (cover, paper) and after: `GS r`
waits in its buffer behind the slip, so its answer means that the slip is out.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from yueban.domain.queueing.printing.blocks import COLUMNS, Gap, Qr, Rule, Text, wrapped
from yueban.kernel.addresses import address_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yueban.domain.queueing.printing.blocks import Block

ENCODING: Final = "gb18030"
CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 1.5
PRINT_SECONDS: Final = 8.0
"""Seconds for a connection, for an answer to a question at rest, and until a slip must be out."""

CHINESE_MODE: Final = b"\x1c&"
WHY_OFFLINE: Final = b"\x10\x04\x02"
PAPER_NOW: Final = b"\x10\x04\x04"
PAPER_AFTER: Final = b"\x1dr\x01"
QR_DOTS: Final = {58: 6, 80: 8}


class Paper(StrEnum):
    """How much paper there is, as the printer says."""

    ENOUGH = "enough"
    LOW = "low"
    UNKNOWN = "unknown"


class Problem(StrEnum):
    """Why a slip did not come out."""

    UNREACHABLE = "unreachable"
    NO_PAPER = "no_paper"
    COVER_OPEN = "cover_open"
    FAULT = "fault"
    SILENT = "silent"


class PrintingFailed(Exception):
    """Nobody holds this slip."""

    def __init__(self, problem: Problem) -> None:
        """Say why."""
        self.problem = problem
        super().__init__(str(problem))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Paper and gifts of a printer: its width in millimetres, whether it draws QR codes by itself."""

    paper: int = 80
    draws_qr: bool = True


def render(blocks: Sequence[Block], sheet: Sheet) -> bytes:
    """The bytes of a slip, from reset to cut."""
    from escpos.printer import Dummy  # noqa: PLC0415  a third of a second and 11 MB that most processes never need

    out = Dummy()
    out.hw("INIT")
    out._raw(CHINESE_MODE)  # noqa: SLF001  the way in that python-escpos documents for raw commands
    for block in blocks:
        _write(out, block, sheet)
    out.cut()
    return bytes(out.output)


def _write(out: Any, block: Block, sheet: Sheet) -> None:
    match block:
        case Text():
            _write_text(out, block, COLUMNS[sheet.paper] // block.size)
        case Qr(data):
            out.set(align="center", custom_size=True, width=1, height=1)
            out.qr(data, native=sheet.draws_qr, size=QR_DOTS[sheet.paper])
            out._raw(b"\n")  # noqa: SLF001
        case Rule():
            out.set(align="left", bold=False, custom_size=True, width=1, height=1)
            out._raw(b"-" * COLUMNS[sheet.paper] + b"\n")  # noqa: SLF001
        case Gap(lines):
            out.set(custom_size=True, width=1, height=1)
            out._raw(b"\n" * lines)  # noqa: SLF001


def _write_text(out: Any, block: Text, columns: int) -> None:
    out.set(align=block.align, bold=block.bold, custom_size=True, width=block.size, height=block.size)
    for line in wrapped(block.text, columns):
        out._raw(line.encode(ENCODING, "replace") + b"\n")  # noqa: SLF001


def deliver(address: str, data: bytes, *, reports: bool) -> Paper:
    """Print at `host:port` and give the state of the paper. Raises PrintingFailed.

    `reports`: the printer answers; without it a slip counts as printed when the printer took all its bytes.
    """
    try:
        with socket.create_connection(address_of(address), timeout=CONNECT_SECONDS) as printer:
            if reports:
                return _printed(printer, data)
            printer.sendall(data)
            printer.shutdown(socket.SHUT_WR)
            return Paper.UNKNOWN
    except (OSError, ValueError) as error:
        raise PrintingFailed(Problem.UNREACHABLE) from error


def _printed(printer: socket.socket, data: bytes) -> Paper:
    _refuse_unready(printer)
    printer.sendall(data)
    state = _ask(printer, PAPER_AFTER, mask=0x90, fixed=0x00, seconds=PRINT_SECONDS)
    if state is None:
        _refuse_unready(printer)
        raise PrintingFailed(Problem.SILENT)
    if state & 0x0C:
        raise PrintingFailed(Problem.NO_PAPER)
    return Paper.LOW if state & 0x03 else Paper.ENOUGH


def _refuse_unready(printer: socket.socket) -> None:
    """Ask why it might be offline. The bits are those of DLE EOT 2 and 4."""
    offline = _ask(printer, WHY_OFFLINE, mask=0x93, fixed=0x12, seconds=ANSWER_SECONDS)
    if offline is None:
        raise PrintingFailed(Problem.SILENT)
    paper = _ask(printer, PAPER_NOW, mask=0x93, fixed=0x12, seconds=ANSWER_SECONDS) or 0
    if offline & 0x04:
        raise PrintingFailed(Problem.COVER_OPEN)
    if offline & 0x20 or paper & 0x60:
        raise PrintingFailed(Problem.NO_PAPER)
    if offline & 0x40:
        raise PrintingFailed(Problem.FAULT)


def _ask(printer: socket.socket, question: bytes, *, mask: int, fixed: int, seconds: float) -> int | None:
    """The byte that answers, None when none comes; bytes that are no answer to this question are passed over."""
    printer.settimeout(seconds)
    printer.sendall(question)
    with suppress(TimeoutError):
        while answer := printer.recv(16):
            found = [each for each in answer if each & mask == fixed]
            if found:
                return found[-1]
    return None

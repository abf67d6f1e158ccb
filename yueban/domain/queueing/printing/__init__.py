"""Slips on paper: what stands on them (`slips`), how a printer is told (`escpos`), and whether it really printed.

The slip of a ticket and of an appointment are designed like screens (ui.md 10): one number that is seen at once, then
where to go, then the small print.
"""

from typing import Final

from yueban.domain.queueing.printing.blocks import COLUMNS, Block, Text, fitted, wrapped
from yueban.domain.queueing.printing.escpos import Paper, PrintingFailed, Problem, Sheet, deliver, render
from yueban.domain.queueing.printing.slips import AppointmentSlip, TicketSlip, appointment_slip, ticket_slip

__all__ = [
    "COLUMNS",
    "DRIVERS",
    "PAPERS",
    "AppointmentSlip",
    "Block",
    "Paper",
    "PrintingFailed",
    "Problem",
    "Sheet",
    "Text",
    "TicketSlip",
    "appointment_slip",
    "deliver",
    "fitted",
    "render",
    "ticket_slip",
    "wrapped",
]

PAPERS: Final = tuple(COLUMNS)
"""Widths of paper in millimetres."""

DRIVERS: Final = ("escpos", "browser")
"""`escpos`: on the network, port 9100. `browser`: the terminal prints by its own page, we only count."""

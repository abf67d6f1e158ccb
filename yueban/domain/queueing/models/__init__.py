"""Tickets and calls in a hall, how it is run, and its machines."""

from yueban.domain.queueing.models.devices import Printer, Reader, Screen, Terminal, Wording
from yueban.domain.queueing.models.halls import CentreHall, CounterState, HelpCall, QueueBand
from yueban.domain.queueing.models.tickets import Handling, Numbering, Ticket, Undo

__all__ = [
    "CentreHall",
    "CounterState",
    "Handling",
    "HelpCall",
    "Numbering",
    "Printer",
    "QueueBand",
    "Reader",
    "Screen",
    "Terminal",
    "Ticket",
    "Undo",
    "Wording",
]

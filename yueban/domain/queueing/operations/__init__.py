"""Everything that can be done in a hall; each function is one use case, atomic, and writes its event."""

from yueban.domain.queueing.operations.calling import Called, call, call_next, recall, transfer
from yueban.domain.queueing.operations.counters import close_counter, close_day, open_counter, pause_counter
from yueban.domain.queueing.operations.handling import accept, finish, missed, park, resume
from yueban.domain.queueing.operations.issuing import Holder, Issued, check_in, issue, mark_present, take_ticket, void

__all__ = [
    "Called",
    "Holder",
    "Issued",
    "accept",
    "call",
    "call_next",
    "check_in",
    "close_counter",
    "close_day",
    "finish",
    "issue",
    "mark_present",
    "missed",
    "open_counter",
    "park",
    "pause_counter",
    "recall",
    "resume",
    "take_ticket",
    "transfer",
    "void",
]

"""Everything that can be done in a hall; each function is one use case, atomic, and writes its event."""

from yueban.domain.queueing.operations.calling import Called, call, call_next, recall, transfer
from yueban.domain.queueing.operations.counters import close_counter, close_day, open_counter, pause_counter
from yueban.domain.queueing.operations.handling import accept, finish, missed, park, resume
from yueban.domain.queueing.operations.issuing import Holder, check_in, issue, mark_present, take_ticket, void
from yueban.domain.queueing.operations.printing import (
    acknowledge,
    hand_out,
    load_paper,
    print_again,
    print_appointment,
)
from yueban.domain.queueing.operations.reserving import Issued, confirm, drop, drop_lapsed
from yueban.domain.queueing.operations.showing import note_dropped, note_failed, note_shown

__all__ = [
    "Called",
    "Holder",
    "Issued",
    "accept",
    "acknowledge",
    "call",
    "call_next",
    "check_in",
    "close_counter",
    "close_day",
    "confirm",
    "drop",
    "drop_lapsed",
    "finish",
    "hand_out",
    "issue",
    "load_paper",
    "mark_present",
    "missed",
    "note_dropped",
    "note_failed",
    "note_shown",
    "open_counter",
    "park",
    "pause_counter",
    "print_again",
    "print_appointment",
    "recall",
    "resume",
    "take_ticket",
    "transfer",
    "void",
]

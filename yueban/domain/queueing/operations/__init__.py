"""Everything that can be done in a hall; each function is one use case, atomic, and writes its event."""

from yueban.domain.queueing.operations.calling import Called, call, call_next, recall
from yueban.domain.queueing.operations.counters import (
    close_counter,
    close_day,
    keep_overnight,
    open_counter,
    pause_counter,
    set_bookings_first,
)
from yueban.domain.queueing.operations.handling import Ending, accept, continue_with, finish, write_note
from yueban.domain.queueing.operations.helping import answer_help, call_for_help, give_priority, more_time
from yueban.domain.queueing.operations.issuing import (
    Holder,
    check_in,
    holder_of,
    issue,
    issue_to,
    mark_present,
    take_ticket,
    void,
)
from yueban.domain.queueing.operations.leaving import missed, park, resume, transfer, transfer_to_counter, undo
from yueban.domain.queueing.operations.printing import (
    acknowledge,
    hand_out,
    load_paper,
    print_again,
    print_appointment,
)
from yueban.domain.queueing.operations.reserving import Issued, confirm, drop, drop_lapsed
from yueban.domain.queueing.operations.showing import note_dropped, note_failed, note_shown
from yueban.domain.queueing.operations.terminals import ASKING, ask_to_be_terminal, confirm_terminal, retire_terminal

__all__ = [
    "ASKING",
    "Called",
    "Ending",
    "Holder",
    "Issued",
    "accept",
    "acknowledge",
    "answer_help",
    "ask_to_be_terminal",
    "call",
    "call_for_help",
    "call_next",
    "check_in",
    "close_counter",
    "close_day",
    "confirm",
    "confirm_terminal",
    "continue_with",
    "drop",
    "drop_lapsed",
    "finish",
    "give_priority",
    "hand_out",
    "holder_of",
    "issue",
    "issue_to",
    "keep_overnight",
    "load_paper",
    "mark_present",
    "missed",
    "more_time",
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
    "retire_terminal",
    "set_bookings_first",
    "take_ticket",
    "transfer",
    "transfer_to_counter",
    "undo",
    "void",
    "write_note",
]

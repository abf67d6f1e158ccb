"""The use cases of booking: each atomic, each with its history row, each answering refusals with all their reasons."""

from yueban.domain.booking.operations.book import book
from yueban.domain.booking.operations.change import cancel, reschedule
from yueban.domain.booking.operations.counter import (
    Cancelled,
    CounterResult,
    cancel_for_counter,
    cancel_many_for_counter,
)
from yueban.domain.booking.operations.hotline import (
    Intake,
    claim_call,
    close_call,
    escalate_calls,
    finish_call,
    hand_on_call,
    note_attempt,
    take_call,
)
from yueban.domain.booking.operations.messages import counter_message, write_to
from yueban.domain.booking.operations.openings import withdraw_opening
from yueban.domain.booking.operations.outside import book_outside, confirm, move_outside, reject
from yueban.domain.booking.operations.progress import (
    Ticketed,
    mark_accepted,
    mark_missed,
    mark_not_missed,
    mark_present,
    mark_served,
    mark_ticketed,
    may_be_ticketed,
)
from yueban.domain.booking.operations.rebooking import AlreadyRebooked, LinkExpired, rebook
from yueban.domain.booking.operations.reminders import remind
from yueban.domain.booking.operations.rotation import rotate_keys
from yueban.domain.booking.operations.sweep import sweep_no_shows
from yueban.domain.booking.operations.tasks import move_task
from yueban.domain.booking.operations.terms import Booking, BookingRequest, Idempotency, Outside, OutsideRequest
from yueban.domain.booking.operations.told import mark_told, note_relatives_phone
from yueban.domain.booking.operations.urgent import (
    AlreadyDecided,
    OwnRequest,
    UrgentRequest,
    approve_urgent,
    lapse_urgent,
    reject_urgent,
    request_urgent,
)

__all__ = [
    "AlreadyDecided",
    "AlreadyRebooked",
    "Booking",
    "BookingRequest",
    "Cancelled",
    "CounterResult",
    "Idempotency",
    "Intake",
    "LinkExpired",
    "Outside",
    "OutsideRequest",
    "OwnRequest",
    "Ticketed",
    "UrgentRequest",
    "approve_urgent",
    "book",
    "book_outside",
    "cancel",
    "cancel_for_counter",
    "cancel_many_for_counter",
    "claim_call",
    "close_call",
    "confirm",
    "counter_message",
    "escalate_calls",
    "finish_call",
    "hand_on_call",
    "lapse_urgent",
    "mark_accepted",
    "mark_missed",
    "mark_not_missed",
    "mark_present",
    "mark_served",
    "mark_ticketed",
    "mark_told",
    "may_be_ticketed",
    "move_outside",
    "move_task",
    "note_attempt",
    "note_relatives_phone",
    "rebook",
    "reject",
    "reject_urgent",
    "remind",
    "request_urgent",
    "reschedule",
    "rotate_keys",
    "sweep_no_shows",
    "take_call",
    "withdraw_opening",
    "write_to",
]

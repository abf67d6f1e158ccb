"""The use cases of booking: each atomic, each with its history row, each answering refusals with all their reasons."""

from yueban.domain.booking.operations.book import book
from yueban.domain.booking.operations.change import cancel, reschedule
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
from yueban.domain.booking.operations.rotation import rotate_keys
from yueban.domain.booking.operations.sweep import sweep_no_shows
from yueban.domain.booking.operations.terms import Booking, BookingRequest, Idempotency, Outside, OutsideRequest

__all__ = [
    "Booking",
    "BookingRequest",
    "Idempotency",
    "Outside",
    "OutsideRequest",
    "Ticketed",
    "book",
    "book_outside",
    "cancel",
    "confirm",
    "mark_accepted",
    "mark_missed",
    "mark_not_missed",
    "mark_present",
    "mark_served",
    "mark_ticketed",
    "may_be_ticketed",
    "move_outside",
    "reject",
    "reschedule",
    "rotate_keys",
    "sweep_no_shows",
]

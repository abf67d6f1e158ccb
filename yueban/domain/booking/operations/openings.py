"""Withdrawing hours outside the timetable: nothing more is sold, and everybody who booked them is told (R4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.booking import queries
from yueban.domain.booking.operations.counter import cancel_many_for_counter
from yueban.domain.booking.rules import MOST_AT_ONCE, told_reason
from yueban.domain.calendar import operations as calendar
from yueban.domain.calendar import queries as calendars
from yueban.domain.calendar.rules import State

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.operations.counter import CounterResult


def withdraw_opening(
    opening_id: int, *, reason: str, by: str, now: datetime, late_allowed: bool = False
) -> list[CounterResult]:
    """Withdraw a published opening and cancel what was booked in its coming hours; give what became of each.

    The hours close first, in one transaction, so that nobody books what is being withdrawn; then each appointment is
    cancelled in its own. Called again for a withdrawn opening it goes on with whoever is left, under the reason that
    was given then. `late_allowed` as in `cancel_for_counter`. Raises InvalidInput for the reason, `OpeningChanged` for a
    draft, `UnknownOpening`.
    """
    opening = calendars.flexible_opening(opening_id, now=now)
    if opening.state is State.WITHDRAWN:
        words = opening.withdrawn_reason
    else:
        words = told_reason(reason)
        calendar.close_opening(opening_id, reason=words, by=by, now=now)
    codes = [each.appointment.code for each in queries.affected_by_opening(opening_id, now=now)]
    results: list[CounterResult] = []
    for start in range(0, len(codes), MOST_AT_ONCE):
        part = codes[start : start + MOST_AT_ONCE]
        results += cancel_many_for_counter(part, reason=words, by=by, now=now, late_allowed=late_allowed)
    return results

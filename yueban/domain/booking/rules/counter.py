"""When a counter cannot keep an appointment (R4.3), and urgent hours outside the timetable (R1.2)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from yueban.domain.booking.rules.status import Status
from yueban.domain.booking.rules.windows import whole_second
from yueban.domain.calendar.rules import UnknownDay, horizon_end
from yueban.domain.regulation.rules import Clause, Reason, RefusalCode, reason
from yueban.kernel.errors import InvalidInput, gettext_noop
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from datetime import date

    from yueban.domain.booking.rules.facts import AppointmentFacts
    from yueban.domain.calendar.rules import WorkingClock, WorkingDays
    from yueban.domain.regulation.rules import Parameters

LONGEST_REASON: Final = 20
"""Characters of what is told by SMS: the bound that providers set on a variable."""
MOST_AT_ONCE: Final = 500
LONGEST_URGENT: Final = timedelta(hours=4)
_WITHDRAWABLE: Final = frozenset({Status.BOOKED, Status.ARRIVED, Status.TICKETED})

_NO_REASON: Final = gettext_noop("请写明原因，申请人会收到。")
_LONG_REASON: Final = gettext_noop("原因最多 %(limit)s 个字，要写进短信。")


def told_reason(text: str) -> str:
    """Give the reason that an applicant is told, blanks squeezed. Raises InvalidInput when it is missing or too long."""
    words = " ".join(text.replace("\0", "").split())
    if not words:
        raise InvalidInput("reason", "missing", _NO_REASON)
    if len(words) > LONGEST_REASON:
        raise InvalidInput("reason", "too_long", _LONG_REASON, limit=LONGEST_REASON)
    return words


def counter_limit(starts_at: datetime, clock: WorkingClock, parameters: Parameters) -> datetime | None:
    """Give the last moment at which a counter tells in time that it cannot serve (R4.3): 0.5 working day before.

    Counted over the regular hours of that centre, back from the start. None where the calendar is not known so far back.
    """
    try:
        return clock.subtract(starts_at, parameters.counter_cancel_lead)
    except UnknownDay:
        return None


def is_late(limit: datetime | None, *, now: datetime) -> bool:
    """Say whether telling now is too late; the limit's own second is in time, an unknown limit is late."""
    return limit is None or whole_second(now) > limit


def counter_refusals(
    appointment: AppointmentFacts, limit: datetime | None, *, late_allowed: bool, now: datetime
) -> list[Reason]:
    """Give the reasons against a counter's cancelling: it has begun or ended, or it is late and nobody may say so."""
    if appointment.status not in _WITHDRAWABLE:
        return [reason(RefusalCode.NOT_CANCELLABLE, status=appointment.status)]
    if is_late(limit, now=now) and not late_allowed:
        details = {} if limit is None else {"deadline": limit}
        return [reason(RefusalCode.NEEDS_APPROVAL, Clause.R4_3, **details)]
    return []


def rebook_until(cancelled_at: datetime, days: WorkingDays, parameters: Parameters) -> datetime:
    """Give when the link in a counter's message ends: with the last day that could be booked when it was written."""
    today = cancelled_at.astimezone(TZ).date()
    try:
        last = horizon_end(days, today, parameters.horizon)
    except UnknownDay:
        last = days.last
    return datetime.combine(last + timedelta(days=1), time.min, TZ)


def urgent_refusals(span: tuple[datetime, datetime], clock: WorkingClock, *, last: date, now: datetime) -> list[Reason]:
    """Give the reasons against an urgent hour (R1.2): it lies in the regular hours, or beyond what can be booked.

    Whoever can come in regular hours books a slot. A date that nobody knows yet is beyond.
    """
    starts_at, ends_at = (instant.astimezone(TZ) for instant in span)
    if starts_at < whole_second(now):
        return [reason(RefusalCode.TOO_LATE, starts_at=starts_at)]
    if starts_at.date() > last:
        return [reason(RefusalCode.BEYOND_HORIZON, last=last)]
    held = [hours.on(starts_at.date()) for hours in clock.spans(starts_at.date())]
    if any(starts_at < closes and opens < ends_at for opens, closes in held):
        return [reason(RefusalCode.NOT_ELIGIBLE, Clause.R1_2)]
    return []

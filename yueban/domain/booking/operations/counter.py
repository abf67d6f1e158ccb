"""A counter that cannot keep its appointments says so, says why, and offers another hour (R4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DatabaseError

from yueban.domain.booking import queries
from yueban.domain.booking.operations import locking
from yueban.domain.booking.operations.messages import tell_counter_cancelled
from yueban.domain.booking.queries.counter import limit_of
from yueban.domain.booking.rules import MOST_AT_ONCE, Status, counter_refusals, is_late, told_reason
from yueban.domain.regulation.rules import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A counter's cancellation. `late`: later than half a working day before, which is reported; `told`: an SMS goes out."""

    appointment: AppointmentView
    late: bool
    told: bool


@dataclass(frozen=True, slots=True)
class CounterResult:
    """What became of one of many: `cancelled`, or the `reasons` against it; neither when it is unknown or was busy."""

    code: str
    cancelled: Cancelled | None = None
    reasons: tuple[Reason, ...] = ()


def cancel_for_counter(code: str, *, reason: str, by: str, now: datetime, late_allowed: bool = False) -> Cancelled:
    """Cancel because the counter cannot serve: place, time and day are given back, and the applicant is told why.

    `reason` stands in the SMS, beside a link that offers the nearest free hours. The caller has checked
    `Permission.CANCEL_FOR_COUNTER` there, and `CANCEL_LATE_FOR_COUNTER` where it says `late_allowed`. Raises `Refused`
    (`not_cancellable`; `needs_approval` of R4.3 when it is late), InvalidInput for the reason, `UnknownAppointment`.
    """
    return _cancel(code, told_reason(reason), late_allowed, by=by, now=now)


@locking.holding_the_person
def _cancel(held: AppointmentView, reason: str, late_allowed: bool, *, by: str, now: datetime) -> Cancelled:  # noqa: FBT001
    limit = limit_of(held)
    if reasons := counter_refusals(held.facts, limit, late_allowed=late_allowed, now=now):
        raise Refused(reasons)
    late = is_late(limit, now=now)
    locking.give_back(held)
    told = {"reason": reason, "data": {"late": late}}
    locking.move(held, Status.COUNTER_CANCELLED, by=by, now=now, clause="R4.3", ended_at=now, **told)
    tell_counter_cancelled(held, reason, now=now)
    return Cancelled(queries.by_code(held.code, now=now), late, held.has_phone)


def cancel_many_for_counter(
    codes: Sequence[str],
    *,
    reason: str,
    by: str,
    now: datetime,
    late_allowed: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[CounterResult]:
    """Cancel many, each in its own transaction, and say of each what became of it; a failed one stops no other.

    At most `MOST_AT_ONCE`: ValueError beyond. `progress` is called with (done, in all). Raises InvalidInput for the reason.
    """
    if len(codes) > MOST_AT_ONCE:
        raise ValueError("too many at once")
    words, results = told_reason(reason), list[CounterResult]()
    for done, code in enumerate(codes, start=1):
        results.append(_result(code, words, late_allowed, by=by, now=now))
        if progress is not None:
            progress(done, len(codes))
    return results


def _result(code: str, reason: str, late_allowed: bool, *, by: str, now: datetime) -> CounterResult:  # noqa: FBT001
    try:
        return CounterResult(code, _cancel(code, reason, late_allowed, by=by, now=now))
    except Refused as refused:
        return CounterResult(code, reasons=refused.reasons)
    except (queries.UnknownAppointment, locking.Changed, DatabaseError):
        return CounterResult(code)

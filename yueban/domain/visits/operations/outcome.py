"""How a visit ends: the team arrives, and comes back with a result (R4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import Status
from yueban.domain.visits import queries
from yueban.domain.visits.models import Visit
from yueban.domain.visits.operations.holding import holding, write_history
from yueban.domain.visits.operations.terms import NotOpen
from yueban.domain.visits.rules import NEEDS_REASON, OUTCOME, RESULTS, Result
from yueban.kernel.errors import InvalidInput, gettext_noop

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.visits.queries import VisitView

_GOING_ON = frozenset({Status.BOOKED, Status.ACCEPTED, Status.MISSED})
_NO_REASON = gettext_noop("请写明原因，申请人会看到。")
_NO_RESULT = gettext_noop("请选择结果。")


@holding
def arrive(visit: VisitView, *, by: str, now: datetime) -> VisitView:
    """The team is there and begins (受理, R4.2); twice is once. Raises `NotOpen`."""
    if visit.status not in _GOING_ON:
        raise NotOpen
    booking.mark_accepted(visit.appointment.id, by=by, now=now)
    return queries.by_code(visit.code, now=now)


@holding
def record(visit: VisitView, *, result: Result, reason: str = "", by: str, now: datetime) -> VisitView:
    """Write down what the team came back with; it ends the appointment with the outcome that the result means.

    Nobody at the door ends it without outcome and without a strike (R3.4). Raises `InvalidInput` for a result of another
    kind of visit or without the reason that it needs, `NotOpen`.
    """
    if visit.status not in _GOING_ON:
        raise NotOpen
    _check(visit, result, reason)
    booking.mark_accepted(visit.appointment.id, by=by, now=now)
    if result is Result.ABSENT:
        booking.mark_missed(visit.appointment.id, by=by, now=now)
    else:
        booking.mark_served(visit.appointment.id, outcome=OUTCOME[result], reason=reason.strip(), by=by, now=now)
    Visit.objects.filter(pk=visit.id).update(result=result)
    write_history(visit, "recorded", by=by, at=now, reason=reason.strip(), data={"result": str(result)})
    return queries.by_code(visit.code, now=now)


def _check(visit: VisitView, result: Result, reason: str) -> None:
    if result not in RESULTS[visit.kind]:
        raise InvalidInput("result", "unknown_result", _NO_RESULT)
    if result in NEEDS_REASON and not reason.strip():
        raise InvalidInput("reason", "missing", _NO_REASON)

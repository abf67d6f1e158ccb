"""The calls that wait to be answered, and what became of the others (R4.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yueban.domain.booking.models import CallAttempt, CallRequest
from yueban.domain.booking.rules.hotline import (
    HELD_FOR,
    AttemptResult,
    CallState,
    ClosedReason,
    DayPart,
    Due,
    UnknownCall,
    Urgency,
    urgency,
)
from yueban.kernel import crypto
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

MOST = 200


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try to call back."""

    at: datetime
    by: str
    result: AttemptResult
    again_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallView:
    """One call with what was said; `phone` is in clear, to be dialled by who has it in hand and masked elsewhere."""

    id: int
    centre_id: int
    centre_code: str
    centre_name: str
    department_id: int
    department_name: str
    matter_code: str
    matter_name: str
    name: str
    phone: str
    note: str
    wanted_on: date | None
    wanted_part: DayPart
    asked_at: datetime
    taken_by: str
    due_at: datetime
    warn_at: datetime
    state: CallState
    claimed_by: str
    claimed_at: datetime | None
    again_at: datetime | None
    warned_at: datetime | None
    overdue_at: datetime | None
    code: str
    closed_reason: ClosedReason | None
    attempts: tuple[AttemptView, ...]

    def urgency(self, *, now: datetime) -> Urgency:
        """How it stands to its due time."""
        return urgency(Due(self.due_at, self.warn_at), now=now)

    def held_by(self, *, now: datetime) -> str:
        """Who calls back at this moment, empty when nobody does."""
        held = self.claimed_at is not None and self.claimed_at > now - HELD_FOR
        return self.claimed_by if held else ""


def call(call_id: int) -> CallView:
    """Give one call. Raises `UnknownCall`."""
    found = _rows().filter(pk=call_id).first()
    if found is None:
        raise UnknownCall(call_id)
    return _view(found)


def waiting_calls(centre_id: int, *, department_id: int | None = None) -> list[CallView]:
    """Give the calls of a centre that wait to be answered, the most urgent first; of one department when it is given."""
    rows = _rows().filter(centre_id=centre_id, state=CallState.WAITING).order_by("due_at", "pk")
    return [_view(row) for row in _of(rows, department_id)[:MOST]]


def ended_calls(centre_id: int, *, since: datetime, department_id: int | None = None) -> list[CallView]:
    """Give the calls that ended since an instant, latest first."""
    rows = _rows().filter(centre_id=centre_id, closed_at__gte=since).order_by("-closed_at", "-pk")
    return [_view(row) for row in _of(rows, department_id)[:MOST]]


def escalated_calls(centre_id: int, *, department_id: int | None = None) -> list[CallView]:
    """Give the waiting calls that their manager has been told of, the latest first in due order."""
    return [each for each in waiting_calls(centre_id, department_id=department_id) if each.warned_at or each.overdue_at]


def _rows() -> QuerySet[CallRequest]:
    rows = CallRequest.objects.select_related("centre", "department", "matter", "appointment")
    return rows.prefetch_related("callattempt_set")


def _of(rows: QuerySet[CallRequest], department_id: int | None) -> QuerySet[CallRequest]:
    return rows if department_id is None else rows.filter(department_id=department_id)


def _view(row: CallRequest) -> CallView:
    return CallView(
        id=row.pk,
        centre_id=row.centre_id,
        centre_code=row.centre.code,
        centre_name=row.centre.short_name,
        department_id=row.department_id,
        department_name=row.department.short_name,
        matter_code=row.matter.code,
        matter_name=row.matter.name,
        name=crypto.unseal(row.name_sealed),
        phone=crypto.unseal(row.phone_sealed),
        note=crypto.unseal(row.note_sealed),
        wanted_on=row.wanted_on,
        wanted_part=DayPart(row.wanted_part),
        asked_at=row.asked_at.astimezone(TZ),
        taken_by=row.taken_by,
        due_at=row.due_at.astimezone(TZ),
        warn_at=row.warn_at.astimezone(TZ),
        state=CallState(row.state),
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        again_at=row.again_at.astimezone(TZ) if row.again_at else None,
        warned_at=row.warned_at,
        overdue_at=row.overdue_at,
        code=row.appointment.code if row.appointment else "",
        closed_reason=ClosedReason(row.closed_reason) if row.closed_reason else None,
        attempts=tuple(_attempt(each) for each in row.callattempt_set.all()),
    )


def _attempt(row: CallAttempt) -> AttemptView:
    again_at = row.again_at.astimezone(TZ) if row.again_at else None
    return AttemptView(row.at.astimezone(TZ), row.by, AttemptResult(row.result), again_at)

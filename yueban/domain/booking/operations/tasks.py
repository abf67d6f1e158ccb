"""Moving package tasks: by their department, or following the booking (R5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.booking.models import PackageTask
from yueban.domain.booking.queries import tasks as queries
from yueban.domain.booking.rules.tasks import (
    LONG_REASON,
    LONGEST_REASON,
    NO_REASON,
    TaskChanged,
    TaskState,
    begun_by,
    follows,
)
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.booking.queries.tasks import TaskView
    from yueban.domain.booking.rules import Status


@transaction.atomic
def move_task(task_id: int, to: TaskState, *, seen: str, reason: str = "", by: str, now: datetime) -> TaskView:
    """Move a task for its department from the state that was seen; the caller has checked whose it is.

    Raises `TaskChanged` when it stands elsewhere by now or there is no way, `UnknownTask`, and `InvalidInput` for a
    return without its reason.
    """
    _check_reason(to, reason)
    task = queries.task(task_id)
    if task.state != seen or to not in task.moves:
        raise TaskChanged
    kept = reason if to is TaskState.RETURNED else ""
    moved = PackageTask.objects.filter(pk=task_id, state=seen).update(state=to, reason=kept, changed_at=now)
    if moved == 0:
        raise TaskChanged
    _record(task.appointment_id, task.centre_id, to, task.matter_code, by=by, at=now, reason=reason)
    return queries.task(task_id)


def _check_reason(to: TaskState, reason: str) -> None:
    if to is TaskState.RETURNED and not reason:
        raise InvalidInput("reason", "no_reason", NO_REASON)
    if len(reason) > LONGEST_REASON:
        raise InvalidInput("reason", "long_reason", LONG_REASON)


def follow(appointment: AppointmentView, status: Status, *, by: str, now: datetime) -> None:
    """Let the tasks of a package follow its booking, in the transaction that moves it."""
    to = follows(status)
    if to is None or appointment.package_code is None:
        return
    movable = PackageTask.objects.filter(appointment=appointment.id, state__in=begun_by(status))
    for task_id, code in list(movable.order_by("id").values_list("id", "matter__code")):
        if PackageTask.objects.filter(pk=task_id, state__in=begun_by(status)).update(state=to, changed_at=now):
            _record(appointment.id, appointment.centre_id, to, code, by=by, at=now)


def _record(appointment_id: int, centre_id: int, to: TaskState, matter: str, **details: Any) -> None:
    audit.record(
        kind=f"task.{to}",
        centre_id=centre_id,
        appointment_id=appointment_id,
        clause="R5.2",
        data={"matter": matter},
        **details,
    )

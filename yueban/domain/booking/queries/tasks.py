"""Package tasks as departments, the lead counter and the applicant see them (R5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from yueban.domain.booking.rules import Status
from yueban.domain.booking.rules.tasks import OPEN_TASKS, TaskState, UnknownTask, moves_by_hand

if TYPE_CHECKING:
    from datetime import date, datetime

    from yueban.domain.booking.rules.tasks import TaskScope

_TASKS: Final = """
SELECT t.id, t.state, t.reason, coalesce(t.changed_at, a.booked_at), m.code, m.name, d.id, d.name, a.id, a.code, a.name,
    a.status, lower(a.during), upper(a.during), c.id, c.name, l.name, k.name, a.accepted_at
FROM booking_packagetask t JOIN booking_appointment a ON a.id = t.appointment_id
JOIN directory_matter m ON m.id = t.matter_id JOIN directory_department d ON d.id = t.department_id
JOIN directory_matter l ON l.id = a.matter_id JOIN directory_centre c ON c.id = a.centre_id
JOIN directory_package k ON k.id = a.package_id
LEFT JOIN directory_packagemember o ON o.package_id = a.package_id AND o.matter_id = t.matter_id
WHERE """
_IN_SCOPE: Final = (
    "(%(department)s::bigint IS NULL OR t.department_id = %(department)s::bigint)"
    " AND (%(centre)s::bigint IS NULL OR a.centre_id = %(centre)s::bigint)"
)


@dataclass(frozen=True, slots=True)
class TaskView:
    """One member matter with its booking. `changed_at` is when it got where it stands; `name` is the applicant's."""

    id: int
    state: TaskState
    reason: str
    changed_at: datetime
    matter_code: str
    matter: str
    department_id: int
    department: str
    appointment_id: int
    code: str
    name: str
    status: Status
    starts_at: datetime
    ends_at: datetime
    centre_id: int
    centre: str
    lead: str
    package: str
    accepted_at: datetime | None

    @property
    def moves(self) -> list[TaskState]:
        """What the department may do with it now."""
        return moves_by_hand(self.state, accepted=self.accepted_at is not None)


def tasks_of(appointment_id: int) -> list[TaskView]:
    """Give the tasks of a booking in the order of its package; none when it is no package."""
    return _many("a.id = %(appointment)s ORDER BY o.order, t.id", {"appointment": appointment_id})


def task(task_id: int) -> TaskView:
    """Give one task; raises `UnknownTask`."""
    found = _many("t.id = %(task)s", {"task": task_id})
    if not found:
        raise UnknownTask(task_id)
    return found[0]


def open_tasks(scope: TaskScope) -> list[TaskView]:
    """Give what a desk has to do, returned and begun ones before those that wait for their day; at most 300."""
    order = " ORDER BY t.state = 'pushed', lower(a.during), t.id LIMIT 300"
    return _many(f"{_IN_SCOPE} AND t.state = ANY(%(states)s)" + order, _scoped(scope) | {"states": [*OPEN_TASKS]})


def ended_tasks(scope: TaskScope, *, since: date) -> list[TaskView]:
    """Give what was done or withdrawn of bookings from a service date on, the latest first; at most 100."""
    ended = [TaskState.DONE, TaskState.WITHDRAWN]
    condition = f"{_IN_SCOPE} AND t.state = ANY(%(states)s) AND a.service_date >= %(since)s"
    return _many(
        condition + " ORDER BY t.changed_at DESC, t.id LIMIT 100", _scoped(scope) | {"states": ended, "since": since}
    )


def elsewhere(department_id: int, day: date, *, centre_id: int) -> list[int]:
    """Give the ids of a department's appointments of a day at other centres, earliest first, withdrawn ones left out."""
    statement = (
        "SELECT a.id FROM booking_appointment a JOIN directory_matter m ON m.id = a.matter_id"
        " WHERE a.service_date = %(day)s AND a.centre_id <> %(centre)s AND m.department_id = %(department)s"
        " AND a.status NOT IN ('cancelled', 'late_cancelled', 'counter_cancelled', 'rejected')"
        " ORDER BY a.during, a.id LIMIT 300"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"day": day, "centre": centre_id, "department": department_id})
        return [row[0] for row in cursor.fetchall()]


def _scoped(scope: TaskScope) -> dict[str, Any]:
    return {"department": scope.department_id, "centre": scope.centre_id}


def _many(condition: str, values: dict[str, Any]) -> list[TaskView]:
    with connection.cursor() as cursor:
        cursor.execute(_TASKS + condition, values)
        return [_view(row) for row in cursor.fetchall()]


def _view(row: tuple[Any, ...]) -> TaskView:
    values = list(row)
    values[1], values[11] = TaskState(values[1]), Status(values[11])
    return TaskView(*values)

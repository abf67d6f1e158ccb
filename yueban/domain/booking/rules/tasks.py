"""Package tasks (R5.2): the member matters of a 一件事, their states, and the only moves between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yueban.domain.booking.rules.status import Status
from yueban.kernel.errors import gettext_noop


class TaskState(StrEnum):
    """Where a member matter stands in its department."""

    PUSHED = "pushed"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


_T = TaskState
NEXT_TASK: Final[dict[TaskState, frozenset[TaskState]]] = {
    # A department that sees beforehand that it cannot work returns it, so that nobody comes in vain.
    _T.PUSHED: frozenset({_T.IN_PROGRESS, _T.RETURNED, _T.WITHDRAWN}),
    _T.IN_PROGRESS: frozenset({_T.DONE, _T.RETURNED, _T.WITHDRAWN}),
    _T.RETURNED: frozenset({_T.IN_PROGRESS, _T.WITHDRAWN}),
    _T.DONE: frozenset(),
    _T.WITHDRAWN: frozenset(),
}
BY_HAND: Final[tuple[TaskState, ...]] = (_T.IN_PROGRESS, _T.DONE, _T.RETURNED)
"""What a department does itself; a withdrawal only follows the booking."""
OPEN_TASKS: Final = (_T.PUSHED, _T.IN_PROGRESS, _T.RETURNED)

LONGEST_REASON: Final = 300
NO_REASON: Final = gettext_noop("请写明为什么退回、要补什么。")
LONG_REASON: Final = gettext_noop("理由最多 300 个字。")

_FOLLOWS: Final[dict[Status, TaskState]] = {
    Status.ACCEPTED: _T.IN_PROGRESS,
    Status.CANCELLED: _T.WITHDRAWN,
    Status.LATE_CANCELLED: _T.WITHDRAWN,
    Status.COUNTER_CANCELLED: _T.WITHDRAWN,
    Status.REJECTED: _T.WITHDRAWN,
    Status.NO_SHOW: _T.WITHDRAWN,
}


class TaskChanged(Exception):
    """Somebody else moved the task meanwhile, or there is no way to that state; nothing was written."""


class UnknownTask(LookupError):
    """No task has this id, or it is not this department's."""


def follows(status: Status) -> TaskState | None:
    """Give what a booking's new status makes of its tasks: accepted begins them, a withdrawal takes them back."""
    return _FOLLOWS.get(status)


def task_sources(to: TaskState) -> list[str]:
    """Give every state from which `to` can be reached, sorted, for a conditional update."""
    return sorted(source for source, targets in NEXT_TASK.items() if to in targets)


def begun_by(status: Status) -> list[str]:
    """Give the states that follow a booking to this status; an acceptance leaves alone what a department returned."""
    to = follows(status)
    if to is None:
        return []
    return [TaskState.PUSHED] if to is TaskState.IN_PROGRESS else task_sources(to)


def moves_by_hand(state: TaskState, *, accepted: bool) -> list[TaskState]:
    """Give what a department may do with a task; before the lead is accepted it can only be returned."""
    possible: list[TaskState] = [to for to in BY_HAND if to in NEXT_TASK[state]]
    return [to for to in possible if accepted or to is TaskState.RETURNED]


@dataclass(frozen=True, slots=True)
class TaskScope:
    """Whose tasks somebody sees: a department's, those led at one centre, or both (None: all)."""

    department_id: int | None
    centre_id: int | None

    def covers(self, *, department_id: int, centre_id: int) -> bool:
        """Tell whether a task of this department, led at this centre, is inside."""
        return self.department_id in {None, department_id} and self.centre_id in {None, centre_id}


def task_scope(*, department_id: int | None, centre_id: int, county: bool) -> TaskScope:
    """Give what a desk sees: a department's desk at the county's centre all of its own, every other its own centre's."""
    return TaskScope(department_id, None if department_id is not None and county else centre_id)

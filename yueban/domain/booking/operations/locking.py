"""The one order of locks: applicant, then slot, then appointment, then ticket (architecture: Locks).

Booking, cancelling, moving and the sweep all take the person's row first, so they wait for each other and what they
read after it is theirs. A hall moves the status without that lock; a conditional update notices it and the use case
starts again.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from django.db import connection, transaction

from yueban.domain.audit import operations as audit
from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations import tasks
from yueban.domain.booking.rules import IllegalTransition, Status, sources_of
from yueban.kernel.constraints import retrying

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView

P = ParamSpec("P")
R = TypeVar("R")
_ATTEMPTS = 5
_ADD_BOOKED = """
UPDATE calendar_slot SET booked = booked + %(change)s::int,
    capacity = CASE WHEN closed_reason = '' THEN capacity ELSE least(capacity, booked + %(change)s::int) END
WHERE id = %(slot)s
"""


class Changed(Exception):
    """The appointment was moved by the hall between reading and writing; nothing was written."""


def holding_the_person(use_case: Callable[Concatenate[AppointmentView, P], R]) -> Callable[Concatenate[str, P], R]:
    """Run a use case on the appointment of a code, in a transaction that holds the person's row.

    The use case gets the appointment as it stands under the lock; keyword `now` is passed on. Lost races are
    tried again. Raises `UnknownAppointment`.
    """

    @functools.wraps(use_case)
    @retrying()
    def locked(code: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        for last in (*[False] * (_ATTEMPTS - 1), True):
            try:
                with transaction.atomic():
                    now: Any = kwargs["now"]
                    lock_person(queries.by_code(code, now=now).person_id, now=now)
                    return use_case(queries.by_code(code, now=now), *args, **kwargs)
            except Changed:
                if last:
                    raise
        raise AssertionError

    return locked


def lock_person(person_id: int, *, now: datetime) -> None:
    """Take the person's row by updating it; a mere read lock would leave deadlocks with the booking write."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET seen_at = %s WHERE id = %s", [now, person_id])


def add_booked(changes: dict[int, int]) -> None:
    """Change `booked` of slots in the order of their ids; the constraint refuses a place too many.

    A closed slot sells nothing: what is given back there is gone.
    """
    with connection.cursor() as cursor:
        for slot_id, change in sorted(changes.items()):
            cursor.execute(_ADD_BOOKED, {"change": change, "slot": slot_id})


def give_back(appointment: AppointmentView) -> None:
    """Give the place in the slot back; what is outside the slots has none."""
    if appointment.slot_id is not None:
        add_booked({appointment.slot_id: -1})


def move(appointment: AppointmentView, to: Status, *, by: str, now: datetime, clause: str, **columns: Any) -> None:
    """Move from the status that was read to `to`, with the history row; `reason` and `data` go into the history.

    Raises `IllegalTransition` where the table has no way, `Changed` when somebody else was faster.
    """
    told = {name: columns.pop(name) for name in ("reason", "data") if name in columns}
    if appointment.status not in sources_of(to):
        raise IllegalTransition(to)
    if Appointment.objects.filter(pk=appointment.id, status=appointment.status).update(status=to, **columns) == 0:
        raise Changed
    write_history(appointment, str(to), by=by, at=now, clause=clause, **told)
    tasks.follow(appointment, to, by=by, now=now)


def write_history(appointment: AppointmentView, what: str, *, by: str, at: datetime, **details: Any) -> None:
    """Write one row of the appointment's history (N1)."""
    audit.record(
        kind=f"appointment.{what}",
        by=by,
        at=at,
        centre_id=appointment.centre_id,
        appointment_id=appointment.id,
        person_id=appointment.person_id,
        **details,
    )

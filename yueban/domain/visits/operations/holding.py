"""A use case on one visit: in a transaction that holds the person's row, as every use case of booking does (ADR 102)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.booking.operations.locking import lock_person
from yueban.domain.visits import queries
from yueban.kernel.constraints import retrying

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from yueban.domain.visits.queries import VisitView

P = ParamSpec("P")
R = TypeVar("R")


def holding(use_case: Callable[Concatenate[VisitView, P], R]) -> Callable[Concatenate[str, P], R]:
    """Run a use case on the visit of an appointment's number, as it stands under the lock; keyword `now` is passed on.

    Raises `UnknownVisit`. Lost races are tried again.
    """

    @functools.wraps(use_case)
    @retrying()
    @transaction.atomic
    def locked(code: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        now: Any = kwargs["now"]
        lock_person(queries.by_code(code, now=now).appointment.person_id, now=now)
        return use_case(queries.by_code(code, now=now), *args, **kwargs)

    return locked


def write_history(visit: VisitView, what: str, *, by: str, at: datetime, **details: Any) -> None:
    """Write what happened to a visit into its appointment's history (N1)."""
    audit.record(
        kind=f"visit.{what}",
        by=by,
        at=at,
        centre_id=visit.appointment.centre_id,
        appointment_id=visit.appointment.id,
        person_id=visit.appointment.person_id,
        clause="R3.4",
        **details,
    )

"""What a desk notes of a registration: that everything was told once (一次性告知, R4.1.1, R3.5), and whose telephone it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.audit import queries as audit
from yueban.domain.booking import queries
from yueban.domain.booking.operations import locking

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView


def mark_told(code: str, *, by: str, now: datetime) -> bool:
    """Record that the one-time notice was read aloud for an appointment; False when it was before.

    Raises `UnknownAppointment`.
    """
    return _mark_told(code, by=by, now=now)


def note_relatives_phone(code: str, *, by: str, now: datetime) -> None:
    """Record that the number is a relative's, so that many certificates on it surprise nobody (R4.1.1, R5.4).

    Raises `UnknownAppointment`.
    """
    _once(queries.by_code(code, now=now), "relatives_phone", by=by, now=now, data={})


@locking.holding_the_person
def _mark_told(held: AppointmentView, *, by: str, now: datetime) -> bool:
    return _once(held, "told", by=by, now=now, data={"materials": len(held.materials)})


def _once(found: AppointmentView, what: str, *, by: str, now: datetime, data: dict[str, int]) -> bool:
    if any(each.kind == f"appointment.{what}" for each in audit.history(found.id)):
        return False
    locking.write_history(found, what, by=by, at=now, clause="R4.1.1", data=data)
    return True

"""That somebody was told once and completely what is asked of them (一次性告知, R4.1.1, R3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.audit import queries as audit
from yueban.domain.booking.operations import locking

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView


def mark_told(code: str, *, by: str, now: datetime) -> bool:
    """Record that the one-time notice was read aloud for an appointment; False when it was before.

    Raises `UnknownAppointment`.
    """
    return _mark_told(code, by=by, now=now)


@locking.holding_the_person
def _mark_told(held: AppointmentView, *, by: str, now: datetime) -> bool:
    if any(each.kind == "appointment.told" for each in audit.history(held.id)):
        return False
    data = {"materials": len(held.materials)}
    locking.write_history(held, "told", by=by, at=now, clause="R4.1.1", data=data)
    return True

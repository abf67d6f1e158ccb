"""The no-show sweep (R4.3): due times are columns compared with the clock it is given; jobs only tick it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations import locking
from yueban.domain.booking.operations.change import strike
from yueban.domain.booking.operations.messages import tell
from yueban.domain.booking.rules import Place, Status, is_no_show

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView


def sweep_no_shows(*, now: datetime, progress: Callable[[int, int], None] | None = None) -> int:
    """Mark every appointment that nobody came to, each in its own transaction, and give how many there were.

    Running twice at once marks each once. `progress` is called with (looked at, in all).
    """
    codes = _candidates(now)
    marked = 0
    for done, code in enumerate(codes, start=1):
        marked += _sweep(code, now=now)
        if progress is not None:
            progress(done, len(codes))
    return marked


def _candidates(now: datetime) -> list[str]:
    """Give the codes that may be no-shows: not present, and their slot has begun. The rule decides on each."""
    waiting = [Status.BOOKED, Status.TICKETED, Status.MISSED]
    in_the_hall = [place for place in Place if place.in_the_hall]
    open_ones = Appointment.objects.filter(
        status__in=waiting, present_at=None, service_date__lte=now.date(), place__in=in_the_hall
    )
    begun = open_ones.filter(during__startswith__lt=now).order_by("service_date", "id")
    return list(begun.values_list("code", flat=True))


@locking.holding_the_person
def _sweep(held: AppointmentView, *, now: datetime) -> bool:
    if not is_no_show(held.facts, now=now):
        return False
    locking.move(held, Status.NO_SHOW, by="system:no-shows", now=now, clause="R4.3", ended_at=now)
    strike(held, "no_show", by="system:no-shows", now=now)
    tell(held, "no_show", now=now)
    return True

"""What happens by itself: proposals lapse, and who is visited tomorrow is reminded today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import Status, whole_second
from yueban.domain.visits.models import Visit
from yueban.domain.visits.operations.holding import holding, write_history
from yueban.domain.visits.operations.tell import tell
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.visits.queries import VisitView

_BY = "system:visits"


def lapse(*, now: datetime) -> int:
    """End what waited too long, each in its own transaction, and give how many.

    A proposal without an answer by its deadline, and anything that was never confirmed when its time begins.
    """
    asked = Visit.objects.filter(live=True, appointment__status=Status.REQUESTED)
    unanswered = Q(expires_at__lt=now, wished_at=None)
    begun = Q(appointment__during__startswith__lte=now)
    codes = asked.filter(unanswered | begun).order_by("id").values_list("appointment__code", flat=True)
    return sum(_lapse(code, now=now) for code in list(codes))


@holding
def _lapse(visit: VisitView, *, now: datetime) -> bool:
    if visit.status is not Status.REQUESTED:
        return False
    waits = visit.wished_at is not None or not visit.proposed or visit.answerable(now=now)
    if waits and whole_second(now) < visit.starts_at:
        return False
    booking.reject(visit.code, reason="没有按时确认", by=_BY, now=now)
    write_history(visit, "lapsed", by=_BY, at=now)
    tell(visit, "visit_lapsed" if visit.proposed else "visit_rejected", now=now, reason="没有按时确认")
    return True


def remind(*, now: datetime) -> int:
    """Remind whoever is visited tomorrow, once a visit and day; give how many were told now."""
    tomorrow = now.astimezone(TZ).date() + timedelta(days=1)
    booked = Visit.objects.filter(live=True, appointment__status=Status.BOOKED, appointment__service_date=tomorrow)
    codes = list(booked.order_by("id").values_list("appointment__code", flat=True))
    return sum(_remind(code, now=now) for code in codes)


@holding
def _remind(visit: VisitView, *, now: datetime) -> bool:
    if visit.status is not Status.BOOKED or not visit.appointment.has_phone:
        return False
    return tell(visit, "visit_reminder", now=now, event=f"reminder:{visit.appointment.id}:{visit.starts_at:%Y%m%d}")

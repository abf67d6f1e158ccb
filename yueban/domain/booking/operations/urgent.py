"""Urgent hours outside the timetable (R1.2): asked for with a reason, decided by somebody else, everyone told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction

from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations import locking, outside
from yueban.domain.booking.operations.messages import tell_urgent
from yueban.domain.booking.operations.terms import Outside, OutsideRequest
from yueban.domain.booking.queries import UnknownAppointment, UnknownPlace, reference, urgent
from yueban.domain.booking.rules import Place, Status, told_reason, urgent_refusals, window
from yueban.domain.calendar import queries as calendar
from yueban.domain.directory import queries as directory
from yueban.domain.regulation.rules import Refused
from yueban.kernel.errors import InvalidInput, gettext_noop

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.booking.rules import ChannelKind
    from yueban.kernel.certificates import Certificate

LONGEST_REASON: Final = 200
_LAPSED: Final = "到时间仍未答复"
_NO_REASON: Final = gettext_noop("请写明为什么急、为什么不能在上班时间办。")


class OwnRequest(Exception):
    """Whoever asked for it does not decide it."""


class AlreadyDecided(Exception):
    """It was approved, rejected or withdrawn before."""


@dataclass(frozen=True, slots=True)
class UrgentRequest:
    """What is asked for (R1.2): who, what, when outside the regular hours, and why it cannot wait."""

    centre: str
    matter: str
    channel_kind: ChannelKind
    name: str
    certificate: Certificate
    phone: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    organisation: str = ""
    uscc: str = ""


@transaction.atomic
def request_urgent(request: UrgentRequest, *, by: str, now: datetime) -> Outside:
    """Write the request; it holds the applicant's time and day until it is decided, and the applicant is told.

    Raises `Refused` (`not_eligible` of R1.2 for an hour in regular time, `too_late`, `beyond_horizon`, and what stands
    against the person), InvalidInput for the reason, `UnknownPlace`.
    """
    reason = " ".join(request.reason.split())[:LONGEST_REASON]
    if not reason:
        raise InvalidInput("reason", "missing", _NO_REASON)
    _refuse_hour(request, now=now)
    made = outside.book_outside(_outside(request, reason), by=by, now=now)
    tell_urgent(queries.by_id(made.id, now=now), "urgent_requested", now=now)
    return made


def _refuse_hour(request: UrgentRequest, *, now: datetime) -> None:
    try:
        clock = calendar.working_clock(directory.centre(request.centre).pk)
    except directory.UnknownCentre as error:
        raise UnknownPlace("centre") from error
    known = reference.current()
    parameters = known.in_force(now.date()).parameters
    last = window(request.channel_kind, now=now, days=known.days, parameters=parameters).last_date
    if reasons := urgent_refusals((request.starts_at, request.ends_at), clock, last=last, now=now):
        raise Refused(reasons)


def _outside(request: UrgentRequest, reason: str) -> OutsideRequest:
    return OutsideRequest(
        centre=request.centre,
        matter=request.matter,
        channel_kind=request.channel_kind,
        name=request.name,
        certificate=request.certificate,
        phone=request.phone,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        place=Place.URGENT,
        status=Status.REQUESTED,
        organisation=request.organisation,
        uscc=request.uscc,
        reason=reason,
    )


def approve_urgent(code: str, *, by: str, now: datetime) -> AppointmentView:
    """Approve a request: it is booked, and the applicant is told. The caller has checked `Permission.APPROVE_URGENT`.

    Raises `OwnRequest`, `AlreadyDecided`, `Refused` (`too_late`) when the hour has begun, `UnknownAppointment`.
    """
    return _approve(code, by=by, now=now)


@locking.holding_the_person
def _approve(held: AppointmentView, *, by: str, now: datetime) -> AppointmentView:
    _decidable(held, by=by)
    after = outside.confirmed(held, by=by, now=now)
    tell_urgent(after, "urgent_approved", now=now)
    return after


def reject_urgent(code: str, *, reason: str, by: str, now: datetime) -> AppointmentView:
    """Reject a request with the reason that the applicant reads; its time and day are given back.

    Raises `OwnRequest`, `AlreadyDecided`, InvalidInput for the reason, `UnknownAppointment`.
    """
    return _reject(code, told_reason(reason), by=by, now=now)


@locking.holding_the_person
def _reject(held: AppointmentView, reason: str, *, by: str, now: datetime) -> AppointmentView:
    _decidable(held, by=by)
    after = outside.rejected(held, reason=reason, by=by, now=now)
    tell_urgent(after, "urgent_rejected", now=now, reason=reason)
    return after


def _decidable(held: AppointmentView, *, by: str) -> None:
    if held.place is not Place.URGENT:
        raise UnknownAppointment
    if held.status is not Status.REQUESTED:
        raise AlreadyDecided
    if urgent.asked_by(held.id) == by:
        raise OwnRequest


def lapse_urgent(*, now: datetime) -> int:
    """Reject the requests whose hour came without an answer, and give how many: nobody waits for nothing."""
    waiting = Appointment.objects.filter(place=Place.URGENT, status=Status.REQUESTED, service_date__lte=now.date())
    codes = list(waiting.filter(during__startswith__lt=now).values_list("code", flat=True))
    return sum(_lapse(code, now=now) for code in codes)


@locking.holding_the_person
def _lapse(held: AppointmentView, *, now: datetime) -> bool:
    if held.status is not Status.REQUESTED:
        return False
    after = outside.rejected(held, reason=_LAPSED, by="system:urgent", now=now)
    tell_urgent(after, "urgent_rejected", now=now, reason=_LAPSED)
    return True

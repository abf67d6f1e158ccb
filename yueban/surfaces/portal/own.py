"""The appointments that a visitor may see: those booked with the phone proved in this session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from yueban.domain.booking import queries as booking
from yueban.domain.booking.queries import AppointmentView
from yueban.domain.booking.rules import Status
from yueban.domain.credit import queries as credit
from yueban.domain.credit.queries import CreditStatus
from yueban.surfaces.portal import visitor

P = ParamSpec("P")
LIVE = {Status.REQUESTED, Status.BOOKED, Status.ARRIVED, Status.TICKETED, Status.ACCEPTED, Status.MISSED}


def all_of(request: HttpRequest, *, now: datetime) -> list[AppointmentView]:
    """Everything booked with the proved phone, latest service first; nothing for a stranger."""
    phone = visitor.verified_phone(request)
    return booking.of_phone(phone, now=now) if phone else []


def coming(request: HttpRequest, *, now: datetime) -> list[AppointmentView]:
    """What is still to be done, the next first."""
    return [each for each in reversed(all_of(request, now=now)) if is_coming(each, now)]


def is_coming(appointment: AppointmentView, now: datetime) -> bool:
    """Whether it still lies ahead or is being handled today."""
    return appointment.status in LIVE and appointment.no_show_after >= now


def one(request: HttpRequest, code: str, *, now: datetime) -> AppointmentView:
    """One of the visitor's own appointments. Anybody else's is as unknown as one that never was: 404."""
    phone = visitor.verified_phone(request)
    try:
        found = booking.by_code(code, now=now)
    except booking.UnknownAppointment as error:
        raise Http404 from error
    if not phone or found.phone != phone:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Credit:
    """One person's standing of this month, as the holder of the phone sees it."""

    name: str
    standing: CreditStatus


def credits_of(appointments: list[AppointmentView], *, now: datetime) -> list[Credit]:
    """The standing of everybody who was booked with this phone (R5.4), the latest first."""
    names = {each.person_id: each.name for each in reversed(appointments)}
    found = credit.statuses(names, now=now)
    return [Credit(name, found[person]) for person, name in reversed(names.items())]


def with_phone(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let a visitor in who has proved a phone; lead the others to the SMS code and back."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if visitor.verified_phone(request):
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(f"{reverse('portal:login')}?{urlencode({'next': request.path})}")

    return guarded

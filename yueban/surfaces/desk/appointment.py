"""One appointment: everything about it, its history in words, and what can be done with it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.views.decorators.http import require_GET

from yueban.domain.booking import queries as booking
from yueban.domain.booking.rules import ticket_refusals
from yueban.domain.credit import queries as credit
from yueban.domain.people.rules import Permission
from yueban.kernel import clock
from yueban.surfaces import history
from yueban.surfaces.words import CHANNELS, KINDS, OUTCOMES, STATUSES
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import AppointmentView
    from yueban.surfaces.workplace import Workplace

PARTS: list[Callable[[AppointmentView, Workplace, datetime], dict[str, Any]]] = []
"""What others need in their part of the page (`desk/appointment_<part>.html`); each gives its own names."""


@require_GET
@at_work(Permission.BOOK_FOR_OTHERS)
def appointment(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """Show one appointment of this hall and department, or one that this person registered elsewhere (R3.6)."""
    now = clock.now()
    found = seen(place, code, now)
    parts = {name: value for part in PARTS for name, value in part(found, place, now).items()}
    context = about(found, now) | {"history": history.lines(found.id), "may_arrive": _may_arrive(found, place, now)}
    return page(request, "desk/appointment.html", place, **(context | parts))


def _may_arrive(found: AppointmentView, place: Workplace, now: datetime) -> bool:
    """Whether 到场登记 is offered: a booking of the desk, on its day, by who may issue numbers here."""
    at_desk = found.channel_kind.at_desk and found.place.in_the_hall and found.service_date == now.date()
    may = place.staff.may(Permission.ISSUE_TICKETS, centre_id=found.centre_id)
    return at_desk and may and not ticket_refusals(found.facts, now=now)


def seen(place: Workplace, code: str, now: datetime) -> AppointmentView:
    """Give the appointment that this person may see; 404 for every other, as for one that is not there."""
    try:
        found = booking.by_code(code, now=now)
    except booking.UnknownAppointment as error:
        raise Http404 from error
    if not (here(place, found) or place.staff.by in history.registered_by(found.id)):
        raise Http404
    return found


def here(place: Workplace, found: AppointmentView) -> bool:
    """Say whether an appointment is this person's work: of a hall and department that the role covers."""
    return place.staff.may(Permission.BOOK_FOR_OTHERS, centre_id=found.centre_id, department_id=found.department_id)


def about(found: AppointmentView, now: datetime) -> dict[str, Any]:
    """Give what every page of one appointment shows; nothing of the person but masked."""
    name, look = STATUSES[found.status]
    return {
        "appointment": found,
        "status_text": name,
        "status_look": look,
        "channel": CHANNELS[found.channel_kind],
        "kind": KINDS[found.certificate_kind],
        "certificate": found.certificate.masked,
        "phone": found.phone,
        "outcome": OUTCOMES.get(found.outcome, ""),
        "credit": credit.status(found.person_id, now=now),
    }

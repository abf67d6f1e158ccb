"""The link in a reminder (R4.3): see the appointment and cancel it, without a login. Looking changes nothing."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries
from yueban.domain.booking.queries import AppointmentView
from yueban.domain.booking.rules import Status, cancelled_as
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock

BY = "applicant:link"
CANCELLED = {Status.CANCELLED, Status.LATE_CANCELLED}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reminded(request: HttpRequest, token: str) -> HttpResponse:
    """Show matter, hall and hour, and nobody's name; one button cancels. A cost that rose meanwhile is said first."""
    found = _of(token)
    to = _cancelled_as(found)
    costs = "1" if to is Status.LATE_CANCELLED else "0"
    if request.method == "POST" and isinstance(to, Status) and request.POST.get("costs", "0") >= costs:
        return _cancel(request, found)
    return _page(request, found, to)


def _of(token: str) -> AppointmentView:
    try:
        return queries.by_cancel_token(token, now=clock.now())
    except queries.UnknownAppointment as error:
        raise Http404 from error


def _cancelled_as(found: AppointmentView) -> Status | Refused:
    try:
        return cancelled_as(found.facts, now=clock.now())
    except Refused as refused:
        return refused


def _cancel(request: HttpRequest, found: AppointmentView) -> HttpResponse:
    try:
        after = booking.cancel(found.code, by=BY, now=clock.now())
    except Refused as refused:
        return _page(request, queries.by_code(found.code, now=clock.now()), refused)
    return _page(request, after, _cancelled_as(after))


def _page(request: HttpRequest, found: AppointmentView, to: Status | Refused) -> HttpResponse:
    done = found.status in CANCELLED
    refused = to.reasons if isinstance(to, Refused) and not done else ()
    context: dict[str, Any] = {
        "section": "",
        "appointment": found,
        "cancelled": done,
        "late": found.status is Status.LATE_CANCELLED,
        "refused": refused,
        "costs": to is Status.LATE_CANCELLED,
    }
    return render(request, "portal/reminded.html", context, status=409 if refused and request.method == "POST" else 200)

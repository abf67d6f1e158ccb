"""My appointments: seen, cancelled, moved, ticketed and watched by whoever holds the phone they were booked with."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yueban.domain.booking import operations as booking
from yueban.domain.booking.queries import (
    AppointmentView,
    UnknownAppointment,
    UnknownPlace,
    offered,
    rebooking_token,
)
from yueban.domain.booking.queries.tasks import tasks_of
from yueban.domain.booking.rules import Status, cancelled_as, reschedule_refusals, ticket_refusals
from yueban.domain.directory import queries as directory
from yueban.domain.prereview import queries as prereview
from yueban.domain.queueing import operations as queueing
from yueban.domain.queueing import queries as tickets
from yueban.domain.queueing.rules import OPEN, AlreadyPostponed, AlreadyWaiting, MoveRefused
from yueban.domain.regulation.rules import Clause, RefusalCode, Refused, reason
from yueban.domain.visits import queries as visits
from yueban.kernel import certificates, clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.portal import codes, forms, ics, own, picker, visitor
from yueban.surfaces.portal.target import target_of

BY = "applicant"
FORM = ["GET", "HEAD", "POST"]
TICKETED = {Status.ARRIVED, Status.TICKETED, Status.ACCEPTED, Status.MISSED}


@never_cache
@require_http_methods(FORM)
def login(request: HttpRequest) -> HttpResponse:
    """Prove a phone by an SMS code."""
    if request.method != "POST":
        return _login_page(request, visitor.verified_phone(request))
    phone = request.POST.get("phone", "")[: visitor.LONGEST]
    try:
        if request.POST.get("do") == "send":
            codes.send(request, phone, now=clock.now())
            return _login_page(request, phone)
        codes.prove(request, certificates.parse_phone(phone), request.POST.get("code", ""), now=clock.now())
    except InvalidInput as wrong:
        return _login_page(request, phone, wrong)
    return redirect(_next(request) or "portal:mine")


def _login_page(request: HttpRequest, phone: str, wrong: InvalidInput | None = None) -> HttpResponse:
    found = wrong.errors if wrong else []
    context = {
        "section": "mine",
        "next": _next(request),
        "form": forms.shown({"phone": phone, "code": ""}, found),
        "errors": forms.summary(found),
    }
    return render(request, "portal/mine/login.html", context | codes.state(request), status=422 if wrong else 200)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    return wanted if wanted.startswith("/me/") and url_has_allowed_host_and_scheme(wanted, None) else ""


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Forget the phone and everything typed: the next one on this phone sees nothing."""
    request.session.flush()
    return redirect("portal:home")


@never_cache
@require_safe
@own.with_phone
def overview(request: HttpRequest) -> HttpResponse:
    """What lies ahead, what is past, and this month's credit (R5.4)."""
    now = clock.now()
    all_of = own.all_of(request, now=now)
    context = {
        "section": "mine",
        "phone": visitor.verified_phone(request),
        "coming": [each for each in reversed(all_of) if own.is_coming(each, now)],
        "past": [each for each in all_of if not own.is_coming(each, now)],
        "credits": own.credits_of(all_of, now=now),
    }
    return render(request, "portal/mine/overview.html", context)


@never_cache
@require_safe
@own.with_phone
def appointment(request: HttpRequest, code: str) -> HttpResponse:
    """One appointment and what can be done with it now."""
    now = clock.now()
    found = own.one(request, code, now=now)
    if not found.place.in_the_hall:  # nobody comes to a window: the page of the visit says who comes when
        return redirect(visits.by_code(found.code, now=now).path)
    context = _about(found) | {
        "live": own.is_coming(found, now),
        "can_cancel": isinstance(_cancelled_as(found), Status),
        "can_move": not reschedule_refusals(found.facts, now=now),
        "ticket_now": found.status in TICKETED or not ticket_refusals(found.facts, now=now),
        "rebook": _rebook(found),
        "checklist": prereview.checklist(found.id),
        "tasks": tasks_of(found.id) if found.package_code else [],
    }
    return render(request, "portal/mine/appointment.html", context)


def _rebook(found: AppointmentView) -> str:
    """The address of the hours that a counter owes (R4.3), empty where none does or the link was used."""
    if found.status is not Status.COUNTER_CANCELLED:
        return ""
    now, token = clock.now(), rebooking_token(found.code)
    try:
        return reverse("portal:rebook", args=[token]) if offered(token, now=now).is_open(now=now) else ""
    except UnknownAppointment:
        return ""


def _about(found: AppointmentView) -> dict[str, Any]:
    """What every page of one appointment shows; its matter may have left the directory since."""
    try:
        matter = directory.matter(found.matter_code)
        package = directory.package(found.package_code) if found.package_code else None
    except (directory.UnknownMatter, directory.UnknownPackage):
        return {
            "section": "mine",
            "appointment": found,
            "guide": {"materials": found.materials},
            "package": None,
            "again": "/",
        }
    target = target_of(found.package_code or found.matter_code, package=package is not None)
    again = target.hours_url(found.centre_code)
    return {"section": "mine", "appointment": found, "guide": matter.guide, "package": package, "again": again}


def _cancelled_as(found: AppointmentView) -> Status | Refused:
    try:
        return cancelled_as(found.facts, now=clock.now())
    except Refused as refused:
        return refused


@never_cache
@require_http_methods(FORM)
@own.with_phone
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Cancel, after saying what it costs now; when the cost rose since the page was read, it is said again first."""
    found = own.one(request, code, now=clock.now())
    to = _cancelled_as(found)
    costs = "1" if to is Status.LATE_CANCELLED else "0"
    if request.method == "POST" and found.status in {Status.CANCELLED, Status.LATE_CANCELLED}:
        return render(request, "portal/mine/cancelled.html", _about(found))
    if request.method == "POST" and isinstance(to, Status) and request.POST.get("costs", "0") >= costs:
        return _cancel(request, code)
    return _cancel_page(request, found, to)


def _cancel(request: HttpRequest, code: str) -> HttpResponse:
    try:
        after = booking.cancel(code, by=BY, now=clock.now())
    except Refused as refused:
        return _cancel_page(request, own.one(request, code, now=clock.now()), refused)
    return render(request, "portal/mine/cancelled.html", _about(after))


def _cancel_page(request: HttpRequest, found: AppointmentView, to: Status | Refused) -> HttpResponse:
    refused = to.reasons if isinstance(to, Refused) else ()
    context = {"section": "mine", "appointment": found, "refused": refused, "costs": to is Status.LATE_CANCELLED}
    return render(request, "portal/mine/cancel.html", context, status=409 if refused else 200)


@never_cache
@require_http_methods(FORM)
@own.with_phone
def reschedule(request: HttpRequest, code: str) -> HttpResponse:
    """Another hour at the same hall: chosen like the first one, then confirmed; the old one is kept until then."""
    now = clock.now()
    found = own.one(request, code, now=now)
    reasons = tuple(reschedule_refusals(found.facts, now=now))
    if reasons or request.method != "POST":
        return _hours_page(request, found, reasons)
    slot = picker.find(_slots(found), request.POST.get("slot", ""))
    if slot is None or not slot["open"]:
        return _hours_page(request, found, (reason(RefusalCode.SLOT_FULL),))
    if "sure" in request.POST:
        return _move(request, found, int(slot["id"]))
    return render(request, "portal/mine/move.html", {"section": "mine", "appointment": found, "slot": slot})


def _slots(found: AppointmentView) -> list[dict[str, Any]]:
    return picker.slots(found.centre_code, found.matter_code, now=clock.now())


def _move(request: HttpRequest, found: AppointmentView, slot: int) -> HttpResponse:
    try:
        booking.reschedule(found.code, slot_id=slot, by=BY, now=clock.now())
    except Refused as refused:
        return _hours_page(request, found, refused.reasons)
    except UnknownPlace:
        return _hours_page(request, found, (reason(RefusalCode.SLOT_CLOSED),))
    return redirect("portal:appointment", found.code)


def _hours_page(request: HttpRequest, found: AppointmentView, refused: tuple[Any, ...]) -> HttpResponse:
    now = clock.now()
    movable = not reschedule_refusals(found.facts, now=now)
    shown = picker.picker(_slots(found), request.path, wanted=request.GET.get("day", ""), now=now) if movable else None
    context = {"section": "mine", "appointment": found, "refused": refused, "picker": shown}
    return render(request, "portal/mine/reschedule.html", context, status=409 if refused else 200)


@never_cache
@require_http_methods(FORM)
@own.with_phone
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """Take the ticket on the phone, then watch the people ahead (R4.1.3)."""
    found = own.one(request, code, now=clock.now())
    if request.method == "POST":
        return _take(request, found)
    held = tickets.ticket_of(found.code)
    refused = () if held else tuple(ticket_refusals(found.facts, now=clock.now()))
    return _ticket_page(request, found, refused)


def _take(request: HttpRequest, found: AppointmentView) -> HttpResponse:
    try:
        queueing.take_ticket(found.code, remote=True, by=BY, now=clock.now())
    except Refused as refused:
        if tickets.ticket_of(found.code) is None:
            return _ticket_page(request, found, refused.reasons)
    except AlreadyWaiting:
        return _ticket_page(request, found, (reason(RefusalCode.ALREADY_TICKETED, Clause.R5_3),))
    return redirect("portal:ticket", found.code)


@never_cache
@require_POST
@own.with_phone
def more_time(request: HttpRequest, code: str) -> HttpResponse:
    """「我还要一会儿」: a few places back, once."""
    found = own.one(request, code, now=clock.now())
    held = tickets.ticket_of(found.code)
    if held is None:
        return redirect("portal:ticket", found.code)
    try:
        queueing.more_time(held.id, by=BY, now=clock.now())
    except (MoveRefused, AlreadyPostponed):
        context = {"section": "mine", "appointment": found, "refused": (), "too_late": True} | _held(found)
        return render(request, "portal/mine/ticket.html", context, status=409)
    return redirect("portal:ticket", found.code)


def _ticket_page(request: HttpRequest, found: AppointmentView, refused: tuple[Any, ...]) -> HttpResponse:
    context = {"section": "mine", "appointment": found, "refused": refused, "too_late": False} | _held(found)
    return render(
        request, "portal/mine/ticket.html", context, status=409 if refused and request.method == "POST" else 200
    )


def _held(found: AppointmentView) -> dict[str, Any]:
    held = tickets.ticket_of(found.code, now=clock.now())
    return {"ticket": held, "live": held is not None and held.state in {*OPEN, "missed"}}


@never_cache
@require_safe
@own.with_phone
def waiting(request: HttpRequest, code: str) -> HttpResponse:
    """The part of the ticket page that changes."""
    found = own.one(request, code, now=clock.now())
    held = _held(found)
    if held["ticket"] is None:
        return HttpResponse(status=204)
    return render(request, "portal/mine/waiting.html", held)


@never_cache
@require_safe
@own.with_phone
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """The appointment as a calendar file."""
    now = clock.now()
    response = HttpResponse(
        ics.event(own.one(request, code, now=now), now=now), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response

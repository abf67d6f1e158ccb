"""Booking at the terminal, by the online rules (R2.3, R4.0): department, matter, hour, certificate, phone, name, done.

One question a page. What was answered travels in the pages' own forms: the certificate sealed, so that no address and
no page source shows it. Matters of enterprises are left to the phone, where their names can be typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yueban.domain.booking import operations, queries
from yueban.domain.booking.operations import BookingRequest
from yueban.domain.booking.queries import UnknownPlace
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.directory import queries as directory
from yueban.domain.queueing import readers
from yueban.domain.queueing.operations import print_appointment
from yueban.domain.queueing.printing import PrintingFailed
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock
from yueban.kernel.certificates import CertificateKind, parse_certificate, parse_name, parse_phone
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.kiosk.device import at_terminal, printer_of
from yueban.surfaces.kiosk.sealing import sealed, unsealed

if TYPE_CHECKING:
    from yueban.domain.directory.models import Matter
    from yueban.domain.queueing.queries import HallView

DAYS = 31
SHOWN_DAYS = 7


@require_GET
@at_terminal
def departments(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Which department."""
    centre = directory.centre(hall.code)
    context = {"hall": hall, "departments": directory.departments(centre)}
    return render(request, "kiosk/book_departments.html", context)


@require_GET
@at_terminal
def matters(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Which matter."""
    try:
        department = directory.department(request.GET.get("department", "")[:50].replace("\0", ""))
    except directory.UnknownDepartment as error:
        raise Http404 from error
    found = directory.search_matters(centre=directory.centre(hall.code), department=department, audience="personal")
    context = {"hall": hall, "department": department, "matters": found.filter(online_bookable=True)}
    return render(request, "kiosk/book_matters.html", context)


@require_GET
@at_terminal
def hours(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Which hour: the next days that have places, and the hours of one of them."""
    matter = _matter(request.GET.get("matter", ""))
    slots = [each for each in _slots(hall, matter) if each["open"]]
    days = sorted({each["starts_at"].date() for each in slots})[:SHOWN_DAYS]
    wanted = next((each for each in days if each.isoformat() == request.GET.get("day")), days[0] if days else None)
    context = {
        "hall": hall,
        "matter": matter,
        "days": days,
        "day": wanted,
        "slots": [each for each in slots if each["starts_at"].date() == wanted],
    }
    return render(request, "kiosk/book_hours.html", context)


@require_POST
@at_terminal
def answer(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Take the answer to the last question, and ask the next one until everything is known; then book."""
    said = unsealed(request.POST.get("sealed", ""))
    for name in ("matter", "slot"):
        if name in request.POST:
            said[name] = request.POST[name][:80].replace("\0", "")
    matter = _matter(said.get("matter", ""))
    if not any(str(each["id"]) == said.get("slot") for each in _slots(hall, matter)):
        raise Http404
    error = _take_in(said, request.POST.get("text", "")[:100]) if "text" in request.POST else ""
    question = next((each for each in ("number", "phone", "name") if each not in said), "")
    if question:
        context = {"hall": hall, "matter": matter, "question": question, "sealed": sealed(said), "error": error}
        context["known"] = _known_name(said) if question == "name" else ""
        return render(request, f"kiosk/book_{question}.html", context, status=422 if error else 200)
    if "confirm" not in request.POST:
        return _summary(request, hall, matter, said)
    return _book(request, hall, matter, said)


def _take_in(said: dict[str, str], text: str) -> str:
    """Read the answer to the first open question into what was said; the words of what is wrong with it, or nothing."""
    try:
        if "number" not in said:
            reading = readers.understand(text)
            found = reading.certificate or parse_certificate(CertificateKind.RESIDENT_ID, text)
            said |= {"kind": found.kind, "number": found.number}
        elif "phone" not in said:
            said["phone"] = parse_phone(text)
        else:
            said["name"] = parse_name(text)
    except InvalidInput as wrong:
        return wrong.errors[0].text(_)
    return ""


def _summary(request: HttpRequest, hall: HallView, matter: Matter, said: dict[str, str]) -> HttpResponse:
    slot = next((each for each in _slots(hall, matter) if str(each["id"]) == said["slot"]), None)
    context = {"hall": hall, "matter": matter, "slot": slot, "said": said, "sealed": sealed(said)}
    context["cancel_lead"] = regulation.in_force(clock.today()).parameters.cancel_lead
    context["masked"] = parse_certificate(said["kind"], said["number"]).masked
    return render(request, "kiosk/book_confirm.html", context)


def _book(request: HttpRequest, hall: HallView, matter: Matter, said: dict[str, str]) -> HttpResponse:
    asked = BookingRequest(
        centre=hall.code,
        slot_id=int(said["slot"]),
        channel_kind=ChannelKind.ONLINE,
        name=said["name"],
        certificate=parse_certificate(said["kind"], said["number"]),
        phone=said["phone"],
        matter=matter.code,
    )
    try:
        booked = operations.book(asked, by=f"channel:kiosk {hall.code}", now=clock.now())
    except Refused as refused:
        context = {
            "hall": hall,
            "message": "",
            "elsewhere": None,
            "reasons": refused.reasons,
            "kept": None,
            "held": (),
            "full": False,
        }
        return render(request, "kiosk/problem.html", context, status=409)
    except UnknownPlace as error:
        raise Http404 from error
    return _done(request, hall, booked.code)


def _done(request: HttpRequest, hall: HallView, code: str) -> HttpResponse:
    """Show what was booked and print its slip, here or by the page."""
    printer, printed = printer_of(request, hall), False
    if printer is not None and printer.driver == "escpos":
        try:
            print_appointment(code, printer_id=printer.id, by=f"channel:kiosk {hall.code}", now=clock.now())
            printed = True
        except PrintingFailed:  # the number stands on the page and in the message
            printed = True
    found = queries.by_code(code, now=clock.now())
    context = {"hall": hall, "appointment": found, "printed": printed, "now_printed": clock.now()}
    context["needed"] = [each["name"] for each in found.materials if each["required"]]
    return render(request, "kiosk/book_done.html", context)


def _matter(code: str) -> Matter:
    try:
        found = directory.matter(code[:80].replace("\0", ""))
    except directory.UnknownMatter as error:
        raise Http404 from error
    if not found.online_bookable or found.audience == "enterprise":
        raise Http404
    return found


def _slots(hall: HallView, matter: Matter) -> list[dict[str, Any]]:
    now = clock.now()
    try:
        return queries.availability(
            centre=hall.code, matter=matter.code, channel=ChannelKind.ONLINE, start=now.date(), days=DAYS, now=now
        )
    except (UnknownPlace, Refused) as error:
        raise Http404 from error


def _known_name(said: dict[str, str]) -> str:
    """The name of the person's last appointment, so that it need not be typed on glass."""
    known = queries.of_person(parse_certificate(said["kind"], said["number"]), now=clock.now())
    return known[0].name if known else ""

"""One question a page: booked or not, how to prove it, which queue; then the number."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.booking import queries as booking
from yueban.domain.people import queries as people
from yueban.domain.queueing import operations, queries, readers
from yueban.domain.queueing.printing import PrintingFailed
from yueban.domain.queueing.readers import Meaning
from yueban.domain.queueing.rules import (
    OPEN,
    AlreadyPressed,
    AlreadyWaiting,
    NotReserved,
    OutsideBands,
    QuotaUsed,
    TicketState,
    UnknownQueue,
)
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock, crypto, ids
from yueban.kernel.certificates import CertificateKind, parse_certificate
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.kiosk.device import at_terminal, printer_of
from yueban.surfaces.kiosk.sealing import card, certificate_of
from yueban.surfaces.middleware import ELDER_COOKIE

if TYPE_CHECKING:
    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.queueing.queries import HallView, QueueView, TicketView
    from yueban.kernel.certificates import Certificate

FEW_QUEUES = 8
"""A township's queues fit on one page; a county's are found by their department."""

DAYS = 7
LIVE = frozenset({"booked", "arrived", "ticketed", "accepted", "missed"})
TICKET = "ticket:"
PRESS = re.compile(r"[A-Za-z0-9_-]{8,32}")
PAGE = re.compile(r"/kiosk/[a-z/-]*(\?[\w%=&.+-]*)?", re.ASCII)
"""Pages of the terminal that can be opened again by their address."""


def by(hall: HallView) -> str:
    """Who acts: the terminal of the hall."""
    return f"channel:kiosk {hall.code}"


@require_GET
@at_terminal
def home(request: HttpRequest, hall: HallView) -> HttpResponse:
    """「我已预约」 or 「现场取号」. `?idle`: nobody is there any more, and nothing of the last person stays, nor a login."""
    if "idle" in request.GET and request.user.is_authenticated:
        logout(request)
    response = render(request, "kiosk/home.html", {"hall": hall})
    if "idle" in request.GET and ELDER_COOKIE in request.COOKIES:
        response = redirect("kiosk:home")
        response.delete_cookie(ELDER_COOKIE, path="/kiosk/")
    return response


@require_http_methods(["GET", "POST"])
@at_terminal
def booked(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Show the QR code; whatever a scanner or card reader types is understood: QR, number or ID card."""
    if request.method == "GET":
        return render(request, "kiosk/booked.html", {"hall": hall})
    text = request.POST.get("text", "")
    reading = readers.understand(text)
    if reading.meaning is Meaning.APPOINTMENT:
        return _take(request, hall, reading.code)
    if reading.certificate is not None:
        return _of_certificate(request, hall, reading.certificate)
    return _by_certificate(request, hall, CertificateKind.RESIDENT_ID, text[:200].strip(), "kiosk/booked.html")


@require_http_methods(["GET", "POST"])
@at_terminal
def number(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Type the appointment number from the message."""
    if request.method == "GET":
        return render(request, "kiosk/number.html", {"hall": hall})
    return _take(request, hall, request.POST.get("text", "")[:50])


@require_http_methods(["GET", "POST"])
@at_terminal
def certificate(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Type the number of the certificate that the appointment was booked with (R5.1)."""
    chosen = request.POST.get("kind") or request.GET.get("kind") or CertificateKind.RESIDENT_ID
    kind = CertificateKind(chosen) if chosen in set(CertificateKind) else CertificateKind.RESIDENT_ID
    if request.method == "GET":
        return render(request, "kiosk/certificate.html", _certificate_page(hall, kind))
    return _by_certificate(request, hall, kind, request.POST.get("text", "")[:50], "kiosk/certificate.html")


@require_POST
@at_terminal
def take(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Take the ticket of one of several appointments; its number comes signed from our own list."""
    return _take(request, hall, crypto.verify(request.POST.get("appointment", "")[:200]) or "")


@require_POST
@at_terminal
def again(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Print a number once more (补打) whose holder showed the certificate; it comes signed from our own page."""
    payload = crypto.verify(request.POST.get("ticket", "")[:200]) or ""
    found = queries.ticket(int(payload.removeprefix(TICKET))) if payload.startswith(TICKET) else None
    if found is None or found.centre_id != hall.id:
        raise Http404
    if found.state not in OPEN:
        return _problem(request, hall, message=_("这个号刚才已经办完或作废。"))
    operations.mark_present(found.id, by=by(hall), now=clock.now())
    return _printed(request, hall, operations.Issued(found.id, found.label, again=True))


@require_http_methods(["GET", "POST"])
@at_terminal
def walk_in(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Which department, or in a small hall at once which queue; `card` goes along where one was shown."""
    queues = queries.queues(hall.id, date=clock.today(), now=clock.now())
    if len(queues) <= FEW_QUEUES:
        context = {"queues": queues, "back": reverse("kiosk:home"), "press": ids.new_press()}
        return render(request, "kiosk/queues.html", _walk_in_page(request, hall) | context)
    return render(
        request, "kiosk/departments.html", _walk_in_page(request, hall) | {"departments": _departments(queues)}
    )


@require_http_methods(["GET", "POST"])
@at_terminal
def department(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Which queue of the department, with the people waiting."""
    chosen = request.POST.get("name", "") or request.GET.get("name", "")
    queues = [
        each for each in queries.queues(hall.id, date=clock.today(), now=clock.now()) if chosen in each.departments
    ]
    if not queues:
        raise Http404
    context = {"queues": queues, "department": chosen, "back": reverse("kiosk:walk_in"), "press": ids.new_press()}
    return render(request, "kiosk/queues.html", _walk_in_page(request, hall) | context)


def _walk_in_page(request: HttpRequest, hall: HallView) -> dict[str, Any]:
    """What both pages show of the certificate: whose it is, or why it is worth showing one."""
    text = request.POST.get("card", "")
    shown = certificate_of(text)
    return {
        "hall": hall,
        "card": text,
        "masked": shown.masked if shown else "",
        "first_from": None if shown else queries.hall_rules(hall.id).statutory_age,
    }


@require_POST
@at_terminal
def issue(request: HttpRequest, hall: HallView) -> HttpResponse:
    """Print a number of the queue."""
    queue_id = request.POST.get("queue", "")
    known = {str(each.id): each.id for each in queries.queues(hall.id, date=clock.today())}
    if queue_id not in known:
        raise Http404
    press = request.POST.get("press") if PRESS.fullmatch(request.POST.get("press", "")) else None
    if press and (earlier := queries.ticket_pressed(press)) is not None:
        return _pressed_again(request, hall, earlier)
    try:
        issued = _issued(known[queue_id], hall, certificate_of(request.POST.get("card", "")), press)
    except AlreadyWaiting:  # its slip is being printed at another terminal
        return _problem(request, hall, message=_("您今天在这个队列已经有一个号，请先办完再取。"))
    except AlreadyPressed:  # two answers to one press cross
        return redirect("kiosk:home")
    except UnknownQueue as error:
        raise Http404 from error
    except (OutsideBands, QuotaUsed) as limit:
        return _problem(request, hall, message=_limit(limit), full=True)
    return _printed(request, hall, issued)


def _issued(queue_id: int, hall: HallView, shown: Certificate | None, press: str | None) -> operations.Issued:
    if shown is not None:
        return operations.issue_to(queue_id, shown, by=by(hall), now=clock.now(), press=press, reserve=True)
    holder = operations.Holder(press=press)
    return operations.issue(queue_id, by=by(hall), now=clock.now(), holder=holder, reserve=True)


def _pressed_again(request: HttpRequest, hall: HallView, earlier: TicketView) -> HttpResponse:
    """The answer to this press was lost: the same number, printed now, and not a second one."""
    if earlier.centre_id != hall.id:
        raise Http404
    printed = earlier.state is not TicketState.RESERVED
    return _printed(request, hall, operations.Issued(earlier.id, earlier.label, again=printed))


def _limit(limit: Exception) -> str:
    if isinstance(limit, OutsideBands):
        return _("这个队列现在不取号。请看大厅公告的取号时间，或问导服台。")
    return _("这个时段的现场号已经取完。您可以预约以后的时间，或问导服台。")


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the terminal shows while the network is away; its service worker keeps this page."""
    return render(request, "kiosk/offline.html")


@require_GET
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the offline page; it lives here because its scope is its folder."""
    return render(request, "kiosk/sw.js", content_type="text/javascript")


@require_POST
@at_terminal
def size(request: HttpRequest, _hall: HallView) -> HttpResponse:
    """Larger letters, or the usual ones; kept until the terminal is back at its first page by itself."""
    wanted = request.POST.get("back", "")
    back = wanted if PAGE.fullmatch(wanted) else reverse("kiosk:home")
    response = redirect(back)
    if ELDER_COOKIE in request.COOKIES:
        response.delete_cookie(ELDER_COOKIE, path="/kiosk/")
    else:
        response.set_cookie(ELDER_COOKIE, "1", path="/kiosk/", httponly=True, samesite="Lax")
    return response


@require_GET
@at_terminal
def ticket(request: HttpRequest, hall: HallView, token: str) -> HttpResponse:
    """The number fills the page, the slip is printed, and the terminal is free again.

    Where the page itself prints, the number counts from now on: the terminal shows it.
    """
    payload = crypto.verify(token) or ""
    number = int(payload.removeprefix(TICKET)) if payload.startswith(TICKET) else 0
    found = queries.ticket(number, now=clock.now())
    if found is None:
        raise Http404
    if found.state in {TicketState.RESERVED, TicketState.VOID}:
        printer = printer_of(request, hall)
        try:
            operations.acknowledge(found.id, printer_id=printer.id if printer else None, by=by(hall), now=clock.now())
        except (NotReserved, Refused):
            return _problem(request, hall, message=_("这个号已经作废，请重新取号。"))
    context = {"hall": hall, "ticket": found, "printed_at": clock.now()}
    return render(request, "kiosk/ticket.html", context | {name: name in request.GET for name in ("again", "out")})


def _take(request: HttpRequest, hall: HallView, code: str) -> HttpResponse:
    """Print the ticket of an appointment of this hall, or say why not and what to do instead."""
    code = ids.ungrouped(code)
    try:
        found = booking.by_code(code if code.isdigit() else "", now=clock.now())
    except booking.UnknownAppointment:
        return _problem(request, hall, message=_("没有查到这个预约。请核对预约号，或改用证件取号。"))
    if found.centre_id != hall.id:
        return _problem(request, hall, elsewhere=found)
    try:
        issued = operations.check_in(code, by=by(hall), now=clock.now(), reserve=True)
    except Refused as refused:
        return _problem(request, hall, reasons=refused.reasons, kept=queries.ticket_of(code))
    except AlreadyWaiting:
        held = queries.open_tickets(found.person_id, centre_id=hall.id, date=clock.today())
        same = [each for each in held if each.queue_id == found.queue_id]
        words = _("您今天在这个队列已经有一个号，请先办完再取。")
        return _problem(request, hall, message=words, held=_signed(same))
    return _printed(request, hall, issued)


def _signed(tickets: list[TicketView]) -> list[tuple[TicketView, str]]:
    """Numbers that may be printed again, each with what its button says."""
    return [(each, crypto.sign(f"{TICKET}{each.id}")) for each in tickets]


def _by_certificate(
    request: HttpRequest, hall: HallView, kind: CertificateKind, text: str, template: str
) -> HttpResponse:
    try:
        parsed = parse_certificate(kind, text)
    except InvalidInput as error:
        context = _certificate_page(hall, kind) | {"error": error.errors[0].text(_), "text": text}
        return render(request, template, context, status=422)
    return _of_certificate(request, hall, parsed)


def _of_certificate(request: HttpRequest, hall: HallView, parsed: Certificate) -> HttpResponse:
    """Take the ticket of today's only appointment, or show everything of the person: today, seven days, open numbers.

    Without an appointment here today the certificate takes a walk-in's number, first by law where its age says so.
    """
    today, last = clock.today(), clock.today() + timedelta(days=DAYS)
    known = booking.of_person(parsed, now=clock.now())
    live = [each for each in reversed(known) if each.status in LIVE and today <= each.service_date <= last]
    now, later = [e for e in live if e.service_date == today], [e for e in live if e.service_date > today]
    if len(now) == 1:
        return _take(request, hall, now[0].code)
    here = [each for each in now if each.centre_id == hall.id]
    person = people.person_of(parsed)
    held = queries.open_tickets(person, centre_id=hall.id, date=today) if person else []
    context = {"hall": hall, "appointments": here, "later": later, "card": "" if here else card(parsed)}
    context |= {"elsewhere": [each for each in now if each.centre_id != hall.id], "held": _signed(held)}
    return render(request, "kiosk/choose.html", context)


def _certificate_page(hall: HallView, kind: CertificateKind) -> dict[str, Any]:
    names = {
        CertificateKind.RESIDENT_ID: _("居民身份证"),
        CertificateKind.HMT_RESIDENCE: _("港澳台居民居住证"),
        CertificateKind.FOREIGN_PERMANENT: _("外国人永久居留证"),
        CertificateKind.PASSPORT: _("护照"),
        CertificateKind.HM_PERMIT: _("港澳居民来往内地通行证"),
        CertificateKind.TW_PERMIT: _("台湾居民来往大陆通行证"),
    }
    return {
        "hall": hall,
        "kind": kind,
        "kind_name": names[kind],
        "kinds": names.items(),
        "letters": kind not in {CertificateKind.RESIDENT_ID, CertificateKind.HMT_RESIDENCE},
    }


def _problem(
    request: HttpRequest, hall: HallView, *, message: str = "", elsewhere: AppointmentView | None = None, **more: Any
) -> HttpResponse:
    context = {
        "hall": hall,
        "message": message,
        "elsewhere": elsewhere,
        "reasons": (),
        "kept": None,
        "held": (),
        "full": False,
    } | more
    return render(request, "kiosk/problem.html", context, status=409)


def _printed(request: HttpRequest, hall: HallView, issued: operations.Issued) -> HttpResponse:
    """Print the slip here where the terminal has a printer on the network, otherwise let its page do it."""
    told = ["again"] if issued.again else []
    printer = printer_of(request, hall)
    if printer is not None and printer.driver == "escpos":
        send = operations.print_again if issued.again else operations.hand_out
        try:
            send(issued.ticket_id, printer_id=printer.id, by=by(hall), now=clock.now())
        except PrintingFailed:
            return _problem(request, hall, message=_not_printed(issued))
        except NotReserved:
            return _problem(request, hall, message=_("这个号已经作废，请重新取号。"))
        told.append("out")
    address = reverse("kiosk:ticket", args=[crypto.sign(f"{TICKET}{issued.ticket_id}")])
    return redirect(f"{address}?{'&'.join(told)}" if told else address)


def _not_printed(issued: operations.Issued) -> str:
    if issued.again:
        return _("没有打印出来。您的号 {label} 仍然有效，请记下来。").format(label=issued.label)
    return _("没有打印出来，这个号不算数。请找大厅引导员，或换一台终端取号。")


def _departments(queues: list[QueueView]) -> list[dict[str, Any]]:
    """Every department of the hall once, with the people waiting in its queues."""
    waiting: dict[str, int] = {}
    for queue in queues:
        for name in queue.departments:
            waiting[name] = waiting.get(name, 0) + queue.waiting
    return [{"name": name, "waiting": count} for name, count in waiting.items()]

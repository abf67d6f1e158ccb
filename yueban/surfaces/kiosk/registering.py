"""How a browser becomes a terminal: it shows a code that an administrator confirms, or staff set it up on the spot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yueban.domain.people.rules import Permission
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.rules import UnknownTerminal
from yueban.kernel import clock
from yueban.surfaces.access import requires, staff_of
from yueban.surfaces.kiosk.device import asking, hall_of, know, remember

if TYPE_CHECKING:
    from yueban.domain.people.rules import StaffIdentity
    from yueban.domain.queueing.queries import HallView

LONGEST_NAME = 50
SETUP_SECONDS = 120


@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Show the code until an administrator has confirmed it; POST asks for one."""
    if hall_of(request) is not None:
        return redirect("kiosk:home")
    known = asking(request)
    live = known is not None and known.confirmed_at is None and known.asked_at >= clock.now() - operations.ASKING
    if request.method == "POST" and not live:
        asked = operations.ask_to_be_terminal(now=clock.now())
        response = redirect("kiosk:register")
        know(response, asked.token, secure=settings.SESSION_COOKIE_SECURE)
        return response
    return render(request, "kiosk/register.html", {"code": known.code if known and live else ""})


@requires(Permission.RUN_SYSTEM, Permission.MANAGE_CAPACITY)
@require_http_methods(["GET", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """The terminals at work, and the field for the code of a new one."""
    staff, halls = _administrator(request)
    message = ""
    if request.method == "POST":
        hall = next((each for each in halls if each.code == request.POST.get("centre")), None)
        name = request.POST.get("name", "").replace("\0", "").strip()[:LONGEST_NAME]
        if hall is None:
            raise Http404
        printer = request.POST.get("printer", "")
        printer_id = int(printer) if printer.isdecimal() and len(printer) < 10 else None  # noqa: PLR2004
        code = "".join(request.POST.get("code", "")[:20].split())
        try:
            operations.confirm_terminal(
                code, centre_id=hall.id, printer_id=printer_id, name=name, by=staff.by, now=clock.now()
            )
        except UnknownTerminal:
            message = _("没有终端显示这个码，或已超过 30 分钟。请看终端屏幕再试。")
        else:
            return redirect("kiosk:devices")
    context = {
        "halls": halls,
        "printers": [(each, printer) for each in halls for printer in queries.printers(each.id)],
        "terminals": queries.terminals([each.id for each in halls]),
        "message": message,
    }
    return render(request, "kiosk/devices.html", context, status=409 if message else 200)


@requires(Permission.RUN_SYSTEM, Permission.MANAGE_CAPACITY)
@require_POST
def retire(request: HttpRequest, terminal_id: int) -> HttpResponse:
    """It is a terminal no more."""
    staff, halls = _administrator(request)
    if terminal_id not in {each.id for each in queries.terminals([hall.id for hall in halls])}:
        raise Http404
    operations.retire_terminal(terminal_id, by=staff.by, now=clock.now())
    return redirect("kiosk:devices")


def _administrator(request: HttpRequest) -> tuple[StaffIdentity, list[HallView]]:
    """Who may confirm terminals: the system's administrator anywhere, a manager of the whole hall in the own one."""
    staff = staff_of(request)
    if staff is None or staff.scope.department_id is not None:  # a terminal serves all departments
        raise PermissionDenied
    return staff, [each for each in queries.halls() if staff.scope.covers(centre_id=each.id)]


@requires(Permission.ISSUE_TICKETS)
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """A member of staff says once in which hall the terminal stands; then the login is over, the terminal stays."""
    staff = staff_of(request)
    hall = queries.hall(request.POST.get("centre", "")[:50]) if request.method == "POST" else None
    halls = [each for each in queries.halls() if staff and staff.may(Permission.ISSUE_TICKETS, centre_id=each.id)]
    if hall not in halls:
        printers = [(each, printer) for each in halls for printer in queries.printers(each.id)]
        page = render(request, "kiosk/setup.html", {"halls": halls, "printers": printers})
        page["Refresh"] = f"{SETUP_SECONDS}; url={reverse('kiosk:home')}?idle"  # which ends the login too
        return page
    logout(request)
    response = redirect("kiosk:home")
    chosen = request.POST.get("printer", "")
    own = [printer.id for printer in queries.printers(hall.id) if str(printer.id) == chosen]
    remember(response, hall, own[0] if own else None, secure=settings.SESSION_COOKIE_SECURE)
    return response

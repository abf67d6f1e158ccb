"""After the registration: the number, the one-time notice read aloud as a checklist, and paper (R4.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.booking import operations as booking
from yueban.domain.people.rules import Permission
from yueban.domain.queueing import operations as hall
from yueban.domain.queueing import queries as halls
from yueban.domain.queueing.printing import PrintingFailed
from yueban.kernel import clock
from yueban.surfaces import history
from yueban.surfaces.desk.appointment import about, seen
from yueban.surfaces.desk.sheets import notice_of, notice_sheet
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from yueban.domain.booking.queries import AppointmentView
    from yueban.surfaces.workplace import Workplace


@require_http_methods(["GET", "POST"])
@at_work(Permission.BOOK_FOR_OTHERS)
def notice(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """Show the number and what is read aloud; POST records that every line was."""
    now = clock.now()
    found = seen(place, code, now)
    if request.method != "POST":
        return _page(request, place, found, now)
    left = len(notice_of(found).materials) - len(set(request.POST.getlist("read")))
    if left > 0:
        return _page(request, place, found, now, left)
    booking.mark_told(code, by=place.staff.by, now=now)
    return redirect("desk:notice", code)


def _page(request: HttpRequest, place: Workplace, found: AppointmentView, now: datetime, left: int = 0) -> HttpResponse:
    context = about(found, now) | {
        "notice": notice_of(found),
        "told": history.told_at(found.id),
        "left": left,
        "read": set(request.POST.getlist("read")),
        "printers": [each for each in halls.printers(place.centre.pk) if each.driver == "escpos"],
    }
    return page(request, "desk/notice.html", place, status=422 if left else 200, **context)


@require_GET
@at_work(Permission.BOOK_FOR_OTHERS)
def sheet(_request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """The notice with its slip as an A4 PDF, shown by the browser to be printed."""
    now = clock.now()
    found = seen(place, code, now)
    answer = HttpResponse(notice_sheet(found, at=now), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="yuyue-{found.code}.pdf"'
    return answer


@require_GET
@at_work(Permission.BOOK_FOR_OTHERS)
def slip(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """The slip as a page for 80 mm paper, for a printer behind the browser."""
    now = clock.now()
    found = seen(place, code, now)
    return page(request, "desk/slip.html", place, appointment=found, notice=notice_of(found), at=now)


@require_POST
@at_work(Permission.BOOK_FOR_OTHERS)
def print_slip(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """Print the slip on a printer of the hall's network."""
    now = clock.now()
    found = seen(place, code, now)
    here = {str(each.id): each.id for each in halls.printers(place.centre.pk) if each.driver == "escpos"}
    printer = here.get(request.POST.get("printer", ""))
    try:
        if printer is not None:
            hall.print_appointment(found.code, printer_id=printer, by=place.staff.by, now=now)
            messages.success(request, _("凭条已打印。"))
    except PrintingFailed:
        messages.error(request, _("打印机没有出纸，请检查纸张和电源，或改用 A4、浏览器打印。"))
    return redirect("desk:notice", code)

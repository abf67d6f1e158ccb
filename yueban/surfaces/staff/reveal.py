"""The whole certificate number and telephone of an appointment, for one click that is recorded (R5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yueban.domain.booking import queries as booking
from yueban.domain.people import operations
from yueban.domain.people.rules import Permission, TooManyReveals, reveal_reason
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.access import requires, staff_of
from yueban.surfaces.staff.views import wanted_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import AppointmentView


@require_http_methods(["GET", "POST"])
@requires(Permission.REVEAL_CERTIFICATE)
def reveal(request: HttpRequest, code: str) -> HttpResponse:
    """Show the masked numbers and ask why; POST with a reason shows them whole, once, and keeps nothing on the page."""
    try:
        found = booking.by_code(code if code.isdigit() else "", now=clock.now())
    except booking.UnknownAppointment as error:
        raise Http404 from error
    staff = staff_of(request)
    here = {"centre_id": found.centre_id, "department_id": found.department_id}
    if staff is None or not staff.may(Permission.REVEAL_CERTIFICATE, **here):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, found)
    return _page(request, found, **_revealed(request, found))


def _revealed(request: HttpRequest, found: AppointmentView) -> dict[str, Any]:
    """Give the number, or what is wrong with what was chosen and typed."""
    staff = staff_of(request)
    chosen, typed = request.POST.get("reason", ""), request.POST.get("words", "")
    why = reveal_reason(chosen, typed)
    asked = operations.Revealing(found.person_id, why, centre_id=found.centre_id, appointment_id=found.id)
    try:
        if staff is None:
            raise PermissionDenied
        return {"number": operations.reveal(asked, by=staff, now=clock.now())}
    except InvalidInput as wrong:
        return {"error": wrong.errors[0].text(_), "chosen": chosen, "words": typed}
    except TooManyReveals as spent:
        return {"error": _(spent.message) % spent.details, "chosen": chosen, "words": typed}


def _page(request: HttpRequest, found: AppointmentView, **context: Any) -> HttpResponse:
    """A fragment for htmx, the whole page for a browser without it; neither is kept by the browser."""
    part = "staff/revealed.html" if "number" in context else "staff/reveal.html"
    template = part if request.headers.get("HX-Request") else "staff/reveal_page.html"
    values = {"appointment": found, "part": part, "back": wanted_address(request, "back"), "error": "", "chosen": ""}
    wrong = bool(context.get("error"))
    # htmx shows only what came with 200; the whole page says with its status that nothing was revealed
    return render(request, template, values | context, status=409 if wrong and template != part else 200)

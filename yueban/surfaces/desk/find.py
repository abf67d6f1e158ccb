"""Find appointments by number, certificate or telephone number. What is personal is sent, and never in an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yueban.domain.booking import queries as booking
from yueban.domain.people.rules import Permission
from yueban.domain.queueing import readers
from yueban.kernel import clock, ids
from yueban.kernel.certificates import parse_certificate, parse_phone
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.desk.appointment import here, seen
from yueban.surfaces.words import KINDS, STATUSES
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import AppointmentView
    from yueban.surfaces.workplace import Workplace

LONGEST = 300


@require_http_methods(["GET", "POST"])
@at_work(Permission.BOOK_FOR_OTHERS)
def find(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Lead to the appointment of a number, or list those of a certificate or a telephone number."""
    if request.method != "POST":
        return redirect("desk:home")
    text = request.POST.get("q", "")[:LONGEST].replace("\0", "").strip()
    now = clock.now()
    code = readers.understand(text).code
    if code and _is_theirs(place, code, now):
        return redirect("desk:appointment", code)
    found = [each for each in _of(text, now) if here(place, each)]
    message = "" if found else _("没有找到。请输入预约号、完整的证件号码或手机号。")
    rows = [(each, *STATUSES[each.status]) for each in found]
    return page(request, "desk/found.html", place, status=200 if found else 404, found=rows, message=message)


def _is_theirs(place: Workplace, code: str, now: datetime) -> bool:
    """Whether the number is of an appointment that this person may see; a mistyped one is answered at the desk."""
    try:
        seen(place, code, now)
    except Http404:
        return False
    return True


def _of(text: str, now: datetime) -> list[AppointmentView]:
    """The appointments of what was typed: of a card, of a telephone number, of a certificate of any kind."""
    reading = readers.understand(text)
    if reading.certificate is not None:
        return booking.of_person(reading.certificate, now=now)
    try:
        return booking.of_phone(parse_phone(ids.ungrouped(text)), now=now)
    except InvalidInput:
        return [each for kind in KINDS for each in _of_certificate(kind, text, now)]


def _of_certificate(kind: str, text: str, now: datetime) -> list[AppointmentView]:
    try:
        return booking.of_person(parse_certificate(kind, text), now=now)
    except InvalidInput:
        return []

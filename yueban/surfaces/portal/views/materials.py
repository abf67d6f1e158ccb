"""The applicant's page of materials: what was found of each, and copies handed in beforehand (R3.5).

Two ways lead here: 「我的预约」 of who proved the phone, and the link of the SMS, which opens this page of this
appointment and nothing else.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from yueban.domain.booking import queries as booking
from yueban.domain.booking.queries import AppointmentView
from yueban.domain.people.rules import TooManyRequests
from yueban.domain.prereview import operations, queries
from yueban.domain.prereview.copies import MOST_BYTES, TOO_LARGE
from yueban.domain.prereview.rules import is_open, kept_until
from yueban.kernel import clock, crypto
from yueban.kernel.errors import InvalidInput
from yueban.surfaces import uploads
from yueban.surfaces.portal import codes, forms, own, visitor
from yueban.surfaces.portal.views.mine import BY

LINKS = "material_links"
MOST_LINKS = 5
ACCEPTED = "image/jpeg,image/png,application/pdf"


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Come by the link of an SMS: this session may see the materials of that appointment from now on."""
    code = crypto.linked(operations.LINK, token)
    if code is None:
        raise Http404
    kept = [each for each in request.session.get(LINKS, []) if each != code]
    request.session[LINKS] = [*kept, code][-MOST_LINKS:]
    return redirect("portal:materials", code)


def _own(request: HttpRequest, code: str) -> AppointmentView:
    """Give the visitor's own appointment, by link or by phone; anybody else's is as unknown as one that never was."""
    now = clock.now()
    if code not in request.session.get(LINKS, []):
        return own.one(request, code, now=now)
    try:
        return booking.by_code(code, now=now)
    except booking.UnknownAppointment as error:
        raise Http404 from error


@never_cache
@require_safe
def materials(request: HttpRequest, code: str) -> HttpResponse:
    """Show the checklist; who came neither by link nor by phone is led to the SMS code."""
    if code not in request.session.get(LINKS, []):
        return own.with_phone(_materials)(request, code)
    return _materials(request, code)


def _materials(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, _own(request, code))


@never_cache
@require_POST
def hand_in(request: HttpRequest, code: str, material: int) -> HttpResponse:
    """Take a copy of one material; what is wrong with it is said beside it, and nothing is kept."""
    found = _own(request, code)
    replacing = request.POST.get("replacing", "")
    try:
        content = uploads.content_of(request)
        operations.hand_in(
            found.code,
            material=material,
            content=content,
            by=BY,
            now=clock.now(),
            replacing=int(replacing) if replacing.isascii() and replacing.isdecimal() and len(replacing) < 19 else None,  # noqa: PLR2004
        )
    except TooManyRequests as bound:
        return _page(request, found, material, codes.too_many("file", bound))
    except InvalidInput as wrong:
        return _page(request, found, material, wrong)
    return _back(found.code, material)


@never_cache
@require_POST
def take_back(request: HttpRequest, code: str, copy: int) -> HttpResponse:
    """Delete a copy; one that is gone already is no error."""
    found = _own(request, code)
    try:
        operations.take_back(found.code, copy, by=BY, now=clock.now())
    except InvalidInput as wrong:
        return _page(request, found, 0, wrong)
    place = request.POST.get("material", "")
    return _back(found.code, int(place) if place.isascii() and place.isdecimal() and len(place) < 4 else 0)  # noqa: PLR2004


@never_cache
@require_safe
def copy(request: HttpRequest, code: str, copy: int) -> HttpResponse:
    """Show a copy to whom it belongs."""
    found = _own(request, code)
    try:
        return uploads.shown(operations.open_for_applicant(found.code, copy, now=clock.now()))
    except operations.UnknownCopy as error:
        raise Http404 from error


def _back(code: str, material: int) -> HttpResponse:
    return redirect(f"{reverse('portal:materials', args=[code])}#material-{material}")


def _page(
    request: HttpRequest, found: AppointmentView, material: int = 0, wrong: InvalidInput | None = None
) -> HttpResponse:
    today = clock.today()
    errors = wrong.errors if wrong else []
    context: dict[str, Any] = {
        "section": "mine",
        "appointment": found,
        "checklist": queries.checklist(found.id),
        "live": is_open(found.status, found.service_date, today=today),
        "kept_until": kept_until(found.service_date, days=uploads.kept_days()),
        "accepted": ACCEPTED,
        "most_bytes": MOST_BYTES,
        "too_large": gettext(TOO_LARGE),
        "wrong_at": material if wrong else None,
        "errors": [forms.Wrong(f"file-{material}", each.text) for each in forms.summary(errors)],
        "own": bool(visitor.verified_phone(request)),
    }
    return render(request, "portal/mine/materials.html", context, status=422 if wrong else 200)

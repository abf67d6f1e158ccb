"""The link in a counter's message (R4.3): the nearest free hours, one tap, no login. Looking books nothing."""

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries
from yueban.domain.booking.queries import Offered
from yueban.domain.prereview import operations as prereview
from yueban.domain.regulation.rules import RefusalCode, Refused, reason
from yueban.kernel import clock

NEAREST = 6
LONGEST_SLOT = 18


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rebook(request: HttpRequest, token: str) -> HttpResponse:
    """Offer hours; a tap on one books it. Shows the matter, the hall and the hour, and nobody's name."""
    offer = _offer(token)
    if request.method != "POST" or not offer.is_open(now=clock.now()):
        return _page(request, offer)
    try:
        made = booking.rebook(token, slot_id=_slot(request), now=clock.now())
        prereview.carry_over(offer.old.code, made.code, by="applicant", now=clock.now())
    except Refused as refused:
        return _page(request, offer, refused.reasons)
    except queries.UnknownPlace:
        return _page(request, offer, (reason(RefusalCode.SLOT_CLOSED),))
    except (booking.AlreadyRebooked, booking.LinkExpired):
        pass  # the page says how it stands
    return redirect("portal:rebook", token)


def _offer(token: str) -> Offered:
    try:
        return queries.offered(token, now=clock.now())
    except queries.UnknownAppointment as error:
        raise Http404 from error


def _slot(request: HttpRequest) -> int:
    said = request.POST.get("slot", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_SLOT else 0


def _page(request: HttpRequest, offer: Offered, refused: tuple[Any, ...] = ()) -> HttpResponse:
    now = clock.now()
    hours = queries.free_hours(offer.old, now=now) if offer.is_open(now=now) else []
    near = queries.nearest(hours, offer.old, NEAREST)
    context = {
        "section": "",
        "offer": offer,
        "old": offer.old,
        "open": offer.is_open(now=now),
        "refused": refused,
        "nearest": near,
        "others": _by_day([each for each in hours if each not in near]),
    }
    return render(request, "portal/rebook.html", context, status=409 if refused else 200)


def _by_day(hours: list[dict[str, Any]]) -> list[tuple[Any, list[dict[str, Any]]]]:
    return [(day, list(rows)) for day, rows in groupby(hours, key=lambda row: row["starts_at"].date())]

"""Which hall a terminal stands in, and which printer it uses: a signed cookie that a member of staff leaves on it once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from yueban.domain.queueing import queries
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.queueing.queries import HallView, PrinterView

COOKIE = "kiosk"
PREFIX = "kiosk:"
LIFETIME = 400 * 24 * 3600  # the longest that browsers keep a cookie


def remember(response: HttpResponse, hall: HallView, printer_id: int | None, *, secure: bool) -> None:
    """Make this browser the terminal of a hall; without a printer it prints by its own page."""
    response.set_cookie(
        COOKIE,
        crypto.sign(f"{PREFIX}{hall.code}:{printer_id}" if printer_id else f"{PREFIX}{hall.code}"),
        max_age=LIFETIME,
        path="/kiosk/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def hall_of(request: HttpRequest) -> HallView | None:
    """The hall of this terminal, None where nobody set it up or the cookie is forged."""
    return queries.hall(_said(request)[0])


def printer_of(request: HttpRequest, hall: HallView) -> PrinterView | None:
    """The printer of this terminal; None where it prints by its page, or the printer was taken out of use."""
    number = _said(request)[1]
    found = queries.printer(int(number)) if number.isdecimal() else None
    return found if found in queries.printers(hall.id) else None


def _said(request: HttpRequest) -> tuple[str, str]:
    """Hall and printer as the cookie has them."""
    payload = crypto.verify(request.COOKIES.get(COOKIE, "")) or ""
    code, _, printer = payload.removeprefix(PREFIX).partition(":") if payload.startswith(PREFIX) else ("", "", "")
    return code, printer


def at_terminal(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the hall of its terminal; any other browser is sent to set it up."""

    @never_cache
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        hall = hall_of(request)
        if hall is None:
            return redirect("kiosk:setup")
        reader = queries.reader(hall.id)
        request.reader = reader  # type: ignore[attr-defined]  # for the page's script
        answer = view(request, hall, *args, **kwargs)
        answer._csp_update = {"connect-src": reached(reader)}  # type: ignore[attr-defined]  # noqa: SLF001  as csp_update does
        return answer

    return wrapped


def reached(reader: Mapping[str, Any] | None) -> list[str]:
    """The origin of the card reader's service, which is on the terminal itself: only there may the page ask."""
    if reader is None:
        return []
    parts = urlsplit(reader["url"])
    return [f"{parts.scheme}://{parts.netloc}"]

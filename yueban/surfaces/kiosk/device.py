"""Which hall a terminal stands in, and which printer it uses: a signed cookie that a member of staff leaves on it once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from yueban.domain.queueing import queries
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.queueing.queries import HallView, PrinterView, TerminalView

COOKIE = "kiosk"
KNOWN_BY = "kiosk_terminal"
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


def know(response: HttpResponse, token: str, *, secure: bool) -> None:
    """Keep the token by which a terminal that was, or will be, confirmed is known again."""
    response.set_cookie(KNOWN_BY, token, max_age=LIFETIME, path="/kiosk/", httponly=True, samesite="Lax", secure=secure)


def asking(request: HttpRequest) -> TerminalView | None:
    """The terminal of this browser's token: still asking, at work or retired; None where it never asked."""
    token = request.COOKIES.get(KNOWN_BY, "")[:100]
    return queries.terminal_of(token) if token else None


def hall_of(request: HttpRequest) -> HallView | None:
    """The hall of this terminal, None where nobody set it up, the cookie is forged, or the terminal was retired."""
    return queries.hall(_said(request)[0])


def printer_of(request: HttpRequest, hall: HallView) -> PrinterView | None:
    """The printer of this terminal; None where it prints by its page, or the printer was taken out of use."""
    number = _said(request)[1]
    found = queries.printer(int(number)) if number.isdecimal() else None
    return found if found in queries.printers(hall.id) else None


def _said(request: HttpRequest) -> tuple[str, str]:
    """Hall and printer: as the administrator confirmed them, else as the cookie of a set-up terminal has them."""
    known = asking(request)
    if known is not None and known.confirmed_at is not None:
        return ("", "") if known.retired else (known.centre_code, str(known.printer_id or ""))
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
            return redirect("kiosk:register")
        reader = queries.reader(hall.id)
        request.reader = reader  # type: ignore[attr-defined]  # for the page's script
        try:
            answer = view(request, hall, *args, **kwargs)
        except Http404:  # the terminal has no address field: its person gets a way on, and then it goes home by itself
            answer = render(
                request, "kiosk/problem.html", {"hall": hall, "message": _("这一步刚才变了，请重新选择。")}, status=404
            )
        answer._csp_update = {"connect-src": reached(reader)}  # type: ignore[attr-defined]  # noqa: SLF001  as csp_update does
        return answer

    return wrapped


def reached(reader: Mapping[str, Any] | None) -> list[str]:
    """The origin of the card reader's service, which is on the terminal itself: only there may the page ask."""
    if reader is None:
        return []
    parts = urlsplit(reader["url"])
    return [f"{parts.scheme}://{parts.netloc}"]

"""Which hall a terminal stands in: a signed cookie that a member of staff leaves on it once."""

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

    from yueban.domain.queueing.queries import HallView

COOKIE = "kiosk"
PREFIX = "kiosk:"
LIFETIME = 400 * 24 * 3600  # the longest that browsers keep a cookie


def remember(response: HttpResponse, hall: HallView, *, secure: bool) -> None:
    """Make this browser the terminal of a hall."""
    response.set_cookie(
        COOKIE,
        crypto.sign(f"{PREFIX}{hall.code}"),
        max_age=LIFETIME,
        path="/kiosk/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def hall_of(request: HttpRequest) -> HallView | None:
    """The hall of this terminal, None where nobody set it up or the cookie is forged."""
    payload = crypto.verify(request.COOKIES.get(COOKIE, "")) or ""
    return queries.hall(payload.removeprefix(PREFIX)) if payload.startswith(PREFIX) else None


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

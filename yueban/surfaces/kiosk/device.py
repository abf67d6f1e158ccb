"""Which hall a terminal stands in: a signed cookie that a member of staff leaves on it once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from yueban.domain.queueing import queries
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable

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
        return redirect("kiosk:setup") if hall is None else view(request, hall, *args, **kwargs)

    return wrapped

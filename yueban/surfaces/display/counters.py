"""What stands at one counter: the screen above it (窗口屏) and the rating device on it (评价器)."""

from __future__ import annotations

import functools
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.feedback import operations as feedback
from yueban.domain.feedback import queries as ratings
from yueban.domain.feedback.rules import ASKS, AlreadyRated, FeedbackError, Level, RatingReason, reasons_of
from yueban.domain.people.rules import Permission
from yueban.domain.queueing import queries
from yueban.kernel import clock, crypto
from yueban.surfaces.access import requires, staff_of
from yueban.surfaces.display.views import events_address
from yueban.surfaces.reach import calls_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from yueban.domain.queueing.queries import CounterFacts, HallView

COOKIE = "rating"
DEVICE = "rating:"
HANDLING = "handling:"
LIFETIME = 400 * 24 * 3600  # the longest that browsers keep a cookie

LEVELS = {
    Level.VERY_GOOD: gettext_lazy("非常满意"),
    Level.GOOD: gettext_lazy("满意"),
    Level.FAIR: gettext_lazy("基本满意"),
    Level.BAD: gettext_lazy("不满意"),
    Level.VERY_BAD: gettext_lazy("非常不满意"),
}
REASONS = {
    RatingReason.KIND: gettext_lazy("态度好"),
    RatingReason.QUICK: gettext_lazy("办得快"),
    RatingReason.CLEAR: gettext_lazy("讲得清楚"),
    RatingReason.SLOW: gettext_lazy("等得久"),
    RatingReason.RUDE: gettext_lazy("态度不好"),
    RatingReason.UNCLEAR: gettext_lazy("没讲清楚"),
    RatingReason.TWICE: gettext_lazy("要跑多趟"),
}


# ---- the screen above the counter ------------------------------------------------------------------------------------


@require_GET
@never_cache
def screen(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One line: the number, or the words of the centre."""
    hall, counter = _counter(code, number)
    face = asdict(queries.counter_face(counter, now=clock.now()))
    context = {"hall": hall, "counter": counter, "face": face, "events": _events(request, hall)}
    return render(request, "display/counter.html", context)


@require_GET
@never_cache
def screen_state(_request: HttpRequest, code: str, number: int) -> JsonResponse:
    """The same as data."""
    _hall, counter = _counter(code, number)
    return JsonResponse(asdict(queries.counter_face(counter, now=clock.now())))


# ---- the rating device -----------------------------------------------------------------------------------------------


def at_device(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the counter of its device; any other browser is sent to set it up."""

    @never_cache
    @functools.wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        payload = crypto.verify(request.COOKIES.get(COOKIE, "")) or ""
        known = payload.removeprefix(DEVICE) if payload.startswith(DEVICE) else "0"
        counter = queries.counter(int(known))
        return redirect("display:rating_setup") if counter is None else view(request, counter)

    return wrapped


@require_GET
@at_device
def rating(request: HttpRequest, counter: CounterFacts) -> HttpResponse:
    """Five faces when a handling has just ended, else the words of the centre."""
    hall = next(each for each in queries.halls() if each.id == counter.centre_id)
    context = {
        "counter": counter,
        "asked": _asked(counter),
        "events": _events(request, hall),
        "levels": [(level, name, reasons_of(level)) for level, name in LEVELS.items()],
        "reasons": REASONS.items(),
        "texts": queries.texts(counter.centre_id),
        "words": {"thanks": _("谢谢您的评价"), "reasons": {str(key): str(name) for key, name in REASONS.items()}},
    }
    return render(request, "display/rating.html", context)


@require_GET
@at_device
def rating_state(_request: HttpRequest, counter: CounterFacts) -> HttpResponse:
    """What is asked now, as data."""
    return JsonResponse(_asked(counter))


@require_POST
@at_device
def rate(request: HttpRequest, counter: CounterFacts) -> HttpResponse:
    """Keep one answer; the handling comes signed from our own page."""
    payload = crypto.verify(request.POST.get("handling", "")[:200]) or ""
    level = request.POST.get("level", "")
    if not payload.startswith(HANDLING) or level not in {str(int(each)) for each in Level}:
        raise Http404
    by, reasons = f"channel:rating {counter.number}", request.POST.getlist("reason")[: len(REASONS)]
    try:
        feedback.rate(
            int(payload.removeprefix(HANDLING)), level=Level(int(level)), reasons=reasons, by=by, now=clock.now()
        )
    except AlreadyRated:
        return JsonResponse({"kept": False})
    except FeedbackError:
        return JsonResponse({"kept": False}, status=409)
    return JsonResponse({"kept": True})


@requires(Permission.CALL)
@require_http_methods(["GET", "POST"])
def rating_setup(request: HttpRequest) -> HttpResponse:
    """A member of staff says once at which counter the device stands; then the login is over, the device stays."""
    staff = staff_of(request)
    halls = [each for each in queries.halls() if staff and staff.may(Permission.CALL, centre_id=each.id)]
    hall = next((each for each in halls if each.code == request.GET.get("centre")), halls[0] if halls else None)
    counters = [each for each in queries.counters(hall.id) if staff and calls_at(staff, each)] if hall else []
    chosen = next((each for each in counters if str(each.id) == request.POST.get("counter")), None)
    if request.method == "GET" or chosen is None:
        context = {"halls": halls, "hall": hall, "counters": counters}
        return render(request, "display/rating_setup.html", context)
    logout(request)
    response = redirect("display:rating")
    response.set_cookie(
        COOKIE,
        crypto.sign(f"{DEVICE}{chosen.id}"),
        max_age=LIFETIME,
        path="/display/rating/",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _asked(counter: CounterFacts) -> dict[str, Any]:
    handling = ratings.to_rate(counter.id, now=clock.now())
    if handling is None:
        return {"handling": ""}
    left = ASKS - (clock.now() - handling.ended_at)
    return {
        "handling": crypto.sign(f"{HANDLING}{handling.id}"),
        "label": handling.label,
        "what": handling.what,
        "seconds": max(0, int(left.total_seconds())),
    }


def _counter(code: str, number: int) -> tuple[HallView, CounterFacts]:
    hall = queries.hall(code)
    counter = queries.counter_numbered(hall.id, number) if hall else None
    if hall is None or counter is None:
        raise Http404
    return hall, counter


def _events(request: HttpRequest, hall: HallView) -> str:
    return f"{events_address(request)}?centre={hall.code}"

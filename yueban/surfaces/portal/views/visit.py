"""A home visit or an inspection by the link of a message: seen, answered, moved, called off. Reading changes nothing.

The link is the key: whoever got the message may answer, and sees neither name, address nor ground.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yueban.domain.booking.rules import IllegalTransition
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.directory import queries as directory
from yueban.domain.regulation.rules import Refused
from yueban.domain.visits import operations, queries
from yueban.domain.visits.operations import NotOpen, Outdated
from yueban.domain.visits.rules import Kind, Origin, Result
from yueban.kernel import clock
from yueban.kernel.wall import in_our_years

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.visits.queries import VisitView

BY = "applicant"
FORM = ["GET", "HEAD", "POST"]
LONGEST = 200


@never_cache
@require_http_methods(FORM)
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """What is arranged, and what can be answered; a POST says yes to the time that is shown."""
    found = _found(token)
    if request.method != "POST":
        return _page(request, found)
    seen = _seen(request)
    return _done(request, found, lambda: operations.accept(found.code, seen=seen, by=BY, now=clock.now()))


@never_cache
@require_http_methods(FORM)
def other_time(request: HttpRequest, token: str) -> HttpResponse:
    """Another time: one at which the team is free, or a wish in words."""
    found = _found(token)
    if request.method != "POST":
        return _time_page(request, found)
    start, words, seen = _start(request), _said(request, "wish"), _seen(request)
    if start is None and not words:
        return _time_page(request, found, error=_("请选一个时间，或写下您方便的时间。"))
    if start is None:
        return _done(
            request, found, lambda: operations.wish(found.code, seen=seen, words=words, by=BY, now=clock.now())
        )
    return _done(
        request, found, lambda: operations.choose(found.code, seen=seen, starts_at=start, by=BY, now=clock.now())
    )


@never_cache
@require_http_methods(FORM)
def no(request: HttpRequest, token: str) -> HttpResponse:
    """Say no to a proposal, or call off what is arranged; it is asked first."""
    found = _found(token)
    if request.method != "POST":
        return _no_page(request, found)
    why, seen = _said(request, "why"), _seen(request)
    if not found.proposed:
        return _done(request, found, lambda: operations.call_off(found.code, by=BY, now=clock.now()))
    if not why:
        return _no_page(request, found, error=_("请写一句原因，方便重新安排。"))
    return _done(request, found, lambda: operations.decline(found.code, seen=seen, why=why, by=BY, now=clock.now()))


def _done(request: HttpRequest, found: VisitView, act: Callable[[], VisitView]) -> HttpResponse:
    """Act, and show the visit as it is then; what could not be done is said on top of it."""
    try:
        act()
    except Outdated:
        return _page(request, _found(found.token), said="outdated")
    except (NotOpen, IllegalTransition):
        return _page(request, _found(found.token), said="late")
    except Refused as refused:
        return _page(request, _found(found.token), refused=refused.reasons)
    return redirect("portal:visit", found.token)


def _found(token: str) -> VisitView:
    try:
        return queries.by_token(token, now=clock.now())
    except queries.UnknownVisit as error:
        raise Http404 from error


def _said(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()[:LONGEST]


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004


def _start(request: HttpRequest) -> datetime | None:
    """Read an offered time; None for whatever none of ours can be."""
    try:
        start = datetime.fromisoformat(request.POST.get("start", ""))
    except ValueError:
        return None
    return start if start.tzinfo and in_our_years(start) else None


def _page(request: HttpRequest, found: VisitView, *, said: str = "", refused: tuple[Any, ...] = ()) -> HttpResponse:
    now = clock.now()
    context = _about(found, now) | {"said": said, "refused": refused, "materials": found.appointment.materials}
    return render(request, "portal/visit/visit.html", context, status=409 if said or refused else 200)


def _time_page(request: HttpRequest, found: VisitView, *, error: str = "") -> HttpResponse:
    now = clock.now()
    context = _about(found, now)
    context |= {"days": _days(found, now) if context["can_change"] else {}, "error": error}
    return render(request, "portal/visit/time.html", context, status=422 if error else 200)


def _no_page(request: HttpRequest, found: VisitView, *, error: str = "") -> HttpResponse:
    context = _about(found, clock.now()) | {"error": error}
    return render(request, "portal/visit/no.html", context, status=422 if error else 200)


def _days(found: VisitView, now: datetime) -> dict[date, list[datetime]]:
    try:
        return queries.offered_times(found, now=now)
    except UnknownDay:  # the calendar ends: a wish in words is still possible
        return {}


def _about(found: VisitView, now: datetime) -> dict[str, Any]:
    answerable = found.answerable(now=now)
    waits = found.proposed and found.wished_at is not None
    in_time = found.open and now <= found.changeable_until
    return {
        "section": "mine",
        "visit": found,
        "home": found.kind is Kind.HOME,
        "department": _department(found),
        "answerable": answerable and not waits,
        "wished": found.wished_at is not None and found.open,
        "can_change": in_time and (answerable or waits or not found.proposed),
        "can_call_off": found.open and now <= found.starts_at and (answerable or not found.proposed),
        "by_department": found.origin is Origin.DEPARTMENT,
        "absent": found.result is Result.ABSENT,
    }


def _department(found: VisitView) -> str:
    try:
        return directory.matter(found.appointment.matter_code).department.name
    except directory.UnknownMatter:  # retired since
        return found.appointment.department_name

"""The calls that a counter answers (R4.1.2): the list by due time, one call in hand, and what came of calling back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from yueban.domain.booking import operations, queries
from yueban.domain.booking.rules import AttemptResult, CallState, CallTaken, ClosedReason, DayPart, UnknownCall, Urgency
from yueban.domain.people import queries as people
from yueban.domain.people.rules import Permission
from yueban.kernel import clock
from yueban.kernel.wall import TZ, in_our_years
from yueban.surfaces.desk import choices
from yueban.surfaces.desk.cards import Card, Waiting
from yueban.surfaces.templatetags.yueban import moment_plain
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import CallView
    from yueban.surfaces.workplace import Workplace

LINES = 5
LONGEST_NOTE = 300
PARTS = {DayPart.ANY: "", DayPart.MORNING: gettext_lazy("上午"), DayPart.AFTERNOON: gettext_lazy("下午")}
RESULTS = {
    AttemptResult.NOBODY: gettext_lazy("无人接听"),
    AttemptResult.WRONG_NUMBER: gettext_lazy("号码不对"),
    AttemptResult.AGAIN_LATER: gettext_lazy("约好再打"),
}
REASONS = {
    ClosedReason.NOT_WANTED: gettext_lazy("群众不再预约"),
    ClosedReason.UNREACHABLE: gettext_lazy("多次联系不上"),
    ClosedReason.BOOKED_OTHERWISE: gettext_lazy("群众已自行预约"),
    ClosedReason.NOT_POSSIBLE: gettext_lazy("不能预约，已告知办法"),
    ClosedReason.OTHER: gettext_lazy("其他"),
}
URGENCIES = {
    Urgency.LATE: (gettext_lazy("已超时"), "tag--lost"),
    Urgency.SOON: (gettext_lazy("快到时限"), "tag--action"),
    Urgency.IN_TIME: (gettext_lazy("待回电"), ""),
}


def visible(place: Workplace) -> list[CallView]:
    """The waiting calls that this person may see: of the hall, and of the department that the role is bound to."""
    return queries.waiting_calls(place.centre.pk, department_id=place.department_id)


def may_see(place: Workplace) -> bool:
    """Whether this person takes calls or answers them here."""
    both = (Permission.TAKE_CALLS, Permission.CALL_BACK)
    return any(place.staff.may(each, centre_id=place.centre.pk) for each in both)


def card(place: Workplace, now: datetime) -> Card | None:
    """What the desk's first page says of calls: the late on top."""
    if not may_see(place):
        return None
    waiting = visible(place)
    lines = [
        Waiting(
            href=reverse("desk:calls"),
            text=f"{each.name} {each.matter_name}",
            beside=_("%(due)s 前回电") % {"due": moment_plain(each.due_at)},
            late=each.urgency(now=now) is Urgency.LATE,
        )
        for each in waiting[:LINES]
    ]
    return Card(_("待回电"), len(waiting), reverse("desk:calls"), lines)


@require_GET
@at_work(Permission.BOOK_FOR_OTHERS)
def calls(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Everything that waits to be called back, the most urgent first, and what was answered today."""
    if not may_see(place):
        raise PermissionDenied
    now = clock.now()
    waiting = visible(place)
    names = people.names_of(each.claimed_by.removeprefix("staff:") for each in waiting)
    rows = [_row(each, place, names, now) for each in waiting]
    midnight = datetime.combine(now.date(), datetime.min.time(), TZ)
    ended = queries.ended_calls(place.centre.pk, since=midnight, department_id=place.department_id)
    context: dict[str, Any] = {
        "rows": rows,
        "escalated": [each for each in rows if each["call"].warned_at or each["call"].overdue_at],
        "manager": place.staff.may(Permission.APPROVE_URGENT, centre_id=place.centre.pk),
        "ended": [(each, REASONS.get(each.closed_reason, "") if each.closed_reason else "") for each in ended],
        "may_take": place.staff.may(Permission.TAKE_CALLS, centre_id=place.centre.pk),
        "may_call_back": place.staff.may(Permission.CALL_BACK, centre_id=place.centre.pk),
    }
    return page(request, "desk/calls.html", place, **context)


def _row(each: CallView, place: Workplace, names: dict[str, str], now: datetime) -> dict[str, Any]:
    urgency, look = URGENCIES[each.urgency(now=now)]
    holder = each.held_by(now=now)
    login = holder.removeprefix("staff:")
    return {
        "call": each,
        "urgency": urgency,
        "look": look,
        "part": PARTS[each.wanted_part],
        "mine": holder == place.staff.by,
        "holder": names.get(login, login),
        "attempts": len(each.attempts),
    }


@require_POST
@at_work(Permission.CALL_BACK)
def claim(request: HttpRequest, place: Workplace, call_id: int) -> HttpResponse:
    """Take a call in hand: from now on nobody else calls this person."""
    _of_department(place, call_id)
    try:
        operations.claim_call(call_id, by=place.staff.by, now=clock.now())
    except CallTaken:
        return taken(request)
    return redirect("desk:call", call_id)


@require_GET
@at_work(Permission.CALL_BACK)
def call(request: HttpRequest, place: Workplace, call_id: int) -> HttpResponse:
    """The call in hand: whom to dial, what to ask, and what came of it."""
    try:
        found = call_in_hand(place, call_id)
    except CallTaken:
        return taken(request)
    if found.state is not CallState.WAITING:
        return redirect("desk:calls")
    return page(request, "desk/call.html", place, **_one(found))


def _one(found: CallView, error: str = "") -> dict[str, Any]:
    return {
        "call": found,
        "part": PARTS[found.wanted_part],
        "attempts": [(each, RESULTS[each.result]) for each in found.attempts],
        "results": RESULTS.items(),
        "reasons": REASONS.items(),
        "error": error,
    }


@require_POST
@at_work(Permission.CALL_BACK)
def attempt(request: HttpRequest, place: Workplace, call_id: int) -> HttpResponse:
    """Nobody answered, the number was wrong, or a time was agreed to call again."""
    result = request.POST.get("result", "")
    if result not in set(AttemptResult):
        raise Http404
    again_at = _instant(request.POST.get("again_at", ""))
    by, now = place.staff.by, clock.now()
    return _act(
        request,
        place,
        call_id,
        lambda: operations.note_attempt(call_id, AttemptResult(result), again_at=again_at, by=by, now=now),
    )


@require_POST
@at_work(Permission.CALL_BACK)
def close(request: HttpRequest, place: Workplace, call_id: int) -> HttpResponse:
    """End a call without an appointment, with the reason."""
    why = request.POST.get("why", "")
    if why not in set(ClosedReason):
        raise Http404
    note = request.POST.get("note", "")[:LONGEST_NOTE].replace("\0", "")
    by, now = place.staff.by, clock.now()
    return _act(
        request, place, call_id, lambda: operations.close_call(call_id, ClosedReason(why), note=note, by=by, now=now)
    )


@require_POST
@at_work(Permission.CALL_BACK)
def hand_on(request: HttpRequest, place: Workplace, call_id: int) -> HttpResponse:
    """Hand a call on to another matter's counters: what was wanted was something else."""
    answers = choices.search_all(request.POST.get("q", "")[:100].replace("\0", "").strip())
    found = [each for each in answers if choices.halls_of(each)]
    if not found:
        try:
            context = _one(call_in_hand(place, call_id), _("没有找到这个事项。"))
        except CallTaken:
            return taken(request)
        return page(request, "desk/call.html", place, status=422, **context)
    matter, by, now = found[0].matter.code, place.staff.by, clock.now()
    return _act(request, place, call_id, lambda: operations.hand_on_call(call_id, matter, by=by, now=now))


def _act(request: HttpRequest, place: Workplace, call_id: int, act: Callable[[], None]) -> HttpResponse:
    _of_department(place, call_id)
    try:
        act()
    except CallTaken:
        return taken(request)
    return redirect("desk:calls")


def call_in_hand(place: Workplace, call_id: int) -> CallView:
    """Give a call that this person has in hand, or one that ended; raises `CallTaken` when somebody else has it.

    404 for a call of another hall or department.
    """
    found = _of_department(place, call_id)
    if not place.staff.may(Permission.CALL_BACK, centre_id=place.centre.pk):
        raise PermissionDenied
    if found.state is CallState.CLOSED or (found.state is CallState.WAITING and found.claimed_by != place.staff.by):
        raise CallTaken
    return found


def taken(request: HttpRequest) -> HttpResponse:
    """Say that somebody else was faster, and show what waits."""
    messages.warning(request, _("这个来电已由别人处理，或已超过 15 分钟没有结果，请看最新情况。"))
    return redirect("desk:calls")


def _of_department(place: Workplace, call_id: int) -> CallView:
    try:
        found = queries.call(call_id)
    except UnknownCall as error:
        raise Http404 from error
    if found.centre_id != place.centre.pk or place.department_id not in {None, found.department_id}:
        raise Http404
    return found


def _instant(text: str) -> datetime | None:
    """Read a local date and time of a form in the county's zone."""
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=TZ)
    except ValueError:
        return None
    return found if in_our_years(found) else None

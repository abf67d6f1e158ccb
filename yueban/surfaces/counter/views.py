"""The clerk's page: call, recall, accept, finish, missed. Each view makes one call and shows the console again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yueban.domain.booking.rules import IllegalTransition
from yueban.domain.people.rules import Permission
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.rules import (
    LONGEST_NOTE,
    MAX_RECALLS,
    AlreadyParked,
    AlreadyWaiting,
    AppointmentWithdrawn,
    CoolingDown,
    CounterBusy,
    CounterMode,
    CounterTaken,
    MissedForGood,
    MoveRefused,
    Outcome,
    QueueingError,
    TooLateToUndo,
    TooManyRecalls,
)
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock
from yueban.surfaces.access import polled, requires
from yueban.surfaces.counter.access import at_counter, clerk
from yueban.surfaces.counter.beforehand import beforehand
from yueban.surfaces.counter.words import GROUNDS, OUTCOMES
from yueban.surfaces.reach import calls_at, reaches_queue

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from yueban.domain.people.rules import StaffIdentity
    from yueban.domain.queueing.queries import CounterFacts, CounterView, TicketView

LONGEST_REASON = 300
RECALL_PAUSE = 5
"""Seconds for which the key rests after a call, where the centre decided nothing longer; programs are not held up."""


@require_GET
@requires(Permission.CALL)
def choose(request: HttpRequest) -> HttpResponse:
    """Which counter the clerk sits at; staff of the whole county choose the hall first."""
    staff = clerk(request)
    halls = [each for each in queries.halls() if staff.scope.covers(centre_id=each.id)]
    chosen = next(
        (each for each in halls if each.code == request.GET.get("centre")), halls[0] if len(halls) == 1 else None
    )
    counters = [each for each in queries.counters(chosen.id) if calls_at(staff, each)] if chosen else []
    mine = queries.counter_of_staff(staff.id)
    context = {"staff": staff, "halls": halls, "hall": chosen, "counters": counters, "mine": mine}
    return render(request, "counter/choose.html", context)


@require_GET
@at_counter
def console(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity) -> HttpResponse:
    """The whole console."""
    return render(request, "counter/console.html", _context(counter, staff))


@require_GET
@at_counter
@polled
def lists(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity) -> HttpResponse:
    """Only what changes by itself, at both sides; the middle never moves under the cursor."""
    return render(request, "counter/lists.html", _context(counter, staff))


@require_POST
@at_counter
def sit(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity) -> HttpResponse:
    """Open the counter."""
    return _run(request, counter, staff, operations.open_counter, counter.id, staff_id=staff.id)


@require_POST
@at_counter
def pause(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity) -> HttpResponse:
    """Pause the counter (暂停服务)."""
    return _run(request, counter, staff, operations.pause_counter, counter.id)


@require_POST
@at_counter
def bookings_first(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity) -> HttpResponse:
    """Enter or leave 「预约办理」 (R5.3)."""
    return _run(request, counter, staff, operations.set_bookings_first, counter.id, on=not counter.bookings_first)


@require_POST
@at_counter
def need_help(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity) -> HttpResponse:
    """Ask for help without a word (呼叫支援), or say that it is not needed any more."""
    asked = request.POST.get("needed") != "no"
    return _run(request, counter, staff, operations.call_for_help if asked else operations.answer_help, counter.id)


@require_POST
@at_counter
def arrive(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity) -> HttpResponse:
    """到场登记 of a desk or phone booking at the counter: it gets its number and waits far ahead (R5.3)."""
    code = request.POST.get("code", "")[:20]
    if code not in {each.code for each in _view(counter).expected}:
        return _show(request, counter, staff, _("这个预约刚才已经变动，请看最新情况。"))
    return _run(request, counter, staff, _check_in, code)


def _check_in(code: str, *, by: str, now: datetime) -> str:
    try:
        operations.check_in(code, by=by, now=now)
    except Refused as refused:
        return regulation.explain(refused.reasons[0])
    return ""


@require_POST
@at_counter
def leave(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity) -> HttpResponse:
    """Close the counter."""
    try:
        operations.close_counter(counter.id, by=staff.by, now=clock.now())
    except CounterBusy as busy:
        return _show(request, counter, staff, _sentence(busy))
    return redirect("counter:choose")


@require_POST
@at_counter
def call_next(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity) -> HttpResponse:
    """Call the next ticket."""
    return _run(request, counter, staff, _call_next_or_say, counter.id)


def _call_next_or_say(counter_id: int, *, by: str, now: Any) -> str:
    called = operations.call_next(counter_id, by=by, now=now)
    return "" if called else _("现在没有人等候。")


@require_POST
@at_counter
def act(
    request: HttpRequest, counter: CounterFacts, staff: StaffIdentity, *, ticket_id: int, action: str
) -> HttpResponse:
    """What a clerk does with one ticket of this hall."""
    if (ticket := queries.ticket(ticket_id)) is None or ticket.centre_id != counter.centre_id:
        raise Http404
    if action == "call" and not _may_call(staff, counter, ticket):
        raise PermissionDenied
    forms = {"finish": _finish, "continue": _finish, "transfer": _transfer, "note": _note}
    if action in forms:
        return forms[action](request, counter, staff, ticket_id)
    simple: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
        "recall": (operations.recall, {}),
        "accept": (operations.accept, {}),
        "missed": (operations.missed, {}),
        "undo": (operations.undo, {}),
        "park": (operations.park, {}),
        "call": (operations.call, {"counter_id": counter.id}),
        "resume": (operations.resume, {"counter_id": counter.id}),
    }
    if action not in simple:
        raise Http404
    operation, more = simple[action]
    return _run(request, counter, staff, operation, ticket_id, **more)


def _may_call(staff: StaffIdentity, counter: CounterFacts, ticket: TicketView) -> bool:
    """Out of turn one calls from the own department's queues, and who was sent to this counter."""
    own = reaches_queue(staff, Permission.CALL, centre_id=ticket.centre_id, queue_id=ticket.queue_id)
    return own or ticket.id in {each.id for each in _view(counter).waiting}


def _finish(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity, ticket_id: int) -> HttpResponse:
    """End the matter in hand; with `next` go on with another of the same visit."""
    chosen, reason = request.POST.get("outcome", ""), request.POST.get("reason", "").strip()
    if chosen not in set(Outcome) or len(reason) > LONGEST_REASON or "\0" in reason:
        raise Http404
    if chosen == Outcome.REFUSED and not reason:
        return _show(request, counter, staff, _("不予受理要写明理由。"))
    if not request.POST.get("next"):
        return _run(request, counter, staff, operations.finish, ticket_id, outcome=Outcome(chosen), reason=reason)
    known = {str(each.id): each.id for each in queries.matters_of_counter(counter.id)}
    if (wanted := request.POST["next"]) not in known:
        raise Http404
    ending = operations.Ending(Outcome(chosen), reason)
    return _run(request, counter, staff, operations.continue_with, ticket_id, matter_id=known[wanted], ending=ending)


def _transfer(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity, ticket_id: int) -> HttpResponse:
    """`to` is `q<id>` for a queue or `c<id>` for a counter of this hall."""
    queues = {f"q{each.id}": each.id for each in queries.queues(counter.centre_id, date=clock.today())}
    counters = {f"c{each.id}": each.id for each in queries.counters(counter.centre_id)}
    chosen = request.POST.get("to", "")
    if chosen in queues:
        return _run(request, counter, staff, operations.transfer, ticket_id, queue_id=queues[chosen])
    if chosen in counters:
        return _run(request, counter, staff, operations.transfer_to_counter, ticket_id, counter_id=counters[chosen])
    raise Http404


def _note(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity, ticket_id: int) -> HttpResponse:
    text = request.POST.get("text", "").strip()
    if len(text) > LONGEST_NOTE or "\0" in text:
        raise Http404
    return _run(request, counter, staff, operations.write_note, ticket_id, text=text)


def _run(
    request: HttpRequest,
    counter: CounterFacts,
    staff: StaffIdentity,
    operation: Callable[..., Any],
    *args: Any,
    **kwargs: Any,
) -> HttpResponse:
    """Run one operation and show what is now; a refusal is a sentence on the console, never an error page."""
    try:
        answer = operation(*args, by=staff.by, now=clock.now(), **kwargs)
    except (QueueingError, IllegalTransition) as refusal:
        return _show(request, counter, staff, _sentence(refusal))
    return _show(request, counter, staff, answer if isinstance(answer, str) else "")


def _sentence(refusal: Exception) -> str:  # noqa: C901, PLR0911 - one sentence each
    match refusal:
        case CounterBusy():
            return _("手上还有一个号，请先办结、过号或挂起。")
        case TooManyRecalls():
            return _("已重呼 %(n)s 次，请确认到场或过号。") % {"n": MAX_RECALLS}
        case CounterTaken():
            return _("您已在别的窗口上岗。")
        case MoveRefused():
            return _("这个号刚才已经变动，请看最新情况。")
        case CoolingDown():
            return _("刚刚叫过，请稍等几秒再重呼。")
        case AlreadyParked():
            return _("已挂起一个号，请先办完它。")
        case AlreadyWaiting():
            return _("这位群众在那个队列已有号，不能再转过去。")
        case MissedForGood():
            return _("按大厅规则，过号作废，请重新取号。")
        case TooLateToUndo():
            return _("来不及撤销了，请看最新情况。")
        case AppointmentWithdrawn():
            return _("预约已取消，这个号已作废，可以叫下一位。")
        case _:
            return _("现在不能这样操作，请看最新情况。")


def _show(request: HttpRequest, counter: CounterFacts, staff: StaffIdentity, message: str) -> HttpResponse:
    fresh = queries.counter(counter.id) or counter
    if request.headers.get("HX-Request"):
        return render(request, "counter/whole.html", _context(fresh, staff) | {"message": message})
    if message:
        return render(request, "counter/console.html", _context(fresh, staff) | {"message": message}, status=409)
    return redirect("counter:console", counter.id)


def _view(counter: CounterFacts) -> CounterView:
    view = queries.counter_view(counter.id, now=clock.now())
    if view is None:  # it was taken out of use at this moment
        raise Http404
    return view


def _context(counter: CounterFacts, staff: StaffIdentity) -> dict[str, Any]:
    view = _view(counter)
    in_hand = view.hand is not None
    return {
        "staff": staff,
        "view": view,
        "outcomes": OUTCOMES.items(),
        "outcome_names": OUTCOMES,
        "grounds": GROUNDS,
        "queues": queries.queues(counter.centre_id, date=clock.today()) if in_hand else [],
        "counters": queries.counters(counter.centre_id) if in_hand else [],
        "matters": queries.matters_of_counter(counter.id) if in_hand else [],
        "open": counter.mode == CounterMode.OPEN,
        "max_recalls": MAX_RECALLS,
        "recall_pause": max(RECALL_PAUSE, int(queries.hall_rules(counter.centre_id).recall_pause.total_seconds())),
        "longest_note": LONGEST_NOTE,
        "message": "",
    } | beforehand(view.hand)

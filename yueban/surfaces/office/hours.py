"""Early, late, noon and weekend hours (R3.1 to R3.3): a manager drafts them, sees what they give, publishes, withdraws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as bookings
from yueban.domain.booking.rules import LONGEST_REASON
from yueban.domain.calendar import operations, queries
from yueban.domain.calendar.rules import CLAUSES, EXEMPTIBLE, Kind, State
from yueban.domain.directory import queries as directory
from yueban.domain.people.rules import Permission
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.office import openings
from yueban.surfaces.office.openings import Typed
from yueban.surfaces.templatetags.sessions import WEEKDAYS, opening_days
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yueban.domain.calendar.queries import HeldHour, OpeningView
    from yueban.domain.calendar.rules import HallHours
    from yueban.surfaces.workplace import Workplace

LISTED = 50
"""How many past or withdrawn openings a page shows."""


@require_GET
@at_work(Permission.MANAGE_HOURS)
def overview(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show what is open and coming, what is drafted, and what is over."""
    now = clock.now()
    found = queries.flexible_openings(place.centre.pk, now=now)
    over = [each for each in found if each.state is State.WITHDRAWN or each.proposal.last < now.date()]
    coming = [each for each in reversed(found) if each not in over]
    context: dict[str, Any] = {
        "kinds": CLAUSES,
        "drafts": [_shown(each) for each in coming if each.state is State.DRAFT],
        "published": [_shown(each) for each in coming if each.state is State.PUBLISHED],
        "over": [_shown(each) for each in over[:LISTED] if each.state is not State.DRAFT]
        + [_shown(each) for each in over[:LISTED] if each.state is State.DRAFT],
    }
    return page(request, "office/hours.html", place, **context)


def _shown(opening: OpeningView) -> dict[str, Any]:
    return {"opening": opening, "weekdays": opening_days(opening)}


@require_http_methods(["GET", "HEAD", "POST"])
@at_work(Permission.MANAGE_HOURS)
def new(request: HttpRequest, place: Workplace, kind: str) -> HttpResponse:
    """Write a new draft; 「预览」 only shows what it would give."""
    known = _kind(kind)
    if request.method != "POST":
        hall = queries.hall_hours(place.centre.pk)
        return _form(request, place, Typed.begun(known, hall, clock.now().date()))
    return _save(request, place, Typed.of(request.POST, known))


@require_http_methods(["GET", "HEAD", "POST"])
@at_work(Permission.MANAGE_HOURS)
def edit(request: HttpRequest, place: Workplace, opening_id: int) -> HttpResponse:
    """Change a draft."""
    opening = _opening(place, opening_id)
    if opening.state is not State.DRAFT:
        return redirect("office:opening", opening_id)
    if request.method != "POST":
        return _form(request, place, Typed.from_opening(opening), opening_id)
    return _save(request, place, Typed.of(request.POST, opening.kind), opening_id)


def _save(request: HttpRequest, place: Workplace, typed: Typed, opening_id: int | None = None) -> HttpResponse:
    try:
        proposal = openings.read(typed)
    except InvalidInput as wrong:
        return _form(request, place, typed, opening_id, wrong)
    if request.POST.get("do") == "preview":
        return _form(request, place, typed, opening_id)
    by, now = place.staff.by, clock.now()
    try:
        made = operations.draft_opening(
            proposal, centre_id=place.centre.pk, by=by, now=now, note=typed.note, opening_id=opening_id
        )
    except operations.OpeningChanged:
        messages.warning(request, _("别人刚刚改动了这次开放，请看现在的情况。"))
        made = opening_id or 0
    return redirect("office:opening", made)


def _form(
    request: HttpRequest,
    place: Workplace,
    typed: Typed,
    opening_id: int | None = None,
    wrong: InvalidInput | None = None,
) -> HttpResponse:
    found = wrong.errors if wrong else []
    context = {
        "typed": typed,
        "opening_id": opening_id,
        "errors": {each.field: each.text(_) for each in found},
        "weekday_names": WEEKDAYS.items(),
        **_choices(place, typed),
        **_preview(place, typed),
    }
    return page(request, "office/hours_form.html", place, status=422 if wrong else 200, **context)


def _choices(place: Workplace, typed: Typed) -> dict[str, Any]:
    """Only what this kind may have is offered: at noon comprehensive counters, at weekends queues with frequent matters."""
    hall = queries.hall_hours(place.centre.pk)
    queues = [each for each in hall.queues.values() if each.bookable and (each.frequent or typed.kind != Kind.WEEKEND)]
    departments = {each.pk: each.short_name for each in directory.departments(place.centre)}
    return {
        "queues": [(str(each.id), each.name) for each in queues],
        "counters": [
            (str(each.id), each.name, _served(hall, each.queues), each.comprehensive)
            for each in hall.counters.values()
            if each.comprehensive or typed.kind != Kind.NOON
        ],
        "exemptible": typed.kind in EXEMPTIBLE,
        "departments": [(str(identity), name) for identity, name in departments.items()],
    }


def _served(hall: HallHours, queues: frozenset[int]) -> str:
    return _("、").join(hall.queues[each].name for each in sorted(queues) if each in hall.queues)


@require_POST
@at_work(Permission.MANAGE_HOURS)
def preview(request: HttpRequest, place: Workplace, kind: str) -> HttpResponse:
    """Show what the form as it stands would give, beside it."""
    return render(request, "office/hours_preview.html", _preview(place, Typed.of(request.POST, _kind(kind))))


def _preview(place: Workplace, typed: Typed) -> dict[str, Any]:
    try:
        proposal = openings.read(typed)
    except InvalidInput:
        return {"preview": None, "kind": typed.kind}
    return _previewed(place, proposal)


def _previewed(place: Workplace, proposal: Any) -> dict[str, Any]:
    found = queries.preview(proposal, centre_id=place.centre.pk, now=clock.now())
    return {
        "preview": found,
        "kind": proposal.kind,
        "sentences": [{"clause": each.clause, "text": openings.sentence(each)} for each in found.objections],
        "passed_over": openings.dates(found.passed_over),
    }


@require_GET
@at_work(Permission.MANAGE_HOURS)
def opening(request: HttpRequest, place: Workplace, opening_id: int) -> HttpResponse:
    """Show one: a draft with what it would give, a published one with what is booked, a withdrawn one with who was told."""
    found = _opening(place, opening_id)
    context = _shown(found) | {"today": clock.now().date()}
    if found.state is State.DRAFT:
        return page(request, "office/opening.html", place, **context, **_previewed(place, found.proposal))
    context |= {
        "hours": _matrix(queries.held_hours(opening_id)),
        "left": bookings.affected_by_opening(opening_id, now=clock.now()),
        "results": bookings.cancelled_of_opening(opening_id) if found.state is State.WITHDRAWN else (),
    }
    return page(request, "office/opening.html", place, **context)


def _matrix(hours: list[HeldHour]) -> dict[str, Any]:
    """Arrange hours as dates by times of day."""
    spans = sorted({_span(each) for each in hours})
    found = {(each.starts_at.date(), _span(each)): each for each in hours}
    days = sorted({each.starts_at.date() for each in hours})
    lost = sum(each.booked for each in hours if each.closed_reason and each.starts_at > clock.now())
    return {"spans": spans, "days": [(day, [found.get((day, span)) for span in spans]) for day in days], "lost": lost}


def _span(hour: HeldHour) -> str:
    return f"{hour.starts_at:%H:%M}–{hour.ends_at:%H:%M}"


@require_POST
@at_work(Permission.MANAGE_HOURS)
def publish(request: HttpRequest, place: Workplace, opening_id: int) -> HttpResponse:
    """Open a draft for booking; what stands against it is shown on its page."""
    _opening(place, opening_id)
    try:
        operations.publish_opening(opening_id, by=place.staff.by, now=clock.now())
    except operations.OpeningRefused:
        messages.warning(request, _("现在还不能发布，原因见下面。"))
    except operations.OpeningChanged:
        messages.warning(request, _("别人刚刚改动了这次开放，请看现在的情况。"))
    else:
        messages.success(request, _("已发布，现在起可以预约。"))
    return redirect("office:opening", opening_id)


@require_POST
@at_work(Permission.MANAGE_HOURS)
def discard(request: HttpRequest, place: Workplace, opening_id: int) -> HttpResponse:
    """Throw a draft away."""
    _opening(place, opening_id)
    try:
        operations.discard_opening(opening_id, by=place.staff.by, now=clock.now())
    except operations.OpeningChanged:
        messages.warning(request, _("别人刚刚改动了这次开放，请看现在的情况。"))
        return redirect("office:opening", opening_id)
    messages.success(request, _("草稿已删除。"))
    return redirect("office:hours")


@require_http_methods(["GET", "HEAD", "POST"])
@at_work(Permission.MANAGE_HOURS)
def withdraw(request: HttpRequest, place: Workplace, opening_id: int) -> HttpResponse:
    """Say whom it reaches and what they will read; then close the hours and cancel each appointment (R4.3)."""
    found, now = _opening(place, opening_id), clock.now()
    if found.state is State.DRAFT:
        return redirect("office:opening", opening_id)
    if request.method != "POST":
        return _withdraw_page(request, place, found)
    affected = bookings.affected_by_opening(opening_id, now=now)
    reason, late = request.POST.get("reason", "")[: openings.LONGEST], any(each.late for each in affected)
    if late and request.POST.get("late") != "yes":
        return _withdraw_page(request, place, found, reason, {"late": _("有人已不足半个工作日，请确认后再撤回。")})
    try:
        results = booking.withdraw_opening(
            opening_id, reason=reason, by=place.staff.by, now=now, late_allowed=_may_be_late(place)
        )
    except InvalidInput as wrong:
        return _withdraw_page(request, place, found, reason, {each.field: each.text(_) for each in wrong.errors})
    except operations.OpeningChanged:
        messages.warning(request, _("别人刚刚改动了这次开放，请看现在的情况。"))
        return redirect("office:opening", opening_id)
    done = sum(each.cancelled is not None for each in results)
    messages.success(request, _("已撤回，取消了 %(n)s 个预约。") % {"n": done})
    return redirect("office:opening", opening_id)


def _may_be_late(place: Workplace) -> bool:
    return place.staff.may(Permission.CANCEL_LATE_FOR_COUNTER, centre_id=place.centre.pk)


def _withdraw_page(
    request: HttpRequest,
    place: Workplace,
    found: OpeningView,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    affected = bookings.affected_by_opening(found.id, now=clock.now())
    context = _shown(found) | {
        "affected": affected,
        "late": sum(each.late for each in affected),
        "without_phone": sum(not each.appointment.has_phone for each in affected),
        "message": booking.counter_message(affected[0].appointment, reason or _("（原因）")) if affected else "",
        "reason": found.withdrawn_reason or reason,
        "longest": LONGEST_REASON,
        "errors": errors or {},
    }
    return page(request, "office/opening_withdraw.html", place, status=422 if errors else 200, **context)


def _opening(place: Workplace, opening_id: int) -> OpeningView:
    """Give an opening of this hall; 404 for another's."""
    try:
        found = queries.flexible_opening(opening_id, now=clock.now())
    except queries.UnknownOpening as error:
        raise Http404 from error
    if found.centre_id != place.centre.pk:
        raise Http404
    return found


def _kind(text: str) -> Kind:
    if text not in {str(kind) for kind in CLAUSES}:
        raise Http404
    return Kind(text)

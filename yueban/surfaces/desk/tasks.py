"""一件事 at the desk (R5.2): the member matters of a department, and what it does with each; 通办 beside it (R3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yueban.domain.booking import operations
from yueban.domain.booking import queries as booking
from yueban.domain.booking.queries import tasks as queries
from yueban.domain.booking.rules.tasks import LONGEST_REASON, TaskChanged, TaskState, UnknownTask, task_scope
from yueban.domain.directory import queries as directory
from yueban.domain.people.rules import Permission
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.desk import appointment, home
from yueban.surfaces.desk.cards import Card, Waiting
from yueban.surfaces.desk.typed import day_of
from yueban.surfaces.words import STATUSES
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.booking.queries.tasks import TaskView
    from yueban.domain.booking.rules.tasks import TaskScope
    from yueban.surfaces.workplace import Workplace


@require_safe
@at_work(Permission.SEE_TASKS)
def tasks(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show the member matters that this desk works on, and what ended lately."""
    return _show(request, place)


def scope_of(place: Workplace) -> TaskScope:
    """Give whose member matters this desk sees."""
    county = place.centre.level == "county"
    return task_scope(department_id=place.department_id, centre_id=place.centre.pk, county=county)


def _show(
    request: HttpRequest, place: Workplace, wrong: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    scope = scope_of(place)
    context = {
        "open": queries.open_tasks(scope),
        "ended": queries.ended_tasks(scope, since=clock.today()),
        "longest": LONGEST_REASON,
        "wrong": wrong or {},
        "department": _department(place),
        "begin": TaskState.IN_PROGRESS,
        "done": TaskState.DONE,
        "returned": TaskState.RETURNED,
    }
    return page(request, "desk/tasks.html", place, status=status, **context)


def _department(place: Workplace) -> str:
    known = {each.pk: each.name for each in directory.departments()}
    return known.get(place.department_id, "") if place.department_id else ""


@require_POST
@at_work(Permission.SEE_TASKS)
def move(request: HttpRequest, place: Workplace, task: int) -> HttpResponse:
    """Move one task; a return wants its reason, and what somebody else changed meanwhile is shown instead."""
    found = _theirs(place, task)
    to, reason = request.POST.get("to", ""), request.POST.get("reason", "").replace("\0", "").strip()
    if to not in set(TaskState):
        raise Http404
    try:
        operations.move_task(
            found.id,
            TaskState(to),
            seen=request.POST.get("seen", ""),
            reason=reason,
            by=place.staff.by,
            now=clock.now(),
        )
    except InvalidInput as error:
        wrong = {"task": found.id, "text": error.errors[0].text(_), "reason": reason}
        return _show(request, place, wrong, status=422)
    except TaskChanged:
        changed = _("这项任务刚才已经变动，请看最新情况。")
        return _show(request, place, {"task": found.id, "text": changed, "reason": reason}, status=409)
    messages.success(request, _("已记下：%(matter)s") % {"matter": found.matter})
    return redirect("desk:tasks")


def _theirs(place: Workplace, task_id: int) -> TaskView:
    """Give a task of this desk; 404 for every other, as for one that is not there."""
    try:
        found = queries.task(task_id)
    except UnknownTask as error:
        raise Http404 from error
    if not scope_of(place).covers(department_id=found.department_id, centre_id=found.centre_id):
        raise Http404
    return found


@require_safe
@at_work(Permission.SEE_TASKS)
def elsewhere(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show a department what is handled of its matters at other centres on a day (R3.6): to see, not to change."""
    day = _day(request.GET.get("day", ""))
    found = _elsewhere(place, day)
    rows = [(each, *STATUSES[each.status]) for each in found]
    return page(request, "desk/elsewhere.html", place, day=day, rows=rows, department=_department(place))


def _elsewhere(place: Workplace, day: date) -> list[AppointmentView]:
    if place.department_id is None:
        return []
    ids = queries.elsewhere(place.department_id, day, centre_id=place.centre.pk)
    return booking.by_ids(ids, now=clock.now()) if ids else []


def _day(text: str) -> date:
    return day_of(text) or clock.today()


def part(found: AppointmentView, _place: Workplace, _now: datetime) -> dict[str, Any]:
    """Give the part of the appointment's page: where the members of the package stand."""
    return {"package_tasks": queries.tasks_of(found.id) if found.package_code else []}


def card(place: Workplace, _now: datetime) -> Card | None:
    """Give the card of the desk's first page: what is begun or returned and not yet done."""
    if not place.staff.may(Permission.SEE_TASKS, centre_id=place.centre.pk):
        return None
    begun = [each for each in queries.open_tasks(scope_of(place)) if each.state is not TaskState.PUSHED]
    address = reverse("desk:tasks")
    lines = [Waiting(f"{address}#task-{each.id}", each.matter, each.package) for each in begun[:5]]
    return Card(_("一件事联办"), len(begun), address, lines)


home.MAKERS.append(card)
appointment.PARTS.append(part)

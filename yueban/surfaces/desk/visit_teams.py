"""The teams that go out: added, renamed, retired by who answers for the department."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yueban.domain.directory import queries as directory
from yueban.domain.people.rules import Permission
from yueban.domain.visits import operations, queries
from yueban.domain.visits.operations import TeamForm
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.desk.typed import by_field
from yueban.surfaces.desk.visit_typed import missing, number
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yueban.domain.directory.models import Department
    from yueban.domain.visits.models import Team
    from yueban.surfaces.workplace import Workplace


@require_http_methods(["GET", "POST"])
@at_work(Permission.MANAGE_CAPACITY)
def teams(request: HttpRequest, place: Workplace) -> HttpResponse:
    """All teams of this hall and department; a POST adds or changes one."""
    if request.method != "POST":
        return _page(request, place, {})
    said = {name: request.POST.get(name, "").replace("\0", "")[:300] for name in ("name", "members")}
    form = TeamForm(said["name"], said["members"], "retire" not in request.POST)
    try:
        _save(request, place, form)
    except InvalidInput as wrong:
        return _page(request, place, by_field(wrong.errors))
    messages.success(request, _("已保存。"))
    return redirect("desk:visit_teams")


def _save(request: HttpRequest, place: Workplace, form: TeamForm) -> None:
    now, by = clock.now(), place.staff.by
    if team_id := number(request.POST.get("team", ""), 0):
        operations.change_team(_team(place, team_id), form, by=by, now=now)
        return
    departments = {each.code: each for each in _departments(place)}
    department = departments.get(request.POST.get("department", ""))
    if department is None:
        raise missing("department", _("请选择部门。"))
    operations.add_team(form, centre_id=place.centre.pk, department_id=department.pk, by=by, now=now)


def _team(place: Workplace, team_id: int) -> Team:
    try:
        found = queries.team(team_id, place.centre.pk)
    except queries.UnknownTeam as error:
        raise Http404 from error
    if place.department_id not in {None, found.department_id}:
        raise Http404
    return found


def _departments(place: Workplace) -> list[Department]:
    found = directory.departments(place.centre)
    return [each for each in found if place.department_id in {None, each.pk}]


def _page(request: HttpRequest, place: Workplace, errors: dict[str, str]) -> HttpResponse:
    return page(
        request,
        "desk/visit_teams.html",
        place,
        status=422 if errors else 200,
        teams=list(queries.teams(place.centre.pk, place.department_id)),
        departments=_departments(place),
        errors=errors,
        typed={name: request.POST.get(name, "") for name in ("name", "members", "department", "team")},
    )

"""The day of a team: its route sheet on paper and on a phone (R3.4). Whole numbers only for a press that is recorded."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.views.decorators.http import require_http_methods

from yueban.domain.people.rules import Permission
from yueban.domain.visits import operations, queries
from yueban.domain.visits.rules import RESULTS, driven_twice, legs
from yueban.kernel import clock
from yueban.kernel.wall import in_our_years
from yueban.surfaces.desk.visit_words import KINDS
from yueban.surfaces.desk.visit_words import RESULTS as RESULT_NAMES
from yueban.surfaces.desk.visits import BEGUN
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yueban.domain.visits.models import Team
    from yueban.domain.visits.queries import VisitView
    from yueban.surfaces.workplace import Workplace


@require_http_methods(["GET", "POST"])
@at_work(Permission.ARRANGE_VISITS)
def sheet(request: HttpRequest, place: Workplace, team_id: int, day: str) -> HttpResponse:
    """Show the day; a POST takes it along with whole numbers and addresses."""
    now, team, on = clock.now(), _team(place, team_id), _day(day)
    whole = request.method == "POST"
    if whole:
        found = operations.take_sheet(team, on, by=place.staff.by, now=now)
    else:
        found = queries.of_team(team.pk, on, on, now=now)
    route = legs([each for each in found if each.status in BEGUN or each.result])
    return page(
        request,
        "desk/visit_sheet.html",
        place,
        team=team,
        day=on,
        whole=whole,
        now=now,
        legs=[(leg.township, [_stop(each) for each in leg.stops]) for leg in route],
        count=sum(len(leg.stops) for leg in route),
        waiting=sum(each.status == "requested" for each in found),
        twice=driven_twice(route),
    )


def _stop(visit: VisitView) -> dict[str, Any]:
    return {
        "visit": visit,
        "kind": KINDS[visit.kind],
        "result": RESULT_NAMES[visit.result] if visit.result else "",
        "results": [(each, RESULT_NAMES[each]) for each in RESULTS[visit.kind]],
        "materials": [each["name"] for each in visit.appointment.materials],
        "phone": visit.appointment.phone,
    }


def _team(place: Workplace, team_id: int) -> Team:
    try:
        found = queries.team(team_id, place.centre.pk)
    except queries.UnknownTeam as error:
        raise Http404 from error
    here = {"centre_id": found.centre_id, "department_id": found.department_id}
    if not place.staff.may(Permission.ARRANGE_VISITS, **here):
        raise Http404
    return found


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not in_our_years(found):
        raise Http404
    return found

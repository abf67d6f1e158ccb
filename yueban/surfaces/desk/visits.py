"""Home visits and inspections at the desk (R3.4): what waits, each team's week, and one visit with what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import IllegalTransition, Status
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.people.rules import Permission
from yueban.domain.regulation.rules import Refused
from yueban.domain.visits import operations, queries
from yueban.domain.visits.operations import NotOpen
from yueban.domain.visits.rules import RESULTS, Origin, Result
from yueban.kernel import clock
from yueban.kernel.errors import FieldError, InvalidInput
from yueban.kernel.wall import in_our_years
from yueban.surfaces import history
from yueban.surfaces.desk import appointment, home
from yueban.surfaces.desk.cards import Card, Waiting
from yueban.surfaces.desk.typed import by_field
from yueban.surfaces.desk.visit_times import free_times, may_lift, override_of
from yueban.surfaces.desk.visit_typed import VisitTyped, number, when_of
from yueban.surfaces.desk.visit_words import GROUNDS, KINDS
from yueban.surfaces.desk.visit_words import RESULTS as RESULT_NAMES
from yueban.surfaces.templatetags.yueban import moment_plain
from yueban.surfaces.words import STATUSES
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.regulation.rules import Reason
    from yueban.domain.visits.queries import VisitView
    from yueban.surfaces.history import Line
    from yueban.surfaces.workplace import Workplace

LINES = 5
LONGEST = 300
WEEK = timedelta(days=7)
FALLEN = timedelta(days=3)
BEGUN = frozenset({Status.BOOKED, Status.ACCEPTED, Status.MISSED})
"""What a result can be written for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One visit of a list, in words."""

    visit: VisitView
    kind: Any
    status: Any
    look: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week: its visits, and the teams that go out, by id."""

    date: date
    rows: list[Row]
    teams: dict[int, str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing was done: what is wrong with the fields, what stands against the time, or that it is too late."""

    errors: dict[str, str]
    reasons: Sequence[Reason] = ()
    late: bool = False


NONE = Trouble({})


# --- lists --------------------------------------------------------------------------------------------------------------


@require_GET
@at_work(Permission.ARRANGE_VISITS)
def visits(request: HttpRequest, place: Workplace) -> HttpResponse:
    """What waits for somebody's word, and the week of the teams."""
    now = clock.now()
    monday = _monday(request.GET.get("week", ""), now.date())
    team_id = number(request.GET.get("team", ""), 0)
    found = queries.of_department(place.centre.pk, place.department_id, monday, monday + timedelta(days=6), now=now)
    shown = [each for each in found if team_id in {0, each.team_id}]
    return page(
        request,
        "desk/visits.html",
        place,
        waiting=[_row(each) for each in queries.waiting(place.centre.pk, place.department_id, now=now)],
        fallen=_fallen(place, now),
        days=_days(monday, shown),
        teams=list(queries.teams(place.centre.pk, place.department_id).filter(active=True)),
        team_id=team_id,
        monday=monday,
        before=monday - WEEK,
        after=monday + WEEK,
        may_teams=place.staff.may(Permission.MANAGE_CAPACITY, centre_id=place.centre.pk),
    )


def _monday(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    day = day if in_our_years(day) else today
    return day - timedelta(days=day.weekday())


def _days(monday: date, found: Sequence[VisitView]) -> list[Day]:
    """The days of a week, the weekend only when something is on it."""
    days = [_day(monday + timedelta(days=n), found) for n in range(7)]
    return [day for day in days if day.rows or day.date.weekday() < 5]  # noqa: PLR2004 - Saturday


def _day(day: date, found: Sequence[VisitView]) -> Day:
    of_day = [each for each in found if each.starts_at.date() == day]
    going = {each.team_id: each.team for each in of_day if each.status is not Status.REQUESTED}
    return Day(day, [_row(each) for each in of_day], going)


def _row(visit: VisitView) -> Row:
    status, look = STATUSES[visit.status]
    return Row(visit, KINDS[visit.kind], RESULT_NAMES[visit.result] if visit.result else status, look)


def _fallen(place: Workplace, now: datetime) -> list[tuple[Row, Line]]:
    """What came to nothing in the last days, each with the last that happened to it: an answer, or none."""
    found = queries.fallen_through(place.centre.pk, place.department_id, since=now - FALLEN, now=now)
    return [(_row(each), _answer(each)) for each in found]


def _answer(visit: VisitView) -> Line:
    """The line of its history that says why; what lapsed or was declined says so after the appointment's own line."""
    told = history.lines(visit.appointment.id)
    return next((line for line in reversed(told) if line.reason), told[-1])


def card(place: Workplace, now: datetime) -> Card | None:
    """What the desk's first page says: requests, proposals and wishes that wait."""
    if not place.staff.may(Permission.ARRANGE_VISITS, centre_id=place.centre.pk):
        return None
    found = queries.waiting(place.centre.pk, place.department_id, now=now)
    lines = [
        Waiting(
            href=reverse("desk:visit", args=[each.code]),
            text=f"{moment_plain(each.starts_at)} {each.township}",
            beside=_("想换时间") if each.wished_at else _("等答复") if each.proposed else _("等确认"),
            late=each.wished_at is not None or not each.proposed,
        )
        for each in found[:LINES]
    ]
    return Card(_("上门和查验"), len(found), reverse("desk:visits"), lines)


def part(found: AppointmentView, place: Workplace, now: datetime) -> dict[str, Any]:
    """What the page of an appointment says of its visit, or that one can be arranged from it."""
    seen = None if found.place.in_the_hall else queries.found_on(found.id, now=now)
    may = place.staff.may(Permission.ARRANGE_VISITS, centre_id=found.centre_id, department_id=found.department_id)
    return {
        "visit": seen,
        "visit_kind": KINDS[seen.kind] if seen else "",
        "may_visit": may,
        "may_ask": appointment.here(place, found),
    }


home.MAKERS.append(card)
appointment.PARTS.append(part)


# --- one visit ----------------------------------------------------------------------------------------------------------


@require_GET
@at_work(Permission.ARRANGE_VISITS)
def visit(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """One visit of this hall and department."""
    return _page(request, place, _seen(place, code))


@require_POST
@at_work(Permission.ARRANGE_VISITS)
def confirm(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """It holds: the department agrees, or the applicant did on the telephone."""
    found, by = _seen(place, code), place.staff.by
    return _done(request, place, found, lambda: operations.confirm(found.code, by=by, now=clock.now()))


@require_POST
@at_work(Permission.ARRANGE_VISITS)
def reject(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """A request is refused with a reason that the applicant hears."""
    found, why = _seen(place, code), _reason(request, 100)
    if not why:
        return _page(request, place, found, Trouble({"reject": _("请写明原因，申请人会看到。")}))
    by = place.staff.by
    return _done(request, place, found, lambda: operations.reject(found.code, reason=why, by=by, now=clock.now()))


@require_http_methods(["POST"])
@at_work(Permission.ARRANGE_VISITS)
def move(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """Another time, team or way; 「看空闲时间」 only shows what is free."""
    found, typed = _seen(place, code), VisitTyped.read(request.POST.dict())
    if request.POST.get("do") != "move":
        return _page(request, place, found, typed=typed)
    errors: list[FieldError] = []
    to = when_of(typed, errors)
    if to is None:
        return _page(request, place, found, Trouble(by_field(errors)), typed=typed)
    override, by = override_of(place, typed.override), place.staff.by
    return _done(
        request,
        place,
        found,
        lambda: operations.move(found.code, to=to, by=by, now=clock.now(), override=override),
        typed=typed,
    )


@require_POST
@at_work(Permission.CANCEL_FOR_COUNTER)
def cancel(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """The department cannot come: the applicant is told why (R4.3); late ones need who may."""
    found, reason = _seen(place, code), _reason(request, LONGEST)
    late = place.staff.may(Permission.CANCEL_LATE_FOR_COUNTER, centre_id=place.centre.pk)
    return _done(
        request,
        place,
        found,
        lambda: booking.cancel_for_counter(
            found.code, reason=reason, by=place.staff.by, now=clock.now(), late_allowed=late
        ),
    )


@require_POST
@at_work(Permission.ARRANGE_VISITS)
def arrive(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """The team is there."""
    found, by = _seen(place, code), place.staff.by
    return _done(request, place, found, lambda: operations.arrive(found.code, by=by, now=clock.now()))


@require_POST
@at_work(Permission.ARRANGE_VISITS)
def record(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """What the team came back with."""
    found, result = _seen(place, code), request.POST.get("result", "")
    reason, by = _reason(request, LONGEST), place.staff.by
    if result not in [*Result]:
        return _page(request, place, found, Trouble({"result": _("请选择结果。")}))
    return _done(
        request,
        place,
        found,
        lambda: operations.record(found.code, result=Result(result), reason=reason, by=by, now=clock.now()),
    )


def _reason(request: HttpRequest, longest: int) -> str:
    return request.POST.get("reason", "").replace("\0", "").strip()[:longest]


def _seen(place: Workplace, code: str) -> VisitView:
    """Give the visit that this person arranges; 404 for every other, as for one that is not there."""
    try:
        found = queries.by_code(code, now=clock.now())
    except queries.UnknownVisit as error:
        raise Http404 from error
    here = {"centre_id": found.appointment.centre_id, "department_id": found.appointment.department_id}
    if found.appointment.centre_id != place.centre.pk or not place.staff.may(Permission.ARRANGE_VISITS, **here):
        raise Http404
    return found


def _done(
    request: HttpRequest,
    place: Workplace,
    found: VisitView,
    act: Callable[[], object],
    *,
    typed: VisitTyped | None = None,
) -> HttpResponse:
    """Act and come back; what could not be done is said on the page, and nothing that was typed is lost."""
    trouble = NONE
    try:
        act()
    except Refused as refused:
        trouble = Trouble({}, refused.reasons)
    except InvalidInput as wrong:
        trouble = Trouble(by_field(wrong.errors))
    except UnknownDay:
        trouble = Trouble({"at": _("这一天还没有工作日历，请选近一些的日子。")})
    except (NotOpen, IllegalTransition):
        trouble = Trouble({}, late=True)
    if trouble is not NONE:
        return _page(request, place, _seen(place, found.code), trouble, typed=typed)
    messages.success(request, _("已保存。"))
    back = _sheet_of(found) if request.POST.get("back") == "sheet" else reverse("desk:visit", args=[found.code])
    return redirect(back)


def _sheet_of(found: VisitView) -> str:
    return reverse("desk:visit_sheet", args=[found.team_id, found.starts_at.date().isoformat()])


def _page(
    request: HttpRequest,
    place: Workplace,
    found: VisitView,
    trouble: Trouble = NONE,
    *,
    typed: VisitTyped | None = None,
) -> HttpResponse:
    status = 200 if trouble is NONE else 422 if trouble.errors else 409
    about = _about(found, place) | _moving(found, place, typed)
    return page(
        request,
        "desk/visit.html",
        place,
        status=status,
        **about,
        errors=trouble.errors,
        reasons=trouble.reasons,
        late=trouble.late,
        reason=request.POST.get("reason", ""),
        result=request.POST.get("result", ""),
    )


def _about(found: VisitView, place: Workplace) -> dict[str, Any]:
    now = clock.now()
    row = _row(found)
    return {
        "visit": found,
        "appointment": found.appointment,
        "kind": row.kind,
        "state": row.status,
        "look": row.look,
        "ground": GROUNDS[found.ground],
        "by_department": found.origin is Origin.DEPARTMENT,
        "history": history.lines(found.appointment.id),
        "results": [(each, RESULT_NAMES[each]) for each in RESULTS[found.kind]],
        "may_record": found.status in BEGUN and now.date() >= found.starts_at.date(),
        "may_cancel": found.open and place.staff.may(Permission.CANCEL_FOR_COUNTER, centre_id=place.centre.pk),
        "waits": found.proposed and found.answerable(now=now),
    }


def _moving(found: VisitView, place: Workplace, typed: VisitTyped | None) -> dict[str, Any]:
    """The part that moves it: teams of its department, and the free times of the chosen one."""
    if not found.open:
        return {"moving": typed, "teams": (), "free": (), "may_lift": False, "team_id": 0}
    typed = typed or VisitTyped(
        team=str(found.team_id),
        minutes=str(found.length // timedelta(minutes=1)),
        travel=str(found.travel // timedelta(minutes=1)),
    )
    teams = list(queries.fitting_teams(found.appointment.centre_id, found.appointment.department_id))
    chosen = next((team for team in teams if team.pk == typed.team_id), None)
    free = free_times(chosen, typed, now=clock.now(), besides=found.id) if chosen else []
    return {
        "moving": typed,
        "teams": teams,
        "free": free,
        "may_lift": may_lift(place),
        "team_id": typed.team_id,
        "opened": typed.at != "" or typed.day != "",
    }

"""Arranging a visit: for who asked at the desk or by phone, and proposed by the department (R3.4).

One form. 「查找」 and 「看空闲时间」 read it and show it again; 「登记」 arranges. Who may not arrange leaves a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yueban.domain.booking import queries as booking
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.directory.queries.places import townships
from yueban.domain.people.rules import Permission
from yueban.domain.regulation.rules import Refused
from yueban.domain.visits import operations, queries
from yueban.domain.visits.operations import Applicant, VisitRequest
from yueban.domain.visits.rules import HOME_GROUNDS, Origin
from yueban.kernel import clock
from yueban.kernel.errors import FieldError, InvalidInput
from yueban.surfaces.desk import appointment, choices
from yueban.surfaces.desk import typed as reading
from yueban.surfaces.desk.typed import Typed, by_field
from yueban.surfaces.desk.visit_times import free_times, may_lift, override_of
from yueban.surfaces.desk.visit_typed import VisitTyped, address_of, missing, number, when_of
from yueban.surfaces.desk.visit_words import GROUNDS, WAYS
from yueban.surfaces.words import KINDS
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.directory.models import Matter
    from yueban.domain.regulation.rules import Reason
    from yueban.domain.visits.queries import VisitView
    from yueban.surfaces.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Asking:
    """The form: who works, what was typed of the person and of the visit, the matter, the appointment it came from."""

    place: Workplace
    typed: Typed
    visit: VisitTyped
    matter: Matter | None
    source: AppointmentView | None

    @property
    def may_arrange(self) -> bool:
        """Whether what this person registers holds at once; otherwise the department confirms it."""
        return self.matter is not None and _may_arrange(self.place, self.matter.department_id)

    @property
    def settled(self) -> bool:
        """Whether it holds at once: the department says so, or the applicant agreed to a proposal on the telephone."""
        return self.visit.told == "phone" if self.visit.origin is Origin.DEPARTMENT else self.may_arrange


def _may_arrange(place: Workplace, department_id: int | None) -> bool:
    return place.staff.may(Permission.ARRANGE_VISITS, centre_id=place.centre.pk, department_id=department_id)


@require_http_methods(["GET", "POST"])
@at_work(Permission.BOOK_FOR_OTHERS)
def new(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show the form, look at it, or arrange what it says."""
    asking = _asking(request, place)
    if asking.visit.origin is Origin.DEPARTMENT and not _may_arrange(place, place.department_id):
        raise PermissionDenied
    if request.method != "POST" or request.POST.get("do") != "arrange":
        return _page(request, asking)
    try:
        made = operations.arrange(
            _request(asking), by=place.staff.by, now=clock.now(), override=override_of(place, asking.visit.override)
        )
    except InvalidInput as wrong:
        return _page(request, asking, errors=by_field(wrong.errors))
    except Refused as refused:
        return _page(request, asking, reasons=refused.reasons)
    except UnknownDay:
        return _page(request, asking, errors={"at": _("这一天还没有工作日历，请选近一些的日子。")})
    messages.success(request, _said(made))
    return redirect("desk:visit" if asking.may_arrange else "desk:appointment", made.code)


def _said(made: VisitView) -> str:
    if made.proposed:
        return _("已发出查验约定，等申请人答复。")
    return _("已约好。") if made.appointment.status == "booked" else _("已登记，等部门确认。")


def _asking(request: HttpRequest, place: Workplace) -> Asking:
    values = request.POST if request.method == "POST" else request.GET
    typed, visit = Typed.of(values), VisitTyped.read(values.dict())
    source = _source(place, visit.of)
    what = typed.what or (f"m:{source.matter_code}" if source else "")
    target = choices.target_of(what, place) if what.startswith("m:") else None
    found = [each for each in choices.search(typed.q, place) if each.package is None]
    if target is None and found:
        target = found[0]
    return Asking(place, typed, visit, target.matter if target else None, source)


def _source(place: Workplace, code: str) -> AppointmentView | None:
    """Give the appointment that the form was opened from; another department's is none."""
    try:
        found = booking.by_code(code, now=clock.now()) if code else None
    except booking.UnknownAppointment:
        return None
    return found if found and appointment.here(place, found) else None


def _request(asking: Asking) -> VisitRequest:
    """Read everything. Raises `InvalidInput` with every error."""
    errors: list[FieldError] = []
    if asking.matter is None:
        raise missing("q", _("请选择事项。"))
    applicant = _applicant(asking, asking.matter, errors)
    address, when = address_of(asking.visit, errors), when_of(asking.visit, errors)
    township = townships().filter(pk=number(asking.visit.township, 0)).first()
    if township is None:
        errors.append(FieldError("township", "missing", _("请选择乡镇（街道）。")))
    if applicant is None or when is None or township is None or errors:
        raise InvalidInput.of(errors)
    return VisitRequest(
        kind=asking.visit.kind,
        origin=asking.visit.origin,
        centre=asking.place.centre.code,
        matter=asking.matter.code,
        channel_kind=asking.typed.channel_kind,
        applicant=applicant,
        ground=asking.visit.known_ground,
        evidence=asking.visit.evidence,
        address=address,
        township_id=township.pk,
        when=when,
        settled=asking.settled,
    )


def _applicant(asking: Asking, matter: Matter, errors: list[FieldError]) -> Applicant | None:
    if source := asking.source:
        return Applicant(source.name, source.certificate, source.phone, source.organisation)
    try:
        who = reading.applicant_of(asking.typed, _audience(asking, matter))
    except InvalidInput as wrong:
        errors.extend(wrong.errors)
        return None
    return Applicant(who.name, who.certificate, who.phone, who.organisation, who.uscc)


def _audience(asking: Asking, matter: Matter) -> str:
    """A unit that has many certificates made asks for a matter of persons, too."""
    return "both" if asking.visit.ground == "bulk" and matter.audience == "personal" else matter.audience


def _page(
    request: HttpRequest, asking: Asking, *, errors: dict[str, str] | None = None, reasons: Sequence[Reason] = ()
) -> HttpResponse:
    now = clock.now()
    status = 422 if errors else 409 if reasons else 200
    return page(
        request,
        "desk/visit_new.html",
        asking.place,
        status=status,
        **_shown(asking),
        **_team(asking, now),
        errors=errors or {},
        reasons=reasons,
    )


def _shown(asking: Asking) -> dict[str, Any]:
    return {
        "typed": asking.typed,
        "visit": asking.visit,
        "matter": asking.matter,
        "source": asking.source,
        "found": [each.matter for each in choices.search(asking.typed.q, asking.place) if each.package is None],
        "may_arrange": asking.may_arrange,
        "may_propose": _may_arrange(asking.place, asking.place.department_id),
        "ways": [(way, name) for way, name in WAYS.items()],
        "grounds": [(ground, GROUNDS[ground]) for ground in HOME_GROUNDS],
        "kinds": KINDS.items(),
        "townships": townships(),
        "may_lift": may_lift(asking.place),
    }


def _team(asking: Asking, now: Any) -> dict[str, Any]:
    """The teams of the matter's department, and the free times of the chosen one."""
    if asking.matter is None:
        return {"teams": (), "free": (), "team_id": 0}
    teams = list(queries.fitting_teams(asking.place.centre.pk, asking.matter.department_id))
    chosen = next((team for team in teams if team.pk == asking.visit.team_id), teams[0] if teams else None)
    free = free_times(chosen, asking.visit, now=now) if chosen else ()
    return {"teams": teams, "free": free, "team_id": chosen.pk if chosen else 0}

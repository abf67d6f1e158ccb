"""Pre-review at the desk (R3.5): what waits, one appointment's materials with their copies, and saying what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from yueban.domain.booking import queries as booking
from yueban.domain.booking.queries.tasks import tasks_of
from yueban.domain.booking.rules.tasks import TaskState
from yueban.domain.people.rules import Permission
from yueban.domain.prereview import operations, queries
from yueban.domain.prereview.rules import LONGEST_ADVICE, Mark, Outcome, Outdated, State, is_open
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces import uploads
from yueban.surfaces.desk import appointment, home
from yueban.surfaces.desk.cards import Card, Waiting
from yueban.surfaces.desk.tasks import scope_of
from yueban.surfaces.words import MATERIAL_STATES
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse, QueryDict

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.prereview.queries import Checklist, Item
    from yueban.surfaces.workplace import Workplace

PHRASES = [
    gettext_lazy("照片模糊或反光，请重拍清楚"),
    gettext_lazy("照片没有拍全，四个角都要在里面"),
    gettext_lazy("缺少签名或盖章"),
    gettext_lazy("已过有效期，请换新的"),
    gettext_lazy("内容与证件不一致，请核对"),
    gettext_lazy("请补交原件，当天带来"),
]
"""What is advised most; the clerk may write anything else."""


@dataclass(frozen=True, slots=True)
class Row:
    """One material on the form: what was found before or just typed, and what is wrong with that."""

    item: Item
    state: str
    advice: str
    state_error: str = ""
    advice_error: str = ""


@require_safe
@at_work(Permission.PREREVIEW)
def waiting(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show the hall's appointments under review, those with new copies first."""
    return page(request, "desk/prereview_waiting.html", place, rows=_waiting(place))


def _waiting(place: Workplace) -> list[queries.Waiting]:
    return queries.waiting(place.centre.pk, department_id=place.department_id, today=clock.today())


@require_http_methods(["GET", "HEAD", "POST"])
@at_work(Permission.PREREVIEW)
def review(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """Show the materials of one appointment; POST writes what was found and tells the applicant."""
    found = theirs(place, code)
    if request.method == "POST":
        if not may_review(place, found):
            raise PermissionDenied
        return _write(request, place, found)
    return _show(request, place, found)


def theirs(place: Workplace, code: str) -> AppointmentView:
    """Give an appointment whose materials this person may see; 404 for an unknown number, 403 for somebody else's."""
    try:
        found = booking.by_code(code, now=clock.now())
    except booking.UnknownAppointment as error:
        raise Http404 from error
    if not (may_review(place, found) or may_look(place, found)):
        raise PermissionDenied
    return found


def may_review(place: Workplace, found: AppointmentView) -> bool:
    """Say whether the materials are for this person's eyes (R3.6: the handling hall, its department)."""
    return place.staff.may(Permission.PREREVIEW, centre_id=found.centre_id, department_id=found.department_id)


def may_look(place: Workplace, found: AppointmentView) -> bool:
    """Say whether the materials may be looked at for a part of their package (R5.2): handed in once, for all of it."""
    scope, parts = scope_of(place), tasks_of(found.id) if found.package_code else []
    live = [part for part in parts if part.state is not TaskState.WITHDRAWN]
    return any(scope.covers(department_id=part.department_id, centre_id=part.centre_id) for part in live)


def _write(request: HttpRequest, place: Workplace, found: AppointmentView) -> HttpResponse:
    seen = request.POST.get("revision", "")
    try:
        outcome = operations.review(
            found.code,
            marks=_marks(request.POST, queries.checklist(found.id)),
            seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else -1,  # noqa: PLR2004
            by=place.staff.by,
            now=clock.now(),
        )
    except InvalidInput as wrong:
        return _show(request, place, found, {each.field: each.text(_) for each in wrong.errors})
    except Outdated:
        return _show(request, place, found, {}, outdated=True)
    messages.success(request, _said(outcome, found))
    return redirect("desk:prereview")


def _said(outcome: Outcome, found: AppointmentView) -> str:
    said = _("预审合格。") if outcome is Outcome.PASSED else _("已记下要改要补的材料。")
    return said + (_("短信已发出。") if found.has_phone else _("申请人没有留手机号，请当面或电话告知。"))


def _marks(post: QueryDict, checklist: Checklist) -> dict[int, Mark]:
    """Read the marks of the form; a material without one is left out, and the rule says what is missing."""
    found = {}
    for item in checklist.items:
        state = post.get(f"state-{item.place}", "")
        if state in set(State):
            found[item.place] = Mark(State(state), _advice(post, item.place))
    return found


def _advice(post: QueryDict, place: int) -> str:
    return post.get(f"advice-{place}", "").replace("\0", "").strip()


def _show(
    request: HttpRequest,
    place: Workplace,
    found: AppointmentView,
    wrong: dict[str, str] | None = None,
    *,
    outdated: bool = False,
) -> HttpResponse:
    """Show the form; with `wrong` (also an empty one) what was typed stays."""
    checklist, reviewer = queries.checklist(found.id), may_review(place, found)
    typed = request.POST if wrong is not None else None
    rows = [_row(item, typed, wrong or {}) for item in checklist.items]
    context: dict[str, Any] = {
        "appointment": found,
        "checklist": checklist,
        "rows": rows,
        "states": [(state.value, text) for state, (text, _look) in MATERIAL_STATES.items()],
        "phrases": PHRASES,
        "longest": LONGEST_ADVICE,
        "live": is_open(found.status, found.service_date, today=clock.today()) and reviewer,
        "reviewer": reviewer,
        "outdated": outdated,
        "errors": [(field, text) for field, text in (wrong or {}).items()],
    }
    status = 409 if outdated else 422 if wrong else 200
    return page(request, "desk/prereview.html", place, status=status, **context)


def _row(item: Item, typed: QueryDict | None, wrong: dict[str, str]) -> Row:
    if typed is not None:
        state, advice = typed.get(f"state-{item.place}", ""), _advice(typed, item.place)
    else:
        state, advice = (item.mark.state.value, item.mark.advice) if item.mark else ("", "")
    return Row(item, state, advice, wrong.get(f"state-{item.place}", ""), wrong.get(f"advice-{item.place}", ""))


@require_GET
@at_work(Permission.PREREVIEW)
def copy(request: HttpRequest, place: Workplace, code: str, copy: int) -> HttpResponse:  # noqa: ARG001 - a view
    """Show a copy; that it was opened, and by whom, is in the history."""
    found = theirs(place, code)
    try:
        return uploads.shown(operations.open_for_staff(found.code, copy, by=place.staff.by, now=clock.now()))
    except operations.UnknownCopy as error:
        raise Http404 from error


def part(found: AppointmentView, place: Workplace, now: datetime) -> dict[str, Any]:
    """Give the part of the appointment's page: what was found, and the way to the form for who may."""
    return {
        "checklist": queries.checklist(found.id),
        "may_review": may_review(place, found),
        "reviewable": is_open(found.status, found.service_date, today=now.date()),
    }


def card(place: Workplace, now: datetime) -> Card | None:
    """Give the card of the desk's first page, for who may review."""
    if not place.staff.may(Permission.PREREVIEW, centre_id=place.centre.pk):
        return None
    found = queries.waiting(place.centre.pk, department_id=place.department_id, today=now.date())
    new = [each for each in found if each.waits]
    lines = [
        Waiting(
            _address(each.code),
            f"{each.name} · {each.matter}",
            ngettext("%(n)s 个文件", "%(n)s 个文件", each.copies) % {"n": each.copies},
        )
        for each in new
    ]
    return Card(_("材料预审"), len(new), _address(), lines[:5])


def _address(code: str = "") -> str:
    return reverse("desk:prereview-one", args=[code]) if code else reverse("desk:prereview")


home.MAKERS.append(card)
appointment.PARTS.append(part)

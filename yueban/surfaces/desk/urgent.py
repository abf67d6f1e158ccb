"""Urgent hours outside the timetable (R1.2): asked for at the desk, decided by a manager of that counter, everyone told."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries
from yueban.domain.booking.operations import UrgentRequest
from yueban.domain.booking.rules import LONGEST_REASON, LONGEST_URGENT, Place
from yueban.domain.people import operations as people
from yueban.domain.people import queries as staff
from yueban.domain.people.rules import Permission, Role, TooManyRequests
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.kernel.wall import TZ, in_our_years
from yueban.surfaces.desk import choices, home
from yueban.surfaces.desk.cards import Card, Waiting
from yueban.surfaces.desk.typed import INPUTS, Typed, applicant_of, beside, by_field
from yueban.surfaces.templatetags.yueban import span_text
from yueban.surfaces.words import KINDS, STATUSES
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import AppointmentView, UrgentView
    from yueban.domain.regulation.rules import Reason
    from yueban.surfaces.desk.choices import Choice, Target
    from yueban.surfaces.workplace import Workplace

SHOWN = 3
LONGEST_WHY = 200
OWN = gettext_lazy("自己提出的申请要由别人审批。")
DECIDED = gettext_lazy("这个申请已经处理过了。")


# --- what waits, and what was decided -------------------------------------------------------------------


@require_GET
@at_work(Permission.BOOK_FOR_OTHERS)
def urgent(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show what waits for a decision and what was decided; the buttons are there for who may."""
    return _list(request, place)


def _list(
    request: HttpRequest, place: Workplace, *, errors: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """`errors` are of a request by its number, or under an empty one of what was just pressed."""
    now = clock.now()
    scope = {"department_id": place.department_id}
    waiting = queries.urgent_requests(place.centre.pk, now=now, **scope)
    decided = queries.urgent_decided(place.centre.pk, now=now, **scope)
    logins = {by.removeprefix("staff:") for each in (*waiting, *decided) for by in (each.asked_by, each.decided_by)}
    names = staff.names_of(logins)
    context: dict[str, Any] = {
        "waiting": [(each, _who(each.asked_by, names), _decides(place, each)) for each in waiting],
        "decided": [(each, _who(each.decided_by, names), STATUSES[each.appointment.status]) for each in decided],
        "errors": errors or {},
        "longest": LONGEST_REASON,
    }
    return page(request, "desk/urgent.html", place, status=status, **context)


def _who(by: str, names: Mapping[str, str]) -> str:
    login = by.removeprefix("staff:")
    return names.get(login, login) if by.startswith("staff:") else _("系统自动")


def _decides(place: Workplace, each: UrgentView) -> bool:
    """Whether this person decides it: a manager of that counter who did not ask for it."""
    return _may_decide(place, each.appointment) and each.asked_by != place.staff.by


def _may_decide(place: Workplace, view: AppointmentView) -> bool:
    return place.staff.may(Permission.APPROVE_URGENT, centre_id=view.centre_id, department_id=view.department_id)


@require_POST
@at_work(Permission.APPROVE_URGENT)
def approve(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """Approve a request; the applicant is told."""
    _own(place, code)
    done = _("已同意，短信告知申请人。")
    return _decide(request, place, done, lambda: booking.approve_urgent(code, by=place.staff.by, now=clock.now()))


@require_POST
@at_work(Permission.APPROVE_URGENT)
def reject(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """Reject a request with a reason; the applicant reads it."""
    _own(place, code)
    reason, by = request.POST.get("reason", "").replace("\0", ""), place.staff.by
    try:
        return _decide(
            request,
            place,
            _("没有同意，短信告知申请人。"),
            lambda: booking.reject_urgent(code, reason=reason, by=by, now=clock.now()),
        )
    except InvalidInput as wrong:
        return _list(request, place, errors={code: wrong.errors[0].text(_)}, status=422)


def _own(place: Workplace, code: str) -> None:
    """404 for what is no urgent request of this hall; 403 for one of a department that is not this person's."""
    try:
        found = queries.by_code(code, now=clock.now())
    except queries.UnknownAppointment as error:
        raise Http404 from error
    if found.place is not Place.URGENT or found.centre_id != place.centre.pk:
        raise Http404
    if not _may_decide(place, found):
        raise PermissionDenied


def _decide(request: HttpRequest, place: Workplace, done: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except booking.OwnRequest:
        return _list(request, place, errors={"": OWN}, status=403)
    except booking.AlreadyDecided:
        return _list(request, place, errors={"": DECIDED}, status=409)
    except Refused as refused:
        return _list(request, place, errors={"": regulation.explain(refused.reasons[0])}, status=409)
    messages.success(request, done)
    return redirect("desk:urgent")


# --- asking ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """When, and why it cannot wait."""

    day: str = ""
    start: str = ""
    end: str = ""
    reason: str = ""

    @classmethod
    def of(cls, post: Mapping[str, str]) -> Said:
        """Read the form."""
        return cls(**{each.name: post.get(each.name, "")[:300].replace("\0", "").strip() for each in fields(cls)})

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The time in the county's zone. Raises `InvalidInput`."""
        starts_at, ends_at = _instant(self.day, self.start), _instant(self.day, self.end)
        if starts_at is None or ends_at is None:
            raise InvalidInput("start", "missing", _("请填写日期、开始和结束时间。"))
        if not starts_at < ends_at <= starts_at + LONGEST_URGENT:
            raise InvalidInput("start", "bad_span", _("结束时间要晚于开始时间，最长 4 小时。"))
        return starts_at, ends_at


def _instant(day: str, hour: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=TZ)
    except ValueError:
        return None
    return found if in_our_years(found) else None


@require_http_methods(["GET", "POST"])
@at_work(Permission.BOOK_FOR_OTHERS)
def ask(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Ask for an hour outside the timetable; with a script the parts of the form renew themselves."""
    default = {"channel": "phone" if place.staff.role is Role.HOTLINE else "onsite"}
    typed = Typed.of(request.POST if request.method == "POST" else default)
    said = Said.of(request.POST)
    choice = choices.choose(typed.q, typed.what, place)
    if request.POST.get("do") != "book":
        return _form(request, place, (typed, said, choice))
    try:
        _ask(place, typed, said, choice.target)
    except InvalidInput as wrong:
        return _form(request, place, (typed, said, choice), by_field(wrong.errors))
    except Refused as refused:
        return _form(request, place, (typed, said, choice), reasons=refused.reasons)
    except TooManyRequests as bound:
        return _form(request, place, (typed, said, choice), {"number": _(bound.message) % bound.details})
    messages.success(request, _("已提出，等负责人审批。结果会用短信告知申请人。"))
    return redirect("desk:urgent")


def _ask(place: Workplace, typed: Typed, said: Said, target: Target | None) -> None:
    applicant = applicant_of(typed, target.audience if target else "personal")
    if target is None:
        raise InvalidInput("q", "missing", _("请选择事项。"))
    starts_at, ends_at = said.span
    people.admit_certificate(staff.certificate_index(applicant.certificate))
    request = UrgentRequest(
        centre=place.centre.code,
        matter=target.matter.code,
        channel_kind=typed.channel_kind,
        name=applicant.name,
        certificate=applicant.certificate,
        phone=applicant.phone,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=said.reason,
        organisation=applicant.organisation,
        uscc=applicant.uscc,
    )
    booking.request_urgent(request, by=place.staff.by, now=clock.now())


def _form(
    request: HttpRequest,
    place: Workplace,
    form: tuple[Typed, Said, Choice],
    errors: Mapping[str, str] | None = None,
    reasons: Sequence[Reason] = (),
) -> HttpResponse:
    typed, said, choice = form
    context: dict[str, Any] = {
        "typed": typed,
        "said": said,
        "errors": beside(errors or {}, (*INPUTS, "start", "reason")),
        "wrong": list((errors or {}).values()),
        "reasons": reasons,
        "kinds": KINDS.items(),
        "found": choice.listed,
        "target": choice.target,
        "today": clock.today(),
        "longest": LONGEST_WHY,
        "hours": LONGEST_URGENT,
    }
    status = 409 if reasons else 422 if errors else 200
    return page(request, "desk/urgent_ask.html", place, status=status, **context)


# --- the desk's first page ------------------------------------------------------------------------------


def card(place: Workplace, now: datetime) -> Card | None:
    """What waits for this manager; None for who decides nothing here."""
    waiting = queries.urgent_requests(place.centre.pk, now=now, department_id=place.department_id)
    mine = [each for each in waiting if _decides(place, each)]
    if not place.staff.may(Permission.APPROVE_URGENT, centre_id=place.centre.pk):
        return None
    where = reverse("desk:urgent")
    lines = [Waiting(where, _line(each.appointment), each.reason, late=True) for each in mine[:SHOWN]]
    return Card(_("紧急申请待审批"), len(mine), where, lines)


def _line(view: AppointmentView) -> str:
    return f"{span_text(view.starts_at, view.ends_at)} {view.matter_short_name}"


home.MAKERS.append(card)

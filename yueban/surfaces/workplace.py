"""Where staff work: the hall that a page of desk or office is about, and the way to the other pages.

Most staff belong to one hall. Who works for the whole county chooses a hall once, and the session keeps it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from yueban.domain.directory import queries as directory
from yueban.domain.people.rules import Permission
from yueban.surfaces.access import requires, staff_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.directory.models import Centre
    from yueban.domain.people.rules import StaffIdentity

    View = Callable[..., HttpResponse]

CHOSEN = "workplace"
"""The session's key of the chosen hall's code."""

TABS: list[tuple[Permission, str, Any]] = [
    (Permission.BOOK_FOR_OTHERS, "desk:home", gettext_lazy("工作台")),
    (Permission.BOOK_FOR_OTHERS, "desk:register", gettext_lazy("登记预约")),
    (Permission.TAKE_CALLS, "desk:take_call", gettext_lazy("登记来电")),
    (Permission.CALL_BACK, "desk:calls", gettext_lazy("回电")),
    (Permission.BOOK_FOR_OTHERS, "desk:arrivals", gettext_lazy("到场")),
    (Permission.ARRANGE_VISITS, "desk:visits", gettext_lazy("上门和查验")),
    (Permission.CANCEL_FOR_COUNTER, "desk:cancelling", gettext_lazy("窗口取消")),
    (Permission.BOOK_FOR_OTHERS, "desk:urgent", gettext_lazy("紧急预约")),
    (Permission.MANAGE_HOURS, "office:hours", gettext_lazy("弹性时段")),
    (Permission.PREREVIEW, "desk:prereview", gettext_lazy("预审")),
    (Permission.SEE_TASKS, "desk:tasks", gettext_lazy("联办")),
    (Permission.SUPERVISE, "office:reveals", gettext_lazy("查看记录")),
    (Permission.MANAGE_STAFF, "office:staff", gettext_lazy("账号")),
    (Permission.READ_AUDIT, "office:audit", gettext_lazy("审计日志")),
    (Permission.SEE_MESSAGES, "office:messages", gettext_lazy("短信")),
]
"""The pages of desk and office in the order of a working day: permission, view name, what the link says."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Who works, and in which hall."""

    staff: StaffIdentity
    centre: Centre

    @property
    def department_id(self) -> int | None:
        """The department that the role is bound to, None for all of the hall."""
        return self.staff.scope.department_id


def at_work(permission: Permission) -> Callable[[View], View]:
    """Give the view a `Workplace` before its other arguments; the permission must hold in that hall.

    Who belongs to no hall is asked which one first. 403 for everybody else.
    """

    def decorate(view: View) -> View:
        @requires(permission)
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            staff = staff_of(request)
            if staff is None:
                raise PermissionDenied
            centre = _centre(request, staff)
            if centre is None:
                return redirect(f"{reverse('staff:workplace')}?next={request.path}")
            if not staff.may(permission, centre_id=centre.pk):
                raise PermissionDenied
            return view(request, Workplace(staff, centre), *args, **kwargs)

        return guarded

    return decorate


def _centre(request: HttpRequest, staff: StaffIdentity) -> Centre | None:
    halls = directory.centres()
    if staff.scope.centre_id is not None:
        return halls.filter(pk=staff.scope.centre_id).first()
    return halls.filter(code=request.session.get(CHOSEN, "")).first()


@dataclass(frozen=True, slots=True)
class WholeCounty:
    """In place of a hall, for pages that are about none: accounts, the log."""

    short_name: str


def county_page(request: HttpRequest, template: str, staff: StaffIdentity, /, **context: Any) -> HttpResponse:
    """Render a page of the office that is about no hall: accounts, roles, the log."""
    hall = directory.centres().filter(pk=staff.scope.centre_id or 0).first()
    place = {"staff": staff, "centre": hall or WholeCounty(gettext("全县"))}
    tabs = [(reverse(name), text) for permission, name, text in TABS if staff.may(permission)]
    status = context.pop("status", 200)
    names = {"place": place, "tabs": tabs, "path": request.path, "here": _here(tabs, request.path)}
    return render(request, template, names | context, status=status)


def page(request: HttpRequest, template: str, place: Workplace, /, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page of desk or office (`staff/work.html`) with the tabs that this person may open."""
    centre_id = place.centre.pk
    tabs = [
        (reverse(name), text) for permission, name, text in TABS if place.staff.may(permission, centre_id=centre_id)
    ]
    names = {"place": place, "tabs": tabs, "path": request.path, "here": _here(tabs, request.path)}
    return render(request, template, names | context, status=status)


def _here(tabs: list[tuple[str, Any]], path: str) -> str:
    """The tab that a page belongs to: a page within 回电 is still 回电, everything else of the desk is 工作台."""
    return max((address for address, _text in tabs if path.startswith(address)), key=len, default="")

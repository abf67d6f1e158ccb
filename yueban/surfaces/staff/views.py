"""Logging in and out, changing one's password, and what one may do here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import login, logout, update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.directory import queries as directory
from yueban.domain.people import operations
from yueban.domain.people.rules import (
    PERMISSION_NAMES,
    PERMISSIONS,
    REACH_NAMES,
    REACHES,
    ROLE_NAMES,
    LoginRefused,
    Permission,
    Role,
    StaffIdentity,
)
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.access import BACKEND, any_staff, staff_of
from yueban.surfaces.workplace import CHOSEN, county_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DOORS = {
    Permission.CALL: ("/counter/", gettext_lazy("窗口叫号")),
    Permission.ISSUE_TICKETS: ("/counter/guide/", gettext_lazy("大厅导办")),
    Permission.BOOK_FOR_OTHERS: ("/desk/", gettext_lazy("登记与服务")),
    Permission.EDIT_REFERENCE: ("/admin/", gettext_lazy("基础数据")),
    Permission.RUN_SYSTEM: ("/kiosk/devices/", gettext_lazy("终端登记")),
    Permission.MANAGE_CAPACITY: ("/kiosk/devices/", gettext_lazy("终端登记")),
    Permission.SEE_QUEUES: ("/display/", gettext_lazy("大厅屏幕")),
    Permission.SUPERVISE: ("/office/reveals/", gettext_lazy("查看号码的记录")),
    Permission.MANAGE_STAFF: ("/office/staff/", gettext_lazy("账号")),
    Permission.READ_AUDIT: ("/office/audit/", gettext_lazy("审计日志")),
}
"""What each permission opens, the first being where its holder lands after the login."""
TERMINAL: Final = "/kiosk/"
TERMINAL_SECONDS: Final = 120
_NO_ERRORS = {"old": "", "new": "", "again": ""}
_NOT_THE_SAME = gettext_lazy("两次输入的新密码不一致。")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for login and password; a failure says nothing about which of them was wrong."""
    context: dict[str, Any] = {
        "next": wanted_address(request, "next"),
        "username": request.POST.get("username", "")[:150],
    }
    if request.method == "POST":
        try:
            staff = operations.log_in(
                request.POST.get("username", "").strip(), request.POST.get("password", ""), now=clock.now()
            )
        except LoginRefused as refused:
            context["refused"] = _(refused.message) % refused.details
        else:
            login(request, staff, backend=BACKEND)
            return redirect("staff:password" if staff.must_change_password else _landing(request))
    response = render(request, "staff/login.html", context)
    if context["next"].startswith(TERMINAL):  # a child found the hidden exit: the terminal goes home by itself
        response["Refresh"] = f"{TERMINAL_SECONDS}; url={TERMINAL}?idle"
    return response


def wanted_address(request: HttpRequest, name: str) -> str:
    """Give the address in a field of a form or address, where it is ours; else nothing."""
    wanted = request.POST.get(name) or request.GET.get(name) or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/") else ""  # "counter" would be taken for the name of a view


def _landing(request: HttpRequest) -> str:
    staff = staff_of(request)
    first = next((door for permission, (door, _name) in DOORS.items() if staff and staff.may(permission)), "staff:home")
    return wanted_address(request, "next") or first


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Leave."""
    staff = staff_of(request)
    if staff is not None:
        operations.log_out(staff, now=clock.now())
    logout(request)
    return redirect("staff:login")


@any_staff
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; errors stand beside their fields."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _change(request)
        if not errors:
            return redirect(_landing(request))
    first = getattr(request.user, "must_change_password", False)
    context = {"wrong": bool(errors), "errors": _NO_ERRORS | errors, "first": first}
    return render(request, "staff/password.html", context)


def _change(request: HttpRequest) -> dict[str, str]:
    if request.POST.get("new", "") != request.POST.get("again", ""):
        return {"again": str(_NOT_THE_SAME)}
    try:
        changed = operations.change_password(
            request.user.get_username(),
            old=request.POST.get("old", ""),
            new=request.POST.get("new", ""),
            now=clock.now(),
        )
    except InvalidInput as wrong:
        return {error.field: error.text(_) for error in wrong.errors}
    update_session_auth_hash(request, changed)
    request.user = changed
    return {}


@require_GET
@any_staff
def home(request: HttpRequest) -> HttpResponse:
    """Say who one is here, and what one may do."""
    staff = staff_of(request)
    if staff is None:
        raise PermissionDenied
    return render(request, "staff/home.html", _described(staff))


@require_http_methods(["GET", "POST"])
@any_staff
def workplace(request: HttpRequest) -> HttpResponse:
    """Ask who works for the whole county which hall it is about now; who belongs to a hall has nothing to choose."""
    staff = staff_of(request)
    if staff is None:
        raise PermissionDenied
    halls = directory.centres()
    if staff.scope.centre_id is not None:
        halls = halls.filter(pk=staff.scope.centre_id)
    if request.method == "POST":
        request.session[CHOSEN] = get_object_or_404(halls, code=request.POST.get("centre", "").replace("\0", "")).code
        return redirect(wanted_address(request, "next") or "staff:home")
    return render(request, "staff/workplace.html", {"halls": halls, "next": wanted_address(request, "next")})


def _described(staff: StaffIdentity) -> dict[str, Any]:
    return {
        "staff": staff,
        "role": _(ROLE_NAMES[staff.role]),
        "may": [_(name) for permission, name in PERMISSION_NAMES.items() if permission in PERMISSIONS[staff.role]],
        "doors": dict.fromkeys(door for permission, door in DOORS.items() if _opens(staff, permission)),
    }


def _opens(staff: StaffIdentity, permission: Permission) -> bool:
    """Whether a door is open: what concerns the whole hall is not for who is bound to one of its departments."""
    whole_hall = permission is Permission.MANAGE_CAPACITY
    return staff.may(permission) and not (whole_hall and staff.scope.department_id is not None)


@require_GET
@any_staff
def roles(request: HttpRequest) -> HttpResponse:
    """The table of roles in words: for each, where it holds and what it may."""
    staff = staff_of(request)
    if staff is None:
        raise PermissionDenied
    rows = [
        {
            "role": _(ROLE_NAMES[role]),
            "own": role == staff.role,
            "reach": _(REACH_NAMES[REACHES[role]]),
            "may": [_(name) for permission, name in PERMISSION_NAMES.items() if permission in PERMISSIONS[role]],
        }
        for role in Role
    ]
    return county_page(request, "staff/roles.html", staff, rows=rows)

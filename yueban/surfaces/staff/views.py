"""Logging in and out, changing one's password, and what one may do here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.people import operations
from yueban.domain.people.rules import (
    PERMISSION_NAMES,
    PERMISSIONS,
    ROLE_NAMES,
    LoginRefused,
    Permission,
    StaffIdentity,
)
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.access import BACKEND, staff_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DOORS = {
    Permission.CALL: ("/counter/", gettext_lazy("窗口叫号")),
    Permission.ISSUE_TICKETS: ("/counter/guide/", gettext_lazy("大厅导办")),
    Permission.EDIT_REFERENCE: ("/admin/", gettext_lazy("基础数据")),
    Permission.RUN_SYSTEM: ("/kiosk/devices/", gettext_lazy("终端登记")),
    Permission.MANAGE_CAPACITY: ("/kiosk/devices/", gettext_lazy("终端登记")),
    Permission.SEE_QUEUES: ("/display/", gettext_lazy("大厅屏幕")),
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
    context: dict[str, Any] = {"next": _next(request), "username": request.POST.get("username", "")[:150]}
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


def _next(request: HttpRequest) -> str:
    """Give where the visitor wanted to go, if that is ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/") else ""  # "counter" would be taken for the name of a view


def _landing(request: HttpRequest) -> str:
    staff = staff_of(request)
    first = next((door for permission, (door, _name) in DOORS.items() if staff and staff.may(permission)), "staff:home")
    return _next(request) or first


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Leave."""
    staff = staff_of(request)
    if staff is not None:
        operations.log_out(staff, now=clock.now())
    logout(request)
    return redirect("staff:login")


@never_cache
@login_required
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
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Say who one is here, and what one may do."""
    staff = staff_of(request)
    if staff is None:
        raise PermissionDenied
    return render(request, "staff/home.html", _described(staff))


def _described(staff: StaffIdentity) -> dict[str, Any]:
    return {
        "staff": staff,
        "role": _(ROLE_NAMES[staff.role]),
        "may": [_(name) for permission, name in PERMISSION_NAMES.items() if permission in PERMISSIONS[staff.role]],
        "doors": [door for permission, door in DOORS.items() if staff.may(permission)],
    }

"""Who of the staff may enter: one decorator that names the permission, and the rules of a session (等保 2.0).

Put `@requires(Permission.CALL)` on every view of staff. A session ends after 30 minutes in which nobody did anything; a
first password must be changed before anything else. These run on real time: a simulated clock ends nobody's session.
"""

from __future__ import annotations

import functools
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from typing_extensions import override

from yueban.domain.people import operations as people
from yueban.domain.people import queries
from yueban.domain.people.rules import LoginRefused, Permission, StaffIdentity, may
from yueban.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from yueban.domain.people.models import Staff

    View = Callable[..., HttpResponse]

BACKEND = "yueban.surfaces.access.StaffBackend"
ADMIN_APPS = {
    "directory": Permission.EDIT_REFERENCE,
    "queueing": Permission.EDIT_REFERENCE,
    "procrastinate": Permission.RUN_SYSTEM,
}
"""The parts of the admin and what each needs; accounts and roles are none of them."""
SHOWN_ONLY = frozenset({"procrastinate"})
_SEEN = "staff_seen"
_SEEN_EVERY = 60  # seconds; a session row is not written on every request
_FREE = ("/staff/", "/static/")


class StaffBackend(ModelBackend):
    """Django's own login forms (the admin's) count failures and lock like ours."""

    @override
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Staff | None:  # type: ignore[override]
        """Give the account, or None."""
        del request
        if not {"username", "password"} <= credentials.keys():
            return None
        try:
            return people.log_in(str(credentials["username"]), str(credentials["password"]), now=clock.now())
        except LoginRefused:
            return None

    @override
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """What the admin lets somebody do follows the table of permissions: none of Django's own are ever given."""
        app, _dot, name = perm.partition(".")
        wanted = ADMIN_APPS.get(app)
        seen = app not in SHOWN_ONLY or name.startswith("view_")
        return user_obj.is_active and wanted is not None and seen and may(user_obj.role, wanted)

    @override
    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Which part of the admin somebody sees."""
        return self.has_perm(user_obj, f"{app_label}.view_")


def staff_of(request: HttpRequest) -> StaffIdentity | None:
    """Give the member of staff of this session, None for a visitor."""
    user = request.user
    return queries.identity_of(user) if user.is_authenticated and user.role else None


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Let only staff with this permission (or one of these) in: others are asked to log in, or told 403.

    Where it holds (centre, department) is asked of the identity: `staff.may(permission, centre_id=…)`. The view carries
    `permissions`, which tests/architecture/test_permissions.py reads.
    """
    return _guarding(frozenset(permissions))


def any_staff(view: View) -> View:
    """Let everybody in who has an account with a role, whatever the role."""
    return _guarding(frozenset())(view)


def _guarding(permissions: frozenset[Permission]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @never_cache
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _ask_to_log_in(request)
            staff = staff_of(request)
            if staff is None or not (not permissions or any(map(staff.may, permissions))):
                raise PermissionDenied
            request.acts = True  # type: ignore[attr-defined]  # read by the middleware below
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate


def _ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """Lead to the login; a fragment that a page asked for leads the whole page there, so that it does not stay open."""
    if not request.headers.get("HX-Request"):
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    address = redirect_to_login(urlunsplit(("", "", page.path or "/staff/", page.query, ""))).headers["Location"]
    return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})


def polled(view: View) -> View:
    """Mark what a page asks for by itself: nobody is there because of it, so it does not prolong the session.

    It stands below the decorator that names the permission.
    """

    @functools.wraps(view)
    def waiting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.acts = False  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    waiting.polled = True  # type: ignore[attr-defined]
    return waiting


def staff_session(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: prolong the session of staff who do something, and send first passwords to be changed.

    It costs visitors nothing: without a session cookie it only passes on.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return get_response(request)
        user = request.user
        if user.is_authenticated and user.must_change_password and not request.path.startswith(_FREE):
            return redirect("staff:password")
        response = get_response(request)
        if _acts(request) and request.user.is_authenticated:
            _prolong(request)
        return response

    return middleware


def _acts(request: HttpRequest) -> bool:
    """Whether somebody of the staff did this: public pages and those that ask by themselves may stay open all night."""
    found = request.resolver_match
    return getattr(request, "acts", False) or (found is not None and "admin" in found.app_names)


def _prolong(request: HttpRequest) -> None:
    """Write the session anew at most once a minute, which moves its end to 30 minutes from now."""
    now = int(time.time())
    if now - int(request.session.get(_SEEN, 0)) >= _SEEN_EVERY:
        request.session[_SEEN] = now

"""Who of the staff may enter: one decorator that names the permission, and the rules of a session (等保 2.0).

Put `@requires(Permission.CALL)` on every view of staff. A session ends after 30 idle minutes; a first password must be
changed before anything else. These run on real time: a simulated clock ends nobody's session.
"""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from typing_extensions import override

from yueban.domain.people import operations as people
from yueban.domain.people import queries
from yueban.domain.people.rules import LoginRefused, Permission, StaffIdentity
from yueban.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.people.models import Staff

    View = Callable[..., HttpResponse]

BACKEND = "yueban.surfaces.access.StaffBackend"
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


def staff_of(request: HttpRequest) -> StaffIdentity | None:
    """Give the member of staff of this session, None for a visitor."""
    user = request.user
    return queries.identity_of(user) if user.is_authenticated and user.role else None


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only staff with this permission in: others are asked to log in, or told 403.

    Where it holds (centre, department) is asked of the identity: `staff.may(permission, centre_id=…)`.
    """

    def decorate(view: View) -> View:
        @never_cache
        @login_required
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            staff = staff_of(request)
            if staff is None or not staff.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def staff_session(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: prolong the session of staff who are at work, and send first passwords to be changed.

    It costs visitors nothing: without a session cookie it only passes on.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            if request.user.must_change_password and not request.path.startswith(_FREE):
                return redirect("staff:password")
            _prolong(request)
        return get_response(request)

    return middleware


def _prolong(request: HttpRequest) -> None:
    """Write the session anew at most once a minute, which moves its end to 30 minutes from now."""
    now = int(time.time())
    if now - int(request.session.get(_SEEN, 0)) >= _SEEN_EVERY:
        request.session[_SEEN] = now

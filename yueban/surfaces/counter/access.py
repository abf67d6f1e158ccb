"""Who may stand at a counter: staff with the permission to call, at a centre where their role holds; and the hall guide."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404

from yueban.domain.people.rules import Permission
from yueban.domain.queueing import queries
from yueban.surfaces.access import requires, staff_of
from yueban.surfaces.reach import calls_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.people.rules import StaffIdentity


def clerk(request: HttpRequest) -> StaffIdentity:
    """The member of staff of this session; `requires` went before."""
    staff = staff_of(request)
    if staff is None:
        raise PermissionDenied
    return staff


def in_hall(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the hall of its address and the guide, who may issue numbers there; 404 for an unknown hall."""

    @requires(Permission.ISSUE_TICKETS)
    @functools.wraps(view)
    def wrapped(request: HttpRequest, code: str, **kwargs: object) -> HttpResponse:
        hall, staff = queries.hall(code), clerk(request)
        if hall is None:
            raise Http404
        if not staff.may(Permission.ISSUE_TICKETS, centre_id=hall.id):
            raise PermissionDenied
        return view(request, hall, staff, **kwargs)

    return wrapped


def at_counter(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view its counter and the clerk, who may call there; 404 for an unknown counter."""

    @requires(Permission.CALL)
    @functools.wraps(view)
    def wrapped(request: HttpRequest, counter_id: int, **kwargs: object) -> HttpResponse:
        counter, staff = queries.counter(counter_id), clerk(request)
        if counter is None:
            raise Http404
        if not calls_at(staff, counter):
            raise PermissionDenied
        return view(request, counter, staff, **kwargs)

    return wrapped

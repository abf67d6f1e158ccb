"""Who may stand at a counter: staff with the permission to call, at a centre where their role holds."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.views.decorators.cache import never_cache

from yueban.domain.people import queries as people
from yueban.domain.people.rules import Permission
from yueban.domain.queueing import queries

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.people.rules import StaffIdentity
    from yueban.domain.queueing.queries import CounterFacts


def caller(request: HttpRequest, centre_id: int | None = None) -> StaffIdentity:
    """The member of staff of this session, who may call (there). Raises PermissionDenied."""
    staff = people.identity_of(request.user)  # type: ignore[arg-type]  # login_required went before
    if not staff.may(Permission.CALL, centre_id=centre_id):
        raise PermissionDenied
    return staff


def at_counter(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view its counter and the clerk, who may call at that counter's centre; 404 for an unknown counter."""

    @never_cache
    @login_required
    @functools.wraps(view)
    def wrapped(request: HttpRequest, counter_id: int, **kwargs: object) -> HttpResponse:
        counter: CounterFacts | None = queries.counter(counter_id)
        if counter is None:
            raise Http404
        return view(request, counter, caller(request, counter.centre_id), **kwargs)

    return wrapped

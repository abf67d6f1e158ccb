"""Who calls, by the bearer token: a channel, or a member of staff. Every endpoint states which it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from yueban.domain.people import operations as people
from yueban.domain.people import queries as known
from yueban.domain.people.rules import AdmittedChannel, ChannelProgram, StaffIdentity
from yueban.kernel.errors import gettext_noop
from yueban.surfaces.api import problems
from yueban.surfaces.reach import calls_at, reaches_queue

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from yueban.domain.people.rules import Permission
    from yueban.domain.queueing.queries import CounterFacts

_STAFF = "ys_"
_LONGEST = 200
IN_THE_HALL = frozenset({ChannelProgram.KIOSK, ChannelProgram.ONSITE, ChannelProgram.PHONE})
"""Terminals, and the staff's own programs: at the counter and at the 总咨询台, where an arrival is registered (R4.2)."""

_NOT_THERE = gettext_noop("您的角色在这个中心没有这项权限。")
Caller = AdmittedChannel | StaffIdentity


def bearer(request: HttpRequest) -> str:
    """Give the token of `Authorization: Bearer …`; raises a 401 problem."""
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    scheme, _space, rest = header.partition(" ")
    token = rest.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= _LONGEST:
        raise problems.not_authorised()
    return token


def anyone(request: HttpRequest) -> Caller:
    """A channel or a member of staff; the channel's rate is counted."""
    token = bearer(request)
    return known.staff_of_token(token) if token.startswith(_STAFF) else people.admit(token)


def channel(request: HttpRequest) -> AdmittedChannel:
    """A channel that serves applicants: not a member of staff, not the upper platform."""
    caller = anyone(request)
    if isinstance(caller, StaffIdentity):
        raise problems.forbidden(_("这里需要渠道令牌，工作人员令牌不能使用。"))
    return serving(caller)


def serving(caller: AdmittedChannel) -> AdmittedChannel:
    """Refuse the upper platform, which only reads."""
    if caller.kind is ChannelProgram.UPSTREAM:
        raise problems.forbidden(_("上级平台的令牌只能读取数据。"))
    return caller


def upstream(request: HttpRequest) -> AdmittedChannel:
    """The upper platform, alone allowed to read the feed."""
    caller = anyone(request)
    if isinstance(caller, AdmittedChannel) and caller.kind is ChannelProgram.UPSTREAM:
        return caller
    raise problems.forbidden(_("只有上级平台的令牌可以读取数据归集。"))


def staff(request: HttpRequest) -> StaffIdentity:
    """A member of staff; see `staff_who`."""
    caller = anyone(request)
    if isinstance(caller, StaffIdentity):
        return caller
    raise problems.forbidden(_("这里需要工作人员令牌，渠道令牌不能使用。"))


def staff_who(permission: Permission) -> Callable[[HttpRequest], StaffIdentity]:
    """A member of staff whose role has a permission; where it holds is asked with `must_reach` and `must_call_at`."""

    def find(request: HttpRequest) -> StaffIdentity:
        caller = staff(request)
        if not caller.may(permission):
            raise problems.forbidden(_(_NOT_THERE))
        return caller

    find.permission = permission  # type: ignore[attr-defined]  # read by tests/architecture/test_permissions.py
    return find


def must(caller: StaffIdentity, permission: Permission, *, centre_id: int) -> None:
    """Refuse a member of staff without the permission at this centre."""
    if not caller.may(permission, centre_id=centre_id):
        raise problems.forbidden(_(_NOT_THERE))


def must_reach(caller: StaffIdentity, permission: Permission, *, centre_id: int, queue_id: int) -> None:
    """Refuse a member of staff without the permission at this queue of a centre."""
    if not reaches_queue(caller, permission, centre_id=centre_id, queue_id=queue_id):
        raise problems.forbidden(_(_NOT_THERE))


def must_call_at(caller: StaffIdentity, counter: CounterFacts) -> None:
    """Refuse a member of staff who may not call at this counter."""
    if not calls_at(caller, counter):
        raise problems.forbidden(_(_NOT_THERE))


def at(caller: AdmittedChannel, centre_id: int) -> None:
    """Refuse a channel that belongs to another centre."""
    if caller.centre_id not in {None, centre_id}:
        raise problems.forbidden(_("这个渠道只能在自己的中心使用。"))

"""Who calls, by the bearer token: a channel, or a member of staff. Every endpoint states which it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from yueban.domain.people import operations as people
from yueban.domain.people import queries as known
from yueban.domain.people.rules import AdmittedChannel, ChannelProgram, StaffIdentity
from yueban.surfaces.api import problems

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yueban.domain.people.rules import Permission

_STAFF = "ys_"
_LONGEST = 200
IN_THE_HALL = frozenset({ChannelProgram.KIOSK, ChannelProgram.ONSITE, ChannelProgram.PHONE})
"""Terminals, and the staff's own programs: at the counter and at the 总咨询台, where an arrival is registered (R4.2)."""

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
    """A member of staff; what they may do where is asked with `must`."""
    caller = anyone(request)
    if isinstance(caller, StaffIdentity):
        return caller
    raise problems.forbidden(_("这里需要工作人员令牌，渠道令牌不能使用。"))


def must(caller: StaffIdentity, permission: Permission, *, centre_id: int) -> None:
    """Refuse a member of staff without the permission at this centre."""
    if not caller.may(permission, centre_id=centre_id):
        raise problems.forbidden(_("您的角色在这个中心没有这项权限。"))


def at(caller: AdmittedChannel, centre_id: int) -> None:
    """Refuse a channel that belongs to another centre."""
    if caller.centre_id not in {None, centre_id}:
        raise problems.forbidden(_("这个渠道只能在自己的中心使用。"))

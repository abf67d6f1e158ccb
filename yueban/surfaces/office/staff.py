"""Accounts, as the security administrator keeps them: who has one, what it is, and what is done with it (等保 2.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.directory import queries as directory
from yueban.domain.people import queries
from yueban.domain.people.operations import NewStaff, UnknownStaff, accounts
from yueban.domain.people.operations.accounts import Post
from yueban.domain.people.queries import AccountSearch, UnknownAccount
from yueban.domain.people.rules import (
    LONGEST_LOGIN,
    LONGEST_STAFF_NAME,
    REACH_NAMES,
    REACHES,
    ROLE_NAMES,
    OwnAccount,
    Permission,
    Role,
    Scope,
)
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.access import requires, staff_of
from yueban.surfaces.workplace import county_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.people.queries import AccountView
    from yueban.domain.people.rules import StaffIdentity

MOST = 200
"""How many accounts a page lists; more are found by searching."""


def _administrator(request: HttpRequest) -> StaffIdentity:
    staff = staff_of(request)
    if staff is None:
        raise PermissionDenied
    return staff


@require_GET
@requires(Permission.MANAGE_STAFF)
def accounts_list(request: HttpRequest) -> HttpResponse:
    """Show the accounts, those of a search."""
    asked = {name: request.GET.get(name, "").replace("\0", "")[:LONGEST_LOGIN] for name in ("q", "role", "centre")}
    closed = request.GET.get("closed") == "1"
    centres = list(directory.all_centres())
    centre_id = next((each.pk for each in centres if each.code == asked["centre"]), None)
    wanted = AccountSearch(asked["q"].strip(), asked["role"], centre_id, closed)
    found = queries.accounts(wanted, limit=MOST + 1)
    context = {
        "rows": [_row(each) for each in found[:MOST]],
        "more": len(found) > MOST,
        "asked": asked,
        "closed": closed,
        "roles": ROLE_NAMES.items(),
        "centres": centres,
    }
    return county_page(request, "office/staff.html", _administrator(request), **context)


def _row(account: AccountView) -> dict[str, Any]:
    return {"account": account, "role": _role_name(account), "state": _state(account)}


def _role_name(account: AccountView) -> str:
    known = account.role in Role.__members__.values()
    return _(ROLE_NAMES[Role(account.role)]) if known else account.role


def _state(account: AccountView) -> tuple[str, str]:
    """What is to be known of an account, and how it looks."""
    if not account.open:
        return _("已停用"), "tag--lost"
    if account.locked(now=clock.now()):
        return _("已锁定"), "tag--lost"
    if account.must_change_password:
        return _("等待改密码"), ""
    return _("正常"), "tag--done"


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def add(request: HttpRequest) -> HttpResponse:
    """Open an account; its first password is on the answer, and nowhere else."""
    staff, errors, post = _administrator(request), {}, _typed_post(request)
    login, name = request.POST.get("login", "").strip(), " ".join(request.POST.get("name", "").split())
    if request.method == "POST":
        new = NewStaff(login, post.role, name, post.scope.centre_id, post.scope.department_id)
        try:
            password = accounts.open_account(new, by=staff, now=clock.now())
        except InvalidInput as wrong:
            errors = {error.field: error.text(_) for error in wrong.errors}
        else:
            return _account_page(request, login, secret=password, what="password")
    typed = {"login": login, "name": name, "longest_login": LONGEST_LOGIN, "longest_name": LONGEST_STAFF_NAME}
    status = 409 if errors else 200
    return county_page(request, "office/staff_add.html", staff, status=status, **typed, **_post_form(post, errors))


def _typed_post(request: HttpRequest) -> Post:
    """Read role and place as they were chosen; what can be none of the choices is refused."""
    role, centre, department = (request.POST.get(name, "") for name in ("role", "centre", "department"))
    try:
        centre_id = directory.centre(centre).pk if centre else None
        department_id = directory.department(department).pk if department else None
        return Post(Role(role or Role.CLERK), Scope(centre_id, department_id))
    except (ValueError, directory.UnknownCentre, directory.UnknownDepartment) as error:
        raise Http404 from error


_NO_ERRORS = {"login": "", "name": "", "centre": "", "department": ""}


def _post_form(post: Post, errors: dict[str, str]) -> dict[str, Any]:
    return {
        "roles": [(role.value, _(name), _(REACH_NAMES[REACHES[role]])) for role, name in ROLE_NAMES.items()],
        "centres": directory.all_centres(),
        "departments": directory.departments(),
        "post": post,
        "wrong": bool(errors),
        "errors": _NO_ERRORS | errors,
    }


@require_GET
@requires(Permission.MANAGE_STAFF)
def account(request: HttpRequest, login: str) -> HttpResponse:
    """One account and what can be done with it."""
    return _account_page(request, login)


@require_POST
@requires(Permission.MANAGE_STAFF)
def change_post(request: HttpRequest, login: str) -> HttpResponse:
    """Give another role or place."""
    post = _typed_post(request)
    try:
        accounts.change_post(login, post, by=_administrator(request), now=clock.now())
    except InvalidInput as wrong:
        errors = {error.field: error.text(_) for error in wrong.errors}
        return _account_page(request, login, post=post, errors=errors, status=409)
    except OwnAccount as own:
        return _account_page(request, login, refused=_(own.message), status=409)
    except UnknownStaff as error:
        raise Http404 from error
    messages.success(request, _("已更改角色和范围，这个账号要重新登录。"))
    return redirect("office:account", login)


@dataclass(frozen=True, slots=True)
class _Act:
    """A button of an account's page: the operation, and what is said when it is done; `secret` is what it gives."""

    operation: Callable[..., Any]
    said: Any
    secret: str = ""


ACTS = {
    "close": _Act(accounts.close_account, gettext_lazy("已停用：不能登录，会话和接口令牌都已失效。")),
    "reopen": _Act(accounts.reopen_account, gettext_lazy("已恢复使用。"), "password"),
    "unlock": _Act(accounts.unlock, gettext_lazy("已解除锁定。")),
    "reset": _Act(accounts.reset_password, gettext_lazy("已重置密码，原有会话已结束。"), "password"),
    "end-sessions": _Act(accounts.end_sessions, gettext_lazy("已结束这个账号的全部会话。")),
    "token": _Act(accounts.issue_token, gettext_lazy("已发放接口令牌。"), "token"),
    "revoke-tokens": _Act(accounts.revoke_tokens, gettext_lazy("已撤销这个账号的全部接口令牌。")),
}


@require_POST
@requires(Permission.MANAGE_STAFF)
def act(request: HttpRequest, login: str, action: str) -> HttpResponse:
    """Do one of the acts; a secret that it gives is on the answer, and nowhere else."""
    if action not in ACTS:
        raise Http404
    chosen = ACTS[action]
    try:
        given = chosen.operation(login, by=_administrator(request), now=clock.now())
    except OwnAccount as own:
        return _account_page(request, login, refused=_(own.message), status=409)
    except UnknownStaff as error:
        raise Http404 from error
    if chosen.secret:
        return _account_page(request, login, secret=given, what=chosen.secret, said=chosen.said)
    messages.success(request, str(chosen.said))
    return redirect("office:account", login)


def _account_page(request: HttpRequest, login: str, **more: Any) -> HttpResponse:
    """Show one account; `secret` is a first password or a token that was just made."""
    try:
        found = queries.account(login)
    except UnknownAccount as error:
        raise Http404 from error
    staff = _administrator(request)
    role = Role(found.role) if found.role in Role.__members__.values() else Role.CLERK
    form = _post_form(more.pop("post", Post(role, found.scope)), more.pop("errors", {}))
    nothing = {"secret": "", "what": "", "said": "", "refused": "", "own": found.login == staff.login}
    locked = found.locked(now=clock.now())
    return county_page(request, "office/account.html", staff, locked=locked, **_row(found), **form, **nothing | more)

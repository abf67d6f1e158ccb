"""Accounts as the security administrator keeps them: everything recorded, nothing done to one's own.

The caller has checked `Permission.MANAGE_STAFF`. The command line, which is the operator's own, uses the operations below
(`staff.py`) directly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yueban.domain.audit import operations as audit
from yueban.domain.people.models import Staff, StaffToken
from yueban.domain.people.operations import staff
from yueban.domain.people.rules import (
    TAKEN_LOGIN,
    OwnAccount,
    Permission,
    Role,
    Scope,
    account_errors,
    may,
    misplaced,
)
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.people.operations.staff import NewStaff
    from yueban.domain.people.rules import StaffIdentity


@dataclass(frozen=True, slots=True)
class Post:
    """What an account is to be from now on: its role, and where it holds."""

    role: Role
    scope: Scope


def open_account(new: NewStaff, *, by: StaffIdentity, now: datetime) -> str:
    """Open an account and give its first password, shown this once. Raises InvalidInput with all that is wrong."""
    errors = account_errors(new.login, new.name, new.role, Scope(new.centre_id, new.department_id))
    if errors:
        raise InvalidInput.of(errors)
    try:
        return staff.add_staff(new, by=by.by, now=now)
    except IntegrityError as error:
        raise InvalidInput("login", "taken", TAKEN_LOGIN) from error


@transaction.atomic
def change_post(login: str, post: Post, *, by: StaffIdentity, now: datetime) -> None:
    """Give an account another role or place; its sessions end. Raises InvalidInput, OwnAccount, UnknownStaff."""
    errors = misplaced(post.role, post.scope)
    if errors:
        raise InvalidInput.of(errors)
    found = _of_another(login, by)
    before = {"role": found.role, "centre": found.centre_id, "department": found.department_id}
    found.role, found.is_staff = post.role, may(post.role, Permission.EDIT_REFERENCE)
    found.centre_id, found.department_id = post.scope.centre_id, post.scope.department_id
    found.save(update_fields=["role", "is_staff", "centre", "department"])
    data = {"role": post.role.value, "centre": found.centre_id, "department": found.department_id, "before": before}
    _record("staff.post_changed", found, by, now, data)


@transaction.atomic
def close_account(login: str, *, by: StaffIdentity, now: datetime) -> None:
    """Let nobody in by this account any more: no login, no session, no token. Raises OwnAccount, UnknownStaff."""
    found = _of_another(login, by)
    tokens = StaffToken.objects.filter(staff=found, revoked_at=None).update(revoked_at=now)
    found.is_active, found.generation = False, found.generation + 1
    found.save(update_fields=["is_active", "generation"])
    _record("staff.closed", found, by, now, {"tokens": tokens})


@transaction.atomic
def reopen_account(login: str, *, by: StaffIdentity, now: datetime) -> str:
    """Open a closed account again with a new first password, and give it. Raises OwnAccount, UnknownStaff."""
    found = _of_another(login, by, is_active=False)
    found.is_active = True
    found.save(update_fields=["is_active"])
    _record("staff.reopened", found, by, now)
    return staff.reset_password(login, by=by.by, now=now)


@transaction.atomic
def end_sessions(login: str, *, by: StaffIdentity, now: datetime) -> None:
    """End every session of an account, wherever it is open. Raises OwnAccount, UnknownStaff."""
    found = _of_another(login, by)
    found.generation += 1
    found.save(update_fields=["generation"])
    _record("staff.sessions_ended", found, by, now)


@transaction.atomic
def unlock(login: str, *, by: StaffIdentity, now: datetime) -> None:
    """Lift the lock of too many failures. Raises OwnAccount, UnknownStaff."""
    _of_another(login, by)
    staff.unlock(login, by=by.by, now=now)


@transaction.atomic
def reset_password(login: str, *, by: StaffIdentity, now: datetime) -> str:
    """Give an account a new first password; its sessions end. Raises OwnAccount, UnknownStaff."""
    _of_another(login, by)
    return staff.reset_password(login, by=by.by, now=now)


@transaction.atomic
def issue_token(login: str, *, by: StaffIdentity, now: datetime) -> str:
    """Make an API token for an account and give it, shown this once. Raises OwnAccount, UnknownStaff."""
    _of_another(login, by)
    return staff.issue_staff_token(login, by=by.by, now=now)


@transaction.atomic
def revoke_tokens(login: str, *, by: StaffIdentity, now: datetime) -> int:
    """Revoke all API tokens of an account; give how many. Raises OwnAccount, UnknownStaff."""
    _of_another(login, by)
    return staff.revoke_staff_tokens(login, by=by.by, now=now)


def _of_another(login: str, by: StaffIdentity, *, is_active: bool = True) -> Staff:
    """Lock and give an account that is not the one of who acts."""
    if login == by.login:
        raise OwnAccount
    found = None if "\0" in login else Staff.objects.select_for_update().filter(username=login).first()
    if found is None or found.is_active is not is_active:
        raise staff.UnknownStaff(login)
    return found


def _record(kind: str, found: Staff, by: StaffIdentity, now: datetime, data: dict[str, Any] | None = None) -> None:
    details = {"login": found.username} | (data or {})
    audit.record(kind=kind, by=by.by, at=now, centre_id=found.centre_id, data=details)

"""Staff: accounts, logins and API tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.people.models import Staff, StaffToken
from yueban.domain.people.rules import (
    LOCK_MINUTES,
    LOCKED,
    WRONG_LOGIN,
    LoginRefused,
    Permission,
    Role,
    lock_after,
    may,
    password_expired,
)
from yueban.kernel.ids import new_token, token_digest

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.people.rules import StaffIdentity

_PLAIN: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread on paper
_LOCK: Final = timedelta(minutes=LOCK_MINUTES)
LONGEST_PASSWORD: Final = 128
"""More is not looked at: hashing is slow on purpose, and nobody types this."""


class UnknownStaff(LookupError):
    """Nobody has this login."""


def first_password() -> str:
    """Give a password of 15 characters that can be read from paper: abcd-efgh-jkmn."""
    return "-".join("".join(secrets.choice(_PLAIN) for _ in range(4)) for _ in range(3)) + secrets.choice("2345")


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A member of staff to be added; without `centre_id` the role holds in the whole county.

    One who may not `log_in` has no password at all: the simulated clerks of the demonstration.
    """

    login: str
    role: Role
    name: str = ""
    centre_id: int | None = None
    department_id: int | None = None
    log_in: bool = True


@transaction.atomic
def add_staff(new: NewStaff, *, by: str, now: datetime, password: str | None = None) -> str:
    """Add a member of staff and give the first password, which must be changed at the first login.

    A given `password` (sample accounts) need not be changed and does not age. Raises IntegrityError when the login is taken.
    """
    chosen = password or first_password()
    Staff.objects.create(
        username=new.login,
        name=new.name or new.login,
        role=new.role,
        centre_id=new.centre_id,
        department_id=new.department_id,
        password=make_password(chosen if new.log_in else None),
        must_change_password=password is None,
        password_set_at=now if password is None else None,
        is_staff=may(new.role, Permission.EDIT_REFERENCE),
        date_joined=now,
    )
    data = {"login": new.login, "role": new.role.value}
    audit.record(kind="staff.added", by=by, at=now, centre_id=new.centre_id, data=data)
    return chosen


def locked(login: str) -> Staff:
    """Give the open account of a login, its row locked until the transaction ends. Raises UnknownStaff."""
    known = Staff.objects.select_for_update().filter(username=login, is_active=True)
    found = None if "\0" in login else known.first()  # PostgreSQL has no such character to compare
    if found is None:
        raise UnknownStaff(login)
    return found


@transaction.atomic
def reset_password(login: str, *, by: str, now: datetime) -> str:
    """Give a new first password, lift a lock and end all sessions of the login. Raises UnknownStaff."""
    found = locked(login)
    password = first_password()
    found.set_password(password)
    found.must_change_password, found.password_set_at = True, now
    found.failures, found.locked_until = 0, None
    found.save(update_fields=["password", "must_change_password", "password_set_at", "failures", "locked_until"])
    audit.record(kind="staff.password_reset", by=by, at=now, data={"login": login})
    return password


@transaction.atomic
def unlock(login: str, *, by: str, now: datetime) -> None:
    """Lift the lock of too many failures. Raises UnknownStaff."""
    found = locked(login)
    found.failures, found.locked_until = 0, None
    found.save(update_fields=["failures", "locked_until"])
    audit.record(kind="staff.unlocked", by=by, at=now, data={"login": login})


def log_in(login: str, password: str, *, now: datetime) -> Staff:
    """Check a login and give the account; five failures in a row lock it for 15 minutes (等保 2.0).

    Raises LoginRefused with a sentence that does not tell whether the account exists.
    """
    refusal: LoginRefused | None = None
    with transaction.atomic():
        try:
            found = locked(login[:150])
        except UnknownStaff:
            make_password(password[:LONGEST_PASSWORD])  # as slow as a wrong password: no account can be guessed by time
            raise LoginRefused(WRONG_LOGIN) from None
        refusal = _judge(found, password, now)
    if refusal is not None:
        raise refusal
    return found


def _judge(found: Staff, password: str, now: datetime) -> LoginRefused | None:
    if found.locked_until is not None and now < found.locked_until:
        return LoginRefused(LOCKED, -(-(found.locked_until - now) // timedelta(minutes=1)))
    if len(password) > LONGEST_PASSWORD or not check_password(password, found.password):
        return count_failure(found, now)
    found.failures, found.locked_until, found.last_login = 0, None, now
    found.must_change_password |= password_expired(found.password_set_at, now=now, days=settings.PASSWORD_DAYS)
    found.save(update_fields=["failures", "locked_until", "last_login", "must_change_password"])
    audit.record(kind="staff.logged_in", by=f"staff:{found.username}", at=now, centre_id=found.centre_id)
    return None


def count_failure(found: Staff, now: datetime) -> LoginRefused:
    """Count a wrong password on a locked row and give what is said; the fifth in a row locks the account."""
    found.failures = 1 if found.locked_until is not None else found.failures + 1
    found.locked_until = lock_after(found.failures, now=now, length=_LOCK)
    found.save(update_fields=["failures", "locked_until"])
    kind = "staff.locked" if found.locked_until else "staff.login_failed"
    audit.record(kind=kind, by=f"staff:{found.username}", at=now, data={"failures": found.failures})
    return LoginRefused(LOCKED, LOCK_MINUTES) if found.locked_until else LoginRefused(WRONG_LOGIN)


def log_out(staff: StaffIdentity, *, now: datetime) -> None:
    """Record that a member of staff left."""
    audit.record(kind="staff.logged_out", by=staff.by, at=now)


@transaction.atomic
def issue_staff_token(login: str, *, by: str, now: datetime) -> str:
    """Make an API token for a member of staff and give it, shown this once. Raises UnknownStaff."""
    found = locked(login)
    token = new_token("ys")
    StaffToken.objects.create(staff=found, digest=token_digest(token), created_at=now)
    audit.record(kind="staff.token_issued", by=by, at=now, data={"login": login})
    return token


@transaction.atomic
def revoke_staff_tokens(login: str, *, by: str, now: datetime) -> int:
    """Revoke all API tokens of a member of staff; give how many. Raises UnknownStaff."""
    count = StaffToken.objects.filter(staff=locked(login), revoked_at=None).update(revoked_at=now)
    audit.record(kind="staff.tokens_revoked", by=by, at=now, data={"login": login, "count": count})
    return count

"""One's own password: what a new one must be, and which it may not be again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.people.models import PasswordBefore
from yueban.domain.people.operations.staff import LONGEST_PASSWORD, count_failure, locked
from yueban.domain.people.rules import PASSWORDS_REMEMBERED
from yueban.kernel.errors import FieldError, InvalidInput, gettext_noop

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.people.models import Staff

_WRONG_OLD: Final = gettext_noop("原密码不正确。")
_SAME: Final = gettext_noop("新密码不能与原密码相同。")
_USED: Final = gettext_noop("这个密码不久前用过，请换一个。")


def change_password(login: str, *, old: str, new: str, now: datetime) -> Staff:
    """Change one's own password by the rules of the settings; raises InvalidInput on `old` or `new`.

    A wrong old one counts like a failed login; the fifth locks the account and ends its sessions.
    """
    with transaction.atomic():
        found = locked(login)
        wrong = not check_password(old[:LONGEST_PASSWORD], found.password)
        if wrong:
            count_failure(found, now)
            if found.locked_until is not None:
                found.generation += 1
                found.save(update_fields=["generation"])
        else:
            _replace(found, old, new, now)
    if wrong:
        raise InvalidInput("old", "wrong", _WRONG_OLD)
    return found


def _replace(found: Staff, old: str, new: str, now: datetime) -> None:
    _check_new(found, old, new)
    PasswordBefore.objects.create(staff=found, password=found.password, at=now)
    known = PasswordBefore.objects.filter(staff=found).order_by("-id").values("pk")
    PasswordBefore.objects.filter(staff=found).exclude(pk__in=known[: PASSWORDS_REMEMBERED - 1]).delete()
    found.set_password(new)
    found.must_change_password, found.password_set_at = False, now
    found.save(update_fields=["password", "must_change_password", "password_set_at"])
    audit.record(kind="staff.password_changed", by=f"staff:{found.username}", at=now)


def _check_new(found: Staff, old: str, new: str) -> None:
    if new == old:
        raise InvalidInput("new", "same", _SAME)
    try:
        validate_password(new, found)
    except ValidationError as error:
        raise InvalidInput.of([FieldError("new", "weak", message) for message in error.messages]) from error
    before = PasswordBefore.objects.filter(staff=found).values_list("password", flat=True)
    if any(check_password(new, each) for each in before):
        raise InvalidInput("new", "used", _USED)

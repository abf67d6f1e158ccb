"""What the security administrator may do with accounts, in sentences when it may not."""

from __future__ import annotations

from typing import Final

from yueban.domain.people.rules.logins import LOGIN
from yueban.domain.people.rules.places import misplaced
from yueban.domain.people.rules.roles import Role, Scope
from yueban.kernel.errors import FieldError, gettext_noop

LONGEST_STAFF_NAME: Final = 50

BAD_LOGIN: Final = gettext_noop("账号用字母、数字和 . _ @ + -，以字母或数字开头。")
TAKEN_LOGIN: Final = gettext_noop("已有这个账号。")
BAD_STAFF_NAME: Final = gettext_noop("请填写姓名，1 至 50 个字。")
OWN_ACCOUNT: Final = gettext_noop("不能更改自己的账号，请由另一位安全管理员办理。")


class OwnAccount(Exception):
    """Nobody changes the own account: who could, could give themselves a role; `message` is a Chinese msgid."""

    message = OWN_ACCOUNT


def account_errors(login: str, name: str, role: Role, scope: Scope) -> list[FieldError]:
    """Give all that is wrong with an account that is to be opened."""
    found = [] if LOGIN.fullmatch(login) else [FieldError("login", "bad_login", BAD_LOGIN)]
    if not 0 < len(name) <= LONGEST_STAFF_NAME or not name.isprintable():
        found.append(FieldError("name", "bad_name", BAD_STAFF_NAME))
    return found + misplaced(role, scope)

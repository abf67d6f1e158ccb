"""The bounds on logins (等保 2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yueban.kernel.errors import gettext_noop

if TYPE_CHECKING:
    from datetime import datetime, timedelta

LOGIN_FAILURES: Final = 5
LOCK_MINUTES: Final = 15
IDLE_MINUTES: Final = 30

WRONG_LOGIN: Final = gettext_noop("账号或密码不正确。")
LOCKED: Final = gettext_noop("连续 5 次输错，账号已锁定，请 %(minutes)s 分钟后再试，或联系安全管理员。")


class LoginRefused(Exception):
    """The login failed; `message` is a Chinese msgid that tells nothing about whether the account exists."""

    def __init__(self, message: str, minutes: int = 0) -> None:
        """Say why."""
        self.message = message
        self.details = {"minutes": minutes}
        super().__init__(message)


def lock_after(failures: int, *, now: datetime, length: timedelta) -> datetime | None:
    """Give until when an account is locked after so many failures in a row, None while it is not."""
    return now + length if failures >= LOGIN_FAILURES else None

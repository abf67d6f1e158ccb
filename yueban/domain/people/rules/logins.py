"""The bounds on logins and passwords (等保 2.0)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from yueban.kernel.errors import gettext_noop

LOGIN_FAILURES: Final = 5
LOCK_MINUTES: Final = 15
IDLE_MINUTES: Final = 30
PASSWORDS_REMEMBERED: Final = 5
"""How many of one's latest passwords, the present one among them, cannot be taken again."""

LONGEST_LOGIN: Final = 150
LOGIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,149}")
"""What an account may be called: it stands in the log and in addresses."""

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


def password_expired(set_at: datetime | None, *, now: datetime, days: int) -> bool:
    """Tell whether a password is past its age; None does not age, and nothing does where `days` is 0."""
    return set_at is not None and days > 0 and now > set_at + timedelta(days=days)

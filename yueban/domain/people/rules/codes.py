"""The bounds on SMS codes."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from yueban.domain.people.rules.channels import TooManyRequests
from yueban.kernel.errors import gettext_noop

CODE_DIGITS: Final = 6
CODE_MINUTES: Final = 5
CODE_ATTEMPTS: Final = 5
COOL_DOWN_SECONDS: Final = 60
CODES_A_DAY: Final = 10
CODES_A_DAY_FROM_ONE_ADDRESS: Final = 100

JUST_SENT: Final = gettext_noop("验证码刚刚发送过，请 %(seconds)s 秒后再试。")
ENOUGH_TODAY: Final = gettext_noop("今天获取验证码的次数已用完，请明天再试，或拨打服务电话预约。")
ENOUGH_FROM_HERE: Final = gettext_noop("当前网络获取验证码的次数过多，请稍后再试，或拨打服务电话预约。")
BAD_CODE: Final = gettext_noop("验证码不正确或已失效，请核对或重新获取。")


@dataclass(frozen=True, slots=True)
class CodeHistory:
    """What was sent within a day: to this phone, from this address, and how long ago the last one (seconds)."""

    to_phone: int
    from_address: int
    last_seconds_ago: float | None


def counted_address(ip: str) -> str:
    """Give the address whose codes are counted, empty for one that many share: a proxy or a hall's own network."""
    try:
        return ip if ip_address(ip).is_global else ""
    except ValueError:
        return ""


def asking_address(peer: str, forwarded: str) -> str:
    """Give who asks: the peer, or where that is a proxy of our own, the address that it noted last (X-Forwarded-For).

    Who writes the header by hand gains nothing: from an address that is not public, nobody is counted without it.
    """
    return peer if counted_address(peer) else forwarded.rpartition(",")[2].strip()


def code_refusal(history: CodeHistory) -> TooManyRequests | None:
    """Give why no further code may be sent now, None when it may."""
    if history.last_seconds_ago is not None and history.last_seconds_ago < COOL_DOWN_SECONDS:
        return TooManyRequests(max(1, int(COOL_DOWN_SECONDS - history.last_seconds_ago) + 1), JUST_SENT)
    if history.to_phone >= CODES_A_DAY:
        return TooManyRequests(24 * 3600, ENOUGH_TODAY)
    if history.from_address >= CODES_A_DAY_FROM_ONE_ADDRESS:
        return TooManyRequests(3600, ENOUGH_FROM_HERE)
    return None

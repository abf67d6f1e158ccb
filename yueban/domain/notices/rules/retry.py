"""What happens to a message whose sending did not succeed, or whose success nobody knows of.

A failure is certain when the provider refused it or was never reached: it is tried again after a growing pause. It is
uncertain when the request had left and no answer came that can be read: then the provider may have sent it. Such a
message waits for its receipt first (ADR 225).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from yueban.kernel.errors import gettext_noop

MAX_ATTEMPTS: Final = 8
MAX_UNKNOWN: Final = 2
"""How many uncertain outcomes a message may have before a person decides."""
LONGEST_ASKING: Final = timedelta(days=1)
"""How long a provider that can be asked, but does not answer that either, is asked again."""
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=1)


class State(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    DEAD = "dead"


STATE_NAMES: Final[dict[State, str]] = {
    State.QUEUED: gettext_noop("等待发送"),
    State.SENDING: gettext_noop("正在发送"),
    State.UNKNOWN: gettext_noop("等待确认"),
    State.SENT: gettext_noop("已发出"),
    State.DELIVERED: gettext_noop("已送达"),
    State.FAILED: gettext_noop("未送达"),
    State.EXPIRED: gettext_noop("过期未发"),
    State.DEAD: gettext_noop("发送失败"),
}

ENDED: Final = (State.SENT, State.DELIVERED, State.FAILED, State.EXPIRED, State.DEAD)
"""Nothing more is done with it by itself."""
AGAIN: Final = (State.DEAD, State.FAILED)
"""What staff may send once more."""


def pause_after(attempts: int, *, jitter: float) -> timedelta | None:
    """Give how long to wait after the n-th failed attempt (None: no more), doubled each time, up to an hour.

    `jitter` in 0…1 spreads it over half to one and a half, so that messages that failed together do not return together.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    doubled: timedelta = _FIRST_PAUSE * 2 ** (attempts - 1)
    return min(doubled, _LONGEST_PAUSE) * (0.5 + jitter)

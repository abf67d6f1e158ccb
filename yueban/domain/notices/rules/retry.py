"""When a message that did not go out is tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MAX_ATTEMPTS: Final = 8
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=1)


def pause_after(attempts: int, *, jitter: float) -> timedelta | None:
    """Give how long to wait after the n-th failed attempt (None: no more), doubled each time, up to an hour.

    `jitter` in 0…1 spreads it over half to one and a half, so that messages that failed together do not return together.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    doubled: timedelta = _FIRST_PAUSE * 2 ** (attempts - 1)
    return min(doubled, _LONGEST_PAUSE) * (0.5 + jitter)

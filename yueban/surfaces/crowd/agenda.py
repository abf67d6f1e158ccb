"""What is to happen when; the same for a morning that is lived in a moment and for the real pace of the clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

Act = Callable[["datetime"], None]
"""Something that is done at an instant; it gets the instant at which it really is."""


@dataclass
class Agenda:
    """Acts by their instants; those of the same instant in the order in which they were noted."""

    _heap: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def note(self, at: datetime, act: Act) -> None:
        """Have it done at that instant."""
        heapq.heappush(self._heap, (at, next(self._order), act))

    def next(self) -> datetime | None:
        """Give when there is something to do again, None when never."""
        return self._heap[0][0] if self._heap else None

    def take(self, until: datetime) -> tuple[datetime, Act] | None:
        """Take the next act that is due at `until`, with its instant; None when nothing is."""
        if not self._heap or self._heap[0][0] > until:
            return None
        at, _, act = heapq.heappop(self._heap)
        return at, act

    def count(self, until: datetime) -> int:
        """Give how much is due until then, as far as is known now."""
        return sum(at <= until for at, _, _ in self._heap)

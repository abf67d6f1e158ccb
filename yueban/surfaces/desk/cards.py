"""What waits at the desk, one card a kind of work. Who adds a kind of work adds its maker to `home.MAKERS`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of a card: where it leads, what it is, what stands beside it; `late` is past its time."""

    href: str
    text: str
    beside: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A kind of work: how much of it waits, where all of it is, and the few that come first."""

    title: str
    count: int
    href: str
    lines: Sequence[Waiting] = ()

    @property
    def late(self) -> bool:
        """Something of it is past its time."""
        return any(line.late for line in self.lines)

"""The day of a team, in the order in which it is driven."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class Stop(Protocol):
    """A visit as far as the route is concerned."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def township(self) -> str:
        """Where it is."""


S = TypeVar("S", bound=Stop)


@dataclass(frozen=True, slots=True)
class Leg(Generic[S]):
    """Stops that follow each other in one township."""

    township: str
    stops: tuple[S, ...]


def legs(stops: Iterable[S]) -> list[Leg[S]]:
    """Give the stops as they are driven, those that follow each other in one township together.

    The times are promised to people, so they decide; a township that comes twice is named by `driven_twice`.
    """
    in_order = sorted(stops, key=lambda stop: stop.starts_at)
    return [Leg(township, tuple(group)) for township, group in groupby(in_order, key=lambda stop: stop.township)]


def driven_twice(route: Sequence[Leg[S]]) -> list[str]:
    """Give the townships that a team drives to more than once: whoever plans may move one of the visits."""
    times = Counter(leg.township for leg in route)
    return [township for township, often in times.items() if often > 1]

"""Which counters stay free for a person who wants to work one, so that the hall still keeps up without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Place:
    """A counter with the queues it serves, best first."""

    number: int
    area: str
    queues: tuple[str, ...]
    booking_only: bool = False


def left_to_people(places: Sequence[Place], load: Mapping[str, float], *, spare: int = 5) -> list[int]:
    """Give the numbers of the counters that no simulated clerk takes: `spare` at most, ascending.

    One after the other, the counter whose absence is felt least; two in an area at most, never a booking counter, and
    never a queue's last one. `load` is the work of each queue (any unit; 1 where unknown).
    """
    free: list[Place] = []
    while len(free) < spare:
        staffed = [place for place in places if place not in free]
        candidates = [place for place in staffed if not place.booking_only and _in_area(free, place) < 2]  # noqa: PLR2004
        felt = {place: _fullest(place, (each for each in staffed if each != place), load) for place in candidates}
        felt = {place: ratio for place, ratio in felt.items() if ratio < float("inf")}
        if not felt:
            break
        free.append(min(felt, key=lambda place: (felt[place], place.number)))
    return sorted(place.number for place in free)


def _in_area(places: Iterable[Place], place: Place) -> int:
    return sum(each.area == place.area for each in places)


def _fullest(gone: Place, staffed: Iterable[Place], load: Mapping[str, float]) -> float:
    """The work per counter of the fullest queue that `gone` served; infinite where nobody serves it any more."""
    given: dict[str, float] = {}
    for place in staffed:
        whole = sum(load.get(queue, 1.0) for queue in place.queues)
        for queue in place.queues:
            given[queue] = given.get(queue, 0.0) + (0.0 if place.booking_only else load.get(queue, 1.0) / whole)
    return max(load.get(queue, 1.0) / given[queue] if given.get(queue) else float("inf") for queue in gone.queues)

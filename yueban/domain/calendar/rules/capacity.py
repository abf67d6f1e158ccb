"""How many appointments an hour holds: a counter's minutes are shared among its queues, exactly (R1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Q = TypeVar("Q")

_ONE: Final = Fraction(1)
_NOTHING: Final = Fraction(0)


@dataclass(frozen=True, slots=True)
class Service(Generic[Q]):
    """A queue that a counter serves. `rank` 0 is its favourite; `weight` overrides the default share."""

    queue: Q
    rank: int
    weight: Fraction | None = None


@dataclass(frozen=True, slots=True)
class SharingCounter(Generic[Q]):
    """What sharing needs of a counter."""

    services: tuple[Service[Q], ...]
    booking_only: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """The part of counters' time that a queue gets; 1 is one counter all the time.

    `mixed` comes from ordinary counters, of which walk-ins get their share; `reserved` from booking
    counters (预约专窗), of which they get nothing.
    """

    mixed: Fraction = _NOTHING
    reserved: Fraction = _NOTHING

    @property
    def whole(self) -> Fraction:
        """Both parts."""
        return self.mixed + self.reserved


def shared_minutes(
    services: Sequence[Service[Q]], minutes: Fraction, demand: Mapping[Q, Fraction]
) -> dict[Q, Fraction]:
    """Divide one counter's minutes among its queues; the parts add up to the minutes exactly.

    A queue weighs its demand (service minutes of a normal day; 1 where unknown or 0) divided by its place in the
    counter's order of preference (first, second, …), or what its service says outright. All weights 0: no part.
    """
    weights = {service.queue: _weight(service, demand) for service in services}
    total = sum(weights.values(), _NOTHING)
    if not total:
        return dict.fromkeys(weights, _NOTHING)
    return {queue: minutes * weight / total for queue, weight in weights.items()}


def _weight(service: Service[Q], demand: Mapping[Q, Fraction]) -> Fraction:
    if service.weight is not None:
        return service.weight
    return (demand.get(service.queue) or _ONE) / (service.rank + 1)


def shares(counters: Iterable[SharingCounter[Q]], demand: Mapping[Q, Fraction]) -> dict[Q, Share]:
    """Add up what each queue gets of all counters; the sum over queues never exceeds the number of counters."""
    result: dict[Q, Share] = {}
    for counter in counters:
        for queue, part in shared_minutes(counter.services, _ONE, demand).items():
            had = result.get(queue, Share())
            mixed, reserved = (_NOTHING, part) if counter.booking_only else (part, _NOTHING)
            result[queue] = Share(had.mixed + mixed, had.reserved + reserved)
    return result


def exact_capacity(share: Share, minutes: int, service_minutes: Fraction, walk_in_share: Fraction) -> Fraction:
    """Return how many appointments fit a slot of `minutes`, before it is floored; a short slot gets its part."""
    return minutes * (share.mixed * (1 - walk_in_share) + share.reserved) / service_minutes


def capacity(share: Share, minutes: int, service_minutes: Fraction, walk_in_share: Fraction) -> int:
    """Return the places of one slot: the exact capacity, floored."""
    return floor(exact_capacity(share, minutes, service_minutes, walk_in_share))


def day_capacities(
    share: Share, slot_minutes: Sequence[int], service_minutes: Fraction, walk_in_share: Fraction
) -> list[int]:
    """Return the places of a queue's slots of one day, in their order.

    Each is floored. A queue so small that no slot of the day would hold anyone has the fractions carried
    from slot to slot, so that it can still be booked some hours of the day (N2); also then a slot never
    takes more minutes than the queue has in it.
    """
    exact = [exact_capacity(share, minutes, service_minutes, walk_in_share) for minutes in slot_minutes]
    floored = [floor(value) for value in exact]
    if any(floored):
        return floored
    return _carried(exact, [floor(share.whole * minutes / service_minutes) for minutes in slot_minutes])


def _carried(exact: Sequence[Fraction], most: Sequence[int]) -> list[int]:
    carried, result = _NOTHING, []
    for value, limit in zip(exact, most, strict=True):
        carried += value
        places = min(floor(carried), limit)
        carried -= places
        result.append(places)
    return result


def sellable(planned: int, booked: int, *, closed: bool) -> int:
    """Return the capacity to store: what is planned, nothing new when closed, and never below what is booked."""
    return booked if closed else max(planned, booked)

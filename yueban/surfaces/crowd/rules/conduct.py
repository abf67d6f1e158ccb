"""How a person behaves once a ticket is in hand, and how a clerk takes breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from yueban.surfaces.crowd.rules.chances import lognormal, pick

if TYPE_CHECKING:
    from yueban.domain.directory.county import Demand
    from yueban.surfaces.crowd.rules.chances import Chance

SHORTEST: Final = timedelta(minutes=1)
PARKS: Final = 0.02
"""Of all handlings, those that are set aside while a paper is fetched; our assumption, the file has none."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """One person at the counter.

    `walk` from the call to the counter; `service` there. `absent`: does not hear the call. `patience`: leaves the hall
    after waiting so long (None: stays). `incomplete`: materials are missing. `transfer`: belongs to another queue.
    """

    walk: timedelta
    service: timedelta
    absent: bool
    patience: timedelta | None
    incomplete: bool
    transfer: bool
    parks: bool
    level: int | None


def conduct(chance: Chance, demand: Demand, queue: str, *, booked: bool) -> Conduct:
    """Draw how the holder of a ticket behaves; a booking is shorter, surer and more patient than a walk-in."""
    shared, time = demand.defaults, demand.county.queues[queue].service_time
    minutes = lognormal(chance, time.mean, time.sd) * (time.booked_factor if booked else 1.0)
    patience = lognormal(chance, shared.walk_in_patience.mean, shared.walk_in_patience.sd)
    missed, incomplete = shared.missed_call_rate, shared.material_incomplete_rate
    return Conduct(
        walk=timedelta(seconds=round(chance.triangular(8, 45, 18))),
        service=max(SHORTEST, timedelta(seconds=round(minutes * 60))),
        absent=chance.random() < (missed.booked if booked else missed.walk_in),
        patience=None if booked else timedelta(minutes=patience),
        incomplete=chance.random() < (incomplete.booked if booked else incomplete.walk_in),
        transfer=chance.random() < shared.transfer_rate and not booked,
        parks=chance.random() < PARKS,
        level=pick(chance, shared.rating_mix) if chance.random() < shared.rating_rate else None,
    )


def minutes_until_break(chance: Chance, demand: Demand) -> timedelta:
    """Draw how long a clerk works before the next break."""
    rate = demand.defaults.counter_break.rate_per_hour
    return timedelta(hours=chance.expovariate(rate)) if rate else timedelta(days=1)


def pause(chance: Chance, demand: Demand) -> timedelta:
    """Draw how long a break lasts."""
    assumed = demand.defaults.counter_break
    return timedelta(minutes=lognormal(chance, assumed.minutes_mean, assumed.minutes_sd))

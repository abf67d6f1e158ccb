"""How long one will wait: from what this day measured, with its spread, and how wrong such words were."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIOR: Final = 5
"""The configured service time counts as so many measured handlings, so that two odd ones in the morning decide nothing."""

SPREAD: Final = 1.28
"""Standard deviations either side that hold four waits in five."""

_ASSUMED: Final = 0.6  # standard deviation of a handling over its mean, where nothing was measured


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Handlings of a queue: the mean and the standard deviation in minutes."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Minutes until one is called; four in five are called between `low` and `high`."""

    minutes: int
    low: int
    high: int


def service_times(configured: float, measured: int, mean: float, deviation: float) -> ServiceTimes:
    """Blend what is configured with what the day measured (minutes)."""
    weight = measured + PRIOR
    blended = (configured * PRIOR + mean * measured) / weight
    spread = (configured * _ASSUMED * PRIOR + deviation * measured) / weight
    return ServiceTimes(blended, spread)


def estimate(ahead: int, times: ServiceTimes, counters: float) -> Estimate:
    """The people ahead, one after the other over the counters that work on this queue (at least one)."""
    working = max(counters, 1.0)
    minutes = ahead * times.mean / working
    spread = SPREAD * times.deviation * sqrt(ahead) / working
    return Estimate(round(minutes), max(0, floor(minutes - spread)), ceil(minutes + spread))


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits in minutes: how many, their mean, what nine in ten stayed under, and the worst."""

    count: int = 0
    mean: float = 0.0
    p90: float = 0.0
    worst: float = 0.0


def waits(minutes: Sequence[float]) -> Waits:
    """The figures of some waits."""
    if not minutes:
        return Waits()
    ordered = sorted(minutes)
    p90 = ordered[ceil(0.9 * len(ordered)) - 1]
    return Waits(len(ordered), sum(ordered) / len(ordered), p90, ordered[-1])

"""Draws from a seed: the same seed makes the same day, on every machine."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
Chance = random.Random


def seeded(*parts: object) -> Chance:
    """Give a source of draws of its own for what the parts name: a seed, a day, a queue."""
    return Chance("|".join(map(str, parts)))


def lognormal(chance: Chance, mean: float, sd: float) -> float:
    """Draw from the lognormal distribution of this mean and standard deviation."""
    variance = math.log(1 + (sd / mean) ** 2)
    return chance.lognormvariate(math.log(mean) - variance / 2, math.sqrt(variance))


def count(chance: Chance, mean: float) -> int:
    """Draw how many come where `mean` come on average (Poisson)."""
    arrived, waited = 0, chance.expovariate(1.0)
    while waited < mean:
        arrived += 1
        waited += chance.expovariate(1.0)
    return arrived


def pick(chance: Chance, weights: Mapping[T, float]) -> T:
    """Draw one of the keys by their weights, which need not sum to 1 but to more than 0."""
    return chance.choices(list(weights), list(weights.values()))[0]

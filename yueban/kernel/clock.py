"""The one clock. Wall times are Asia/Shanghai (regulation.md, how to read it).

`YUEBAN_CLOCK` starts a process at an instant, `YUEBAN_CLOCK_RATE` lets it run faster (60) or stand
still (0), and `YUEBAN_CLOCK_ANCHOR` says at which tick of the machine that instant was, so that all
children of a supervisor agree. The ticks are those since boot: a corrected system time moves nothing.
"""

from __future__ import annotations

import os
import time as ticks
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from yueban.kernel.errors import ClockRefused
from yueban.kernel.wall import TZ, at

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TZ", "ClockRefused", "at"]  # of kernel.wall, at hand for those who may read the clock

_BOOT = getattr(ticks, "CLOCK_BOOTTIME", ticks.CLOCK_MONOTONIC)


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated clock: `start` at machine tick `anchor` (seconds since boot), `rate` seconds a second."""

    start: datetime
    rate: float
    anchor: float

    def at_tick(self, tick: float) -> datetime:
        """Give the simulated instant at a machine tick."""
        # Arithmetic on an aware datetime is wall arithmetic; Asia/Shanghai has no jumps after 1991.
        return self.start + timedelta(seconds=(tick - self.anchor) * self.rate)


def _tick() -> float:
    return ticks.clock_gettime(_BOOT)


def _instant(text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise ClockRefused(f"YUEBAN_CLOCK is no ISO 8601 instant: {text!r}") from error
    return start.replace(tzinfo=TZ) if start.tzinfo is None else start.astimezone(TZ)


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise ClockRefused(f"{name} is no number: {text!r}") from error
    if not 0 <= number < float("inf"):
        raise ClockRefused(f"{name} must be 0 or more: {text!r}")
    return number


def simulation_of(environment: Mapping[str, str]) -> Simulation | None:
    """Read a simulation from an environment; None means the real clock.

    Raises ClockRefused on a malformed value, and on any simulation when YUEBAN_ENV is production.
    """
    start = environment.get("YUEBAN_CLOCK", "")
    if not start:
        return None
    if environment.get("YUEBAN_ENV") == "production":
        raise ClockRefused("YUEBAN_CLOCK is refused in production")
    rate = _number("YUEBAN_CLOCK_RATE", environment.get("YUEBAN_CLOCK_RATE") or "1")
    anchor = environment.get("YUEBAN_CLOCK_ANCHOR", "")
    return Simulation(_instant(start), rate, _number("YUEBAN_CLOCK_ANCHOR", anchor) if anchor else _tick())


class _State:
    """What this process was told; read once, because `now` is on every hot path."""

    simulation: Simulation | None = simulation_of(os.environ)


def simulate(simulation: Simulation | None) -> Simulation | None:
    """Set this process's clock (None: real) and give what it was; for tests and the supervisor."""
    before, _State.simulation = _State.simulation, simulation
    return before


def frozen(instant: datetime) -> Simulation:
    """Make a clock that stands still at an instant."""
    return Simulation(instant.astimezone(TZ), 0.0, _tick())


def now() -> datetime:
    """Give the present instant, aware, in Asia/Shanghai."""
    simulation = _State.simulation
    if simulation is None:
        return datetime.now(TZ)
    return simulation.at_tick(_tick())


def today() -> date:
    """Give the present day in Asia/Shanghai."""
    return now().date()


def simulated() -> bool:
    """Tell whether this process runs on a simulated clock."""
    return _State.simulation is not None


def anchor_environment() -> dict[str, str]:
    """Give the variables that make a child process read this very clock; empty for the real one."""
    simulation = _State.simulation
    if simulation is None:
        return {}
    return {
        "YUEBAN_CLOCK": simulation.start.isoformat(),
        "YUEBAN_CLOCK_RATE": repr(simulation.rate),
        "YUEBAN_CLOCK_ANCHOR": repr(simulation.anchor),
    }


def real_seconds(span: timedelta) -> float:
    """Give how many real seconds a span of this clock lasts (infinite while it stands still)."""
    simulation = _State.simulation
    rate = 1.0 if simulation is None else simulation.rate
    return span.total_seconds() / rate if rate else float("inf")

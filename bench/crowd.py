"""Many clients at once: one process each, all starting together."""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.stack import NotMeasured

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Barrier

FORK = multiprocessing.get_context("fork")
_PATIENCE = 120


@dataclass
class Tally:
    """What clients saw: answers by status, the first answer, and when they began and ended (machine ticks).

    `waits` are the milliseconds of those requests that a scene times one by one.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    sample: bytes = b""
    waits: list[float] = field(default_factory=list)
    begun: float = float("inf")
    ended: float = 0.0

    def note(self, status: int, body: bytes) -> None:
        """Count one answer; the last one that is no success is kept to be shown."""
        self.statuses[status] += 1
        if not self.sample or status >= 400:  # noqa: PLR2004
            self.sample = body

    def done(self, status: int) -> int:
        """How many answers had this status."""
        return self.statuses[status]

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        return max(self.ended - self.begun, 1e-9)

    def only(self, *expected: int) -> None:
        """Refuse to measure anything else."""
        if strange := {status: n for status, n in self.statuses.items() if status not in expected}:
            raise NotMeasured(f"Answers that were not expected: {strange}, such as {self.sample[:600]!r}")


def rush(clients: int, act: Callable[[int, Tally], None]) -> Tally:
    """Let `act(n, tally)` run in so many processes that start together, and add up what they saw."""
    barrier, answers = FORK.Barrier(clients), FORK.SimpleQueue()
    crowd = [FORK.Process(target=_one, args=(act, n, barrier, answers), daemon=True) for n in range(clients)]
    for each in crowd:
        each.start()
    tallies = [answers.get() for _ in crowd]
    for each in crowd:
        each.join(_PATIENCE)
    for each in tallies:
        if isinstance(each, str):
            raise NotMeasured(f"A client failed:\n{each}")
    return together(tallies)


def together(tallies: list[Tally]) -> Tally:
    """The sum of several."""
    whole = Tally(begun=min(t.begun for t in tallies), ended=max(t.ended for t in tallies))
    for each in tallies:
        whole.statuses.update(each.statuses)
        whole.waits += each.waits
        failed = any(status >= 400 for status in each.statuses)  # noqa: PLR2004
        whole.sample = each.sample if failed or not whole.sample else whole.sample
    return whole


def _one(act: Callable[[int, Tally], None], n: int, barrier: Barrier, answers: SimpleQueue[Tally | str]) -> None:
    tally = Tally()
    try:
        barrier.wait(_PATIENCE)
        tally.begun = time.monotonic()
        act(n, tally)
        tally.ended = time.monotonic()
        answers.put(tally)
    except BaseException:  # noqa: BLE001  told to the one who measures
        answers.put(traceback.format_exc())

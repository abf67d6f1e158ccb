"""Many real processes at the same instant, for the race tests."""

from __future__ import annotations

import multiprocessing
import traceback
from contextlib import closing
from typing import TYPE_CHECKING, Any

from django.db import connection, connections

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Barrier

FORK = multiprocessing.get_context("fork")
_PATIENCE = 60


class Crashed(AssertionError):
    """A process of the crowd raised what nobody expected; the text is its traceback."""


def rush(processes: int, act: Callable[[int], Any]) -> list[Any]:
    """Run `act(n)` in `processes` processes that start together, and give what each returned, in order.

    Every process has its own connection. An exception in one of them fails the test with its traceback.
    """
    connections.close_all()
    barrier, answers = FORK.Barrier(processes), FORK.SimpleQueue()
    crowd = [FORK.Process(target=_one, args=(act, n, barrier, answers)) for n in range(processes)]
    for process in crowd:
        process.start()
    told = dict(answers.get() for _ in crowd)
    for process in crowd:
        process.join(_PATIENCE)
    crashed = [answer for answer in told.values() if isinstance(answer, _Traceback)]
    if crashed:
        raise Crashed(f"{len(crashed)} of {processes} crashed, one of them:\n{crashed[0]}")
    return [told[n] for n in range(processes)]


class _Traceback(str):
    __slots__ = ()


def _one(act: Callable[[int], Any], n: int, barrier: Barrier, answers: SimpleQueue[Any]) -> None:
    connections.close_all()
    with closing(connection):
        connection.ensure_connection()
        try:
            barrier.wait(_PATIENCE)
            answers.put((n, act(n)))
        except BaseException:  # noqa: BLE001 - told to the test, which fails with it
            answers.put((n, _Traceback(traceback.format_exc())))

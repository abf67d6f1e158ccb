"""Beside 16 writers a reader of the feed misses nothing."""

import multiprocessing
import time
from contextlib import closing
from datetime import datetime
from multiprocessing.context import ForkProcess

import pytest
from django.db import connection, connections, transaction

from yueban.domain.audit import operations, queries
from yueban.kernel.clock import TZ

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)
WRITERS, EACH = 16, 100
FORK = multiprocessing.get_context("fork")


def write(writer: int) -> None:
    """Write in transactions that stay open for different times, so that ids commit out of order."""
    connections.close_all()
    with closing(connection):
        for number in range(EACH):
            with transaction.atomic():
                operations.record(kind="race", by=f"channel:{writer}", at=NOW, data={"n": number})
                time.sleep((writer * 7 + number * 3) % 5 / 1_000)


def start(target: object, *args: object) -> ForkProcess:
    process = FORK.Process(target=target, args=args)  # type: ignore[arg-type]
    process.start()
    return process


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_n3_1_a_reader_of_the_feed_beside_16_writers_misses_none() -> None:
    connections.close_all()
    writers = [start(write, number) for number in range(WRITERS)]
    seen: list[int] = []
    told: set[tuple[str, int]] = set()
    while len(told) < WRITERS * EACH:
        alive = any(writer.is_alive() for writer in writers)
        operations.sequence()
        batch = queries.after(seen[-1] if seen else 0, limit=50)
        seen.extend(event.position or 0 for event in batch)
        told.update((event.by, event.data["n"]) for event in batch)
        if not alive and not batch:
            break
    for writer in writers:
        writer.join()
    assert seen == list(range(1, WRITERS * EACH + 1))
    assert len(told) == WRITERS * EACH


def sequence_until_quiet(deadline: float) -> None:
    connections.close_all()
    with closing(connection):
        while time.monotonic() < deadline:
            operations.sequence()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_several_sequencers_give_each_event_one_position_without_gaps() -> None:
    connections.close_all()
    deadline = time.monotonic() + 3
    processes = [start(sequence_until_quiet, deadline) for _ in range(4)]
    processes += [start(write, number) for number in range(4)]
    for process in processes:
        process.join()
    operations.sequence()
    assert [process.exitcode for process in processes] == [0] * 8
    assert [event.position for event in queries.after(0, limit=1_000)] == list(range(1, 4 * EACH + 1))

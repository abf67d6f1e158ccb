"""Worker and events say in the database that they live; `readyz` reads it. Real time, not the simulated clock."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import structlog
from django.db import DatabaseError, close_old_connections, connection

SECONDS = 3
IMPATIENT_SECONDS = 0.1
LATE_SECONDS = 15

_SAY = """
INSERT INTO people_heartbeat (name, at) VALUES (%s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET at = excluded.at
"""
_HEARD = "SELECT name FROM people_heartbeat WHERE at > clock_timestamp() - make_interval(secs => %s)"

_log = structlog.get_logger(__name__)


def say(name: str) -> None:
    """Write that the process of this name lives now."""
    close_old_connections()
    with connection.cursor() as cursor:
        cursor.execute(_SAY, [name])


def silence(name: str) -> None:
    """Take it back: the process ends in good order."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_heartbeat WHERE name = %s", [name])


def heard() -> set[str]:
    """The processes that said so lately."""
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, [LATE_SECONDS])
        return {name for (name,) in cursor.fetchall()}


async def _keep_saying(name: str, healthy: Callable[[], bool]) -> None:
    while True:
        well = False
        try:
            if well := healthy():
                await asyncio.to_thread(say, name)
        except DatabaseError as error:
            _log.warning("The heartbeat could not be written", error=str(error))
        await asyncio.sleep(SECONDS if well else IMPATIENT_SECONDS)


@contextlib.asynccontextmanager
async def beating(name: str, *, healthy: Callable[[], bool] = lambda: True) -> AsyncIterator[None]:
    """Say so every few seconds while the block runs and the process is healthy."""
    task = asyncio.create_task(_keep_saying(name, healthy))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, DatabaseError):
            await task

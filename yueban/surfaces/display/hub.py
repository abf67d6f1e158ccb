"""One listening connection a process, many screens: the thread that reads the feed and the queues it fills."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

import psycopg
import structlog
from django.db import DatabaseError, close_old_connections, connection

from yueban.domain.audit import operations as audit_operations
from yueban.domain.audit import queries as audit
from yueban.domain.queueing.rules import CHANNEL
from yueban.kernel import wall

if TYPE_CHECKING:
    from collections.abc import Callable

    from yueban.domain.audit.rules import Recorded

T = TypeVar("T")

KINDS: Final = tuple(
    [f"ticket.{what}" for what in ("issued", "called", "recalled", "accepted", "finished", "missed")]
    + [f"ticket.{what}" for what in ("parked", "resumed", "transferred", "voided", "closed")]
    + [f"ticket.{what}" for what in ("continued", "restored", "prioritised", "postponed")]
    + [f"counter.{mode}" for mode in ("open", "paused", "closed")]
)
PUBLIC: Final = ("label", "queue", "counter", "area", "booked", "times")
"""The fields of an event that a hall may hear; whatever else an event carries stays here."""

WAIT: Final = 1.0
BATCH: Final = 1000
BACKLOG: Final = 256
STALE: Final = 10.0

_log = structlog.get_logger("yueban.events")


def encode(event: Recorded) -> bytes:
    """One event as the block that every client of the centre gets."""
    data = {"kind": event.kind, "at": event.at.astimezone(wall.TZ).isoformat(), "ticket": event.ticket_id}
    data |= {name: event.data[name] for name in PUBLIC if name in event.data}
    return f"id: {event.position}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _fresh(query: Callable[[], T]) -> Callable[[], T]:
    def run() -> T:
        close_old_connections()
        return query()

    return run


class Client:
    """One open stream. It is cut when it is too slow: at most BACKLOG blocks wait for it."""

    def __init__(self, centre_id: int, joined_at: int) -> None:
        """Begin after the position that the hub has reached."""
        self.centre_id, self.joined_at = centre_id, joined_at
        self.ended = False
        self._waiting: list[tuple[int, bytes]] = []
        self._woken = asyncio.Event()

    def offer(self, position: int, block: bytes) -> None:
        """Queue a block (position 0: not of the feed), or cut a client that does not keep up."""
        if len(self._waiting) >= BACKLOG:
            self.cut()
        else:
            self._waiting.append((position, block))
            self._woken.set()

    def cut(self) -> None:
        """End the stream soon; the screen resumes by itself."""
        self.ended = True
        self._woken.set()

    async def take(self) -> list[tuple[int, bytes]]:
        """Everything that waits, once something does; whoever falls behind catches up in one write."""
        await self._woken.wait()
        self._woken.clear()
        taken, self._waiting = self._waiting, []
        return taken


class Hub:
    """Reads the feed in a thread of its own and hands each event to the clients of its centre."""

    def __init__(self) -> None:
        """Nothing runs before `start`."""
        self._clients: defaultdict[int, set[Client]] = defaultdict(set)
        self._position = -1
        self._read_at = float("-inf")
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reader: ThreadPoolExecutor | None = None

    @property
    def fresh(self) -> bool:
        """Whether the feed was read lately."""
        return time.monotonic() - self._read_at < STALE

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read."""
        self._loop = loop
        self._stopping.clear()
        self._reader = ThreadPoolExecutor(1, "reader")
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Stop reading and end every stream."""
        self._stopping.set()
        self.end_streams()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, WAIT + 1)
        if self._reader is not None:
            await self.read(lambda: connection.close())  # noqa: PLW0108 - the proxy must be asked in that thread
            self._reader.shutdown(wait=False)

    async def read(self, query: Callable[[], T]) -> T:
        """Run a query on the one thread that reads for streams that open: one connection, whoever comes back at once.

        Raises DatabaseError where the database cannot be asked.
        """
        return await asyncio.get_running_loop().run_in_executor(self._reader, _fresh(query))

    def end_streams(self) -> None:
        """End every stream; the screens come back to whoever serves next."""
        for client in self._everybody():
            client.cut()

    def beat(self, block: bytes) -> None:
        """Send a sign of life to every stream."""
        for client in self._everybody():
            client.offer(0, block)

    def _everybody(self) -> list[Client]:
        return [client for group in self._clients.values() for client in group]

    def join(self, centre_id: int) -> Client:
        """A new stream of a centre; from now on it misses nothing."""
        client = Client(centre_id, self._position)
        self._clients[centre_id].add(client)
        return client

    def leave(self, client: Client) -> None:
        """A stream has ended."""
        self._clients[client.centre_id].discard(client)

    def _run(self) -> None:
        pause = WAIT
        while not self._stopping.is_set():
            try:
                self._listen()
                pause = WAIT
            except (DatabaseError, psycopg.Error, OSError) as error:
                _log.warning("The feed cannot be read; trying again", error=type(error).__name__, pause=pause)
                connection.close()
                self._stopping.wait(pause)
                pause = min(2 * pause, 8 * WAIT)
        connection.close()

    def _listen(self) -> None:
        """LISTEN first, then read: what commits in between wakes us."""
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        if self._position < 0:  # the first time; after a lost connection it goes on where it was
            audit_operations.sequence()
            self._position = audit.last_position()
        while not self._stopping.is_set():
            self._read()
            for _ in connection.connection.notifies(timeout=WAIT, stop_after=1):
                pass

    def _read(self) -> None:
        """Give new events their position and hand them over."""
        audit_operations.sequence()
        while True:
            events = audit.after(self._position, limit=BATCH, kinds=KINDS)
            if events:
                self._hand_over([(e.position or 0, e.centre_id or 0, encode(e)) for e in events])
            if len(events) < BATCH:
                self._read_at = time.monotonic()
                return

    def _hand_over(self, blocks: list[tuple[int, int, bytes]]) -> None:
        self._position = blocks[-1][0]
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._publish, blocks)

    def _publish(self, blocks: list[tuple[int, int, bytes]]) -> None:
        for position, centre_id, block in blocks:
            for client in self._clients[centre_id]:
                client.offer(position, block)

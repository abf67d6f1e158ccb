"""The window screens of every hall, kept up to date by a thread of the worker: no call ever waits for a screen.

It is woken by the calls that commit, reads what is true now, and hands each screen that shows something else to a
thread of its own; a dead one is tried again ever more rarely and holds nobody up. What a screen was sent is kept in its
row, so that after a crash it goes on there. Of several workers one sends.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue

import psycopg
import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from yueban.domain.audit import operations as audit_operations
from yueban.domain.audit import queries as audit
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.queries import ScreenView
from yueban.domain.queueing.rules import CHANNEL
from yueban.domain.queueing.screens import Driver, Unreachable, drivers, is_repeat
from yueban.kernel import clock

LOCK = 7_284_190_021
CALLS = ("ticket.called", "ticket.recalled")
WAIT = 1.0
IDLE_WAIT = 5.0
BUSY_WAIT = 0.05
TIMEOUT = 2.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
THREADS = 32
REPLAY = 2_000
"""Of the calls before a restart only so many are looked at: a screen shows what is true now, not what was."""

_log = structlog.get_logger("yueban.screens")


@dataclass
class Line:
    """What we know about one screen between two rounds; instants are monotonic."""

    sending: Future[None] | None = None
    failures: int = 0
    due: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What became of one sending; `error` is empty when the screen took it."""

    screen: ScreenView
    position: int
    error: str


class Keeper:
    """Sends what has changed, round by round; `run` is the loop of its thread."""

    def __init__(self, ways: Mapping[str, Driver], *, now: Callable[[], datetime]) -> None:
        """Nothing is read or sent before the first round."""
        self._ways, self._now = ways, now
        self._lines: dict[int, Line] = {}
        self._outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self._pool = ThreadPoolExecutor(THREADS, "screen")
        self._read_to = -1
        self._called: dict[tuple[int, int], int] = {}
        self.stopping = threading.Event()

    # ---- one round --------------------------------------------------------------------------------------------------

    def round(self) -> int:
        """Note what came back and send what is due; how many screens there are."""
        self._note()
        screens = queries.screens()
        if screens:
            self._read_calls(min(screen.position for screen in screens))
        for screen in screens:
            self._consider(screen)
        for gone in self._lines.keys() - {screen.id for screen in screens}:
            del self._lines[gone]
        return len(screens)

    @property
    def busy(self) -> bool:
        """Whether a screen is being sent to."""
        return any(line.sending is not None for line in self._lines.values())

    def _read_calls(self, oldest: int) -> None:
        """Remember the newest call of each counter: it is shown again even where the text is the same (recall)."""
        audit_operations.sequence()
        if self._read_to < 0:
            self._read_to = max(oldest, audit.last_position() - REPLAY)
        while events := audit.after(self._read_to, limit=REPLAY, kinds=CALLS):
            self._called |= {(e.centre_id or 0, e.data["counter"]): e.position or 0 for e in events}
            self._read_to = events[-1].position or 0

    def _consider(self, screen: ScreenView) -> None:
        line = self._lines.setdefault(screen.id, Line())
        position = max(self._called.get((screen.centre_id, screen.counter), 0), screen.position)
        if line.sending is not None or time.monotonic() < line.due:
            return
        if screen.text == screen.shown and position == screen.position:
            return
        if is_repeat(screen.shown, screen.shown_at, screen.text, now=self._now()):
            operations.note_dropped(screen, position=position)
            return
        line.sending = self._pool.submit(self._send, screen, position)

    def _send(self, screen: ScreenView, position: int) -> None:
        """In a thread of the pool, without the database."""
        try:
            self._ways[screen.driver].send(screen.target, screen.message, timeout=TIMEOUT)
            self._outcomes.put(Outcome(screen, position, ""))
        except Unreachable as error:
            self._outcomes.put(Outcome(screen, position, str(error) or "unreachable"))
        except Exception as error:  # noqa: BLE001  a screen that breaks its driver must not stop the others
            self._outcomes.put(Outcome(screen, position, type(error).__name__))

    def _note(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._note_one(self._outcomes.get_nowait())

    def _note_one(self, outcome: Outcome) -> None:
        line = self._lines.setdefault(outcome.screen.id, Line())
        line.sending = None
        if not outcome.error:
            line.failures, line.due = 0, 0.0
            operations.note_shown(outcome.screen, position=outcome.position, now=self._now())
            return
        line.failures += 1
        line.due = time.monotonic() + min(FIRST_PAUSE * 2 ** (line.failures - 1), LONGEST_PAUSE)
        operations.note_failed(outcome.screen, error=outcome.error, now=self._now())

    # ---- the loop ---------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Keep the screens until `stopping`; without any nothing is held open."""
        try:
            while not self.stopping.is_set():
                self._keep_trying()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)
            for way in self._ways.values():
                way.close()
            connection.close()

    def _keep_trying(self) -> None:
        try:
            if queries.screens() and self._leads():
                self._watch()
            connection.close()
            self.stopping.wait(IDLE_WAIT)
        except (DatabaseError, psycopg.Error, OSError) as error:
            _log.warning("The screens cannot be read; trying again", error=type(error).__name__)
            connection.close()
            self.stopping.wait(WAIT)

    def _leads(self) -> bool:
        """Whether this session may send; another worker does until it ends."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            return bool(cursor.fetchone()[0])

    def _watch(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        while not self.stopping.is_set() and self.round():
            for _ in connection.connection.notifies(timeout=BUSY_WAIT if self.busy else WAIT, stop_after=1):
                pass


@contextlib.asynccontextmanager
async def kept() -> AsyncIterator[None]:
    """Keep the screens while the block runs."""
    ways = drivers(mqtt_user=settings.MQTT_USER, mqtt_password=settings.MQTT_PASSWORD)
    keeper = Keeper(ways, now=clock.now)
    thread = threading.Thread(target=keeper.run, name="screens", daemon=True)
    thread.start()
    try:
        yield
    finally:
        keeper.stopping.set()
        await asyncio.to_thread(thread.join, TIMEOUT + WAIT + 1)

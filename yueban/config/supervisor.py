"""The process that an operator starts: it keeps the database, the web, the events and the worker.

It has loaded all of Django and forks its children, so that they share its memory and start at once. A child that
crashes is started again after a pause that grows, and that is said; SIGINT and SIGTERM end all in good order, a second
one at once; and the kernel ends the children when the supervisor is killed.
"""

import gc
import http.client
import importlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

import structlog
from django.db import connections
from django.urls import get_resolver

from yueban.config import database
from yueban.config.processes import die_with_parent, environment_of, name_process

PROCESSES = ("web", "events", "worker")
CROWD = "crowd"
"""The process that only a demonstration has."""
STOP_SECONDS = 12
TICK = 0.1
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60

_log = structlog.get_logger("yueban.supervisor")


@dataclass
class Child:
    """One supervised process: how often it failed in a row, and when it may start (again)."""

    name: str
    pid: int | None = None
    status: int = 0
    failures: int = 0
    started: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        """Fork it."""
        supervisor = os.getpid()
        self.started = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            become(self.name, supervisor)

    def alive(self) -> bool:
        """Whether it runs; notes its exit status when it does not."""
        if self.pid is None:
            return False
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.pid, self.status = None, os.waitstatus_to_exitcode(status)
        return self.pid is not None

    def crashed(self) -> None:
        """Say that it ended by itself, and when it is tried again."""
        lasted = time.monotonic() - self.started
        self.failures = 1 if lasted > STEADY_SECONDS else self.failures + 1
        pause = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self.due = time.monotonic() + pause
        _log.error(f"{self.name} {how_it_ended(self.status)}; starting it again in {pause:g} s")

    def signal(self, number: int) -> None:
        """Tell it, and with SIGKILL everybody whom it started."""
        if self.alive() and self.pid is not None:
            target = os.killpg if number == signal.SIGKILL else os.kill
            target(self.pid, number)


def become(name: str, supervisor: int) -> NoReturn:
    """In the child: be this process, in a session of its own (Ctrl-C in the terminal reaches only the supervisor)."""
    status = 1
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        os.environ.update(environment_of(name, supervisor))
        name_process(f"yueban-{name}")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        die_with_parent(signal.SIGTERM)
        if os.getppid() == supervisor:
            importlib.import_module(f"yueban.config.{name}").main()
        status = 0
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001  whatever it is, it must not run on as a second supervisor
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def how_it_ended(status: int) -> str:
    """An exit status in words."""
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended by itself with status {status}"


@dataclass
class Supervisor:
    """Keeps the children of one data folder until it is told to stop; says `welcome` when all is ready."""

    data: Path
    welcome: str = "Ready."
    children: list[Child] = field(default_factory=lambda: [Child(name) for name in PROCESSES])
    stopping: int = 0

    def run(self) -> None:
        """Supervise until a signal; every child has ended when this returns."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        load()
        ready = self._until_ready()
        while not self.stopping:
            self._keep()
            next(ready, None)
            time.sleep(TICK)
        self.stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping += 1
        if self.stopping > 1:
            self._everybody(signal.SIGKILL)

    def _keep(self) -> None:
        """Start what is due; the database first, because the others cannot live without it."""
        if not os.environ.get("DATABASE_URL") and not database.guarded(self.data):
            self._restart_database()
            return
        for child in self.children:
            if child.pid is not None and not child.alive():
                child.crashed()
            elif child.pid is None and time.monotonic() >= child.due:
                child.start()

    def _restart_database(self) -> None:
        _log.error("The embedded database ended; starting it again")
        try:
            database.ensure_running(self.data)
        except database.DatabaseProblem as problem:
            _log.error(str(problem))
            time.sleep(FIRST_PAUSE * 4)

    def _until_ready(self) -> Iterator[None]:
        """Ask `readyz` at each tick until it says yes, then say where everything is."""
        address = os.environ.get("YUEBAN_HOST", "127.0.0.1"), int(os.environ.get("YUEBAN_PORT", "8000"))
        while not answers_ok(*address):
            yield
        sys.stderr.write(self.welcome + "\n")
        sys.stderr.flush()

    def stop(self) -> None:
        """End the children in good order; whoever takes too long is killed."""
        _log.info("Stopping")
        self._everybody(signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while any(child.alive() for child in self.children) and time.monotonic() < until:
            time.sleep(TICK / 2)
        self._everybody(signal.SIGKILL)
        while any(child.alive() for child in self.children):
            time.sleep(TICK / 2)
        _log.info("Stopped")

    def _everybody(self, number: int) -> None:
        for child in self.children:
            child.signal(number)


def answers_ok(host: str, port: int) -> bool:
    """Whether `readyz` of the web process answers 200."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound
    connection = http.client.HTTPConnection(reachable, port, timeout=2)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def load() -> None:
    """Load all that a request needs, URLs and views included: the children share it, and no first visitor waits."""
    import yueban.config.wsgi  # noqa: F401

    _ = get_resolver().url_patterns
    connections.close_all()  # a session must not be shared
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every shared page

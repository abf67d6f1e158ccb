"""The one process that an operator starts: it keeps the database, the web, the events and the worker.

It imports no Django, so it is small. `yueban run` prepares the database and then becomes this program. A child that
crashes is started again after a pause that grows, and that is said; SIGINT and SIGTERM end all in good order, a second
one at once; and the kernel ends the children when the supervisor is killed.
"""

import functools
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

from yueban.config import database, logs
from yueban.config.environment import data_folder
from yueban.config.processes import die_with_parent, environment_of

PROCESSES = ("web", "events", "worker")
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
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C in the terminal reaches only the supervisor."""
        command = [sys.executable, "-m", f"yueban.config.{self.name}"]
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  our own modules
            command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            start_new_session=True,
            env=os.environ | environment_of(self.name),
            preexec_fn=functools.partial(die_with_parent, signal.SIGTERM),  # noqa: PLW1509  one prctl, no threads here
        )

    def crashed(self) -> bool:
        """Note that it ended by itself, and when to try again."""
        if self.process is None or self.process.poll() is None:
            return False
        lasted = time.monotonic() - self.started
        self.failures = 1 if lasted > STEADY_SECONDS else self.failures + 1
        pause = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self.due = time.monotonic() + pause
        _log.error(f"{self.name} {how_it_ended(self.process.returncode)}; starting it again in {pause:g} s")
        self.process = None
        return True

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """Tell it, and with SIGKILL everybody whom it started."""
        if self.process is not None and self.alive():
            target = os.killpg if number == signal.SIGKILL else os.kill
            target(self.process.pid, number)


def how_it_ended(status: int) -> str:
    """An exit status in words."""
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended by itself with status {status}"


@dataclass
class Supervisor:
    """Keeps the children of one data folder until it is told to stop."""

    data: Path
    children: list[Child] = field(default_factory=lambda: [Child(name) for name in PROCESSES])
    stopping: int = 0

    def run(self) -> None:
        """Supervise until a signal; every child has ended when this returns."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
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
        for child in self.children:
            if child.process is not None:
                child.crashed()
            elif time.monotonic() >= child.due:
                child.start()

    def _restart_database(self) -> None:
        _log.error("The embedded database ended; starting it again")
        try:
            database.ensure_running(self.data)
        except database.DatabaseProblem as problem:
            _log.error(str(problem))

    def _until_ready(self) -> Iterator[None]:
        """Ask `readyz` at each tick until it says yes, then say where everything is."""
        address = os.environ.get("YUEBAN_HOST", "127.0.0.1"), int(os.environ.get("YUEBAN_PORT", "8000"))
        while not answers_ok(*address):
            yield
        sys.stderr.write(os.environ.get("YUEBAN_WELCOME", "Ready.") + "\n")
        sys.stderr.flush()

    def stop(self) -> None:
        """End the children in good order; whoever takes too long is killed."""
        _log.info("Stopping")
        self._everybody(signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while any(child.alive() for child in self.children) and time.monotonic() < until:
            time.sleep(TICK / 2)
        self._everybody(signal.SIGKILL)
        for child in self.children:
            if child.process is not None:
                child.process.wait()
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


def main() -> None:
    """Supervise the stack; the lock on the database was taken by `yueban run` and is inherited (or taken here)."""
    logs.configure(logs.kind_of(os.environ), os.environ.get("YUEBAN_LOG_LEVEL", "INFO"))
    os.environ["YUEBAN_PROCESS"] = "supervisor"
    data = data_folder()
    with database.database(data):
        release_inherited()
        Supervisor(data).run()


def release_inherited() -> None:
    """Close the lock that kept the database up while `yueban run` became this program; we hold our own now."""
    if inherited := os.environ.pop("YUEBAN_HELD", ""):
        os.close(int(inherited))


if __name__ == "__main__":
    main()

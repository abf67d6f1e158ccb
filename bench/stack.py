"""The real stack in a data folder of its own: started by `yueban run`, measured, and stopped again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psycopg

from bench import meter
from bench.wire import Http, Lost, get
from yueban.config.environment import socket_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120.0
OTHERS = ("yueban-worker", "yueban-events", "yueban-bench")


class NotMeasured(Exception):
    """The measurement itself failed; says why."""


@dataclass(frozen=True)
class Opening:
    """Seconds from the command to the first page, and to the whole stack being ready."""

    page: float
    ready: float


@dataclass
class Stack:
    """`clock` is the instant at which its simulated clock starts (ticking with real time)."""

    clock: str
    data: Path = field(default_factory=Path)
    web: int = 0
    events: int = 0
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Take a folder and two free ports; nothing runs yet."""
        (ROOT / ".run").mkdir(exist_ok=True)
        self.data = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / ".run"))
        self.web, self.events = free_ports(2)
        self.environment = self._environment()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop what runs and remove the folder."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(socket_folder(self.data), ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        ours = ("YUEBAN_", "PG", "DATABASE_URL", "DJANGO_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {
            "YUEBAN_DATA": str(self.data),
            "YUEBAN_PORT": str(self.web),
            "YUEBAN_EVENTS_PORT": str(self.events),
            "YUEBAN_CLOCK": self.clock,
            # One anchor for all starts: events carry instants of this clock, and we read the same one.
            "YUEBAN_CLOCK_ANCHOR": repr(time.clock_gettime(time.CLOCK_BOOTTIME)),
            "YUEBAN_CHANNEL_RATE": "1000000",
            "YUEBAN_LOG_LEVEL": "WARNING",
            "YUEBAN_SMS_GATEWAY": "file",
        }

    # ---- its life -----------------------------------------------------------------------------------

    def start(self) -> Opening:
        """Run it and wait until it is ready."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [program(), "run"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=ROOT,
                start_new_session=True,
            )
        page = self._until("/", begun)
        return Opening(page, self._until("/readyz", begun))

    def _until(self, path: str, begun: float) -> float:
        """Ask until it is answered by 200; seconds since `begun`."""
        while time.monotonic() - begun < PATIENCE:
            if self.process is None or self.process.poll() is not None:
                raise NotMeasured(f"The stack ended by itself:\n{self.last_words()}")
            with contextlib.suppress(OSError, Lost), Http(self.web, timeout=10) as http:
                if http.call(get(path))[0] == 200:  # noqa: PLR2004
                    return time.monotonic() - begun
            time.sleep(0.02)
        raise NotMeasured(f"{path} did not answer 200 within {PATIENCE:g} s:\n{self.last_words()}")

    def stop(self) -> None:
        """End it in good order, and by force when that takes too long; wait until the database is down too."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        until = time.monotonic() + 30
        while (self.data / "postgres" / "postmaster.pid").exists() and time.monotonic() < until:
            time.sleep(0.05)

    @property
    def log(self) -> Path:
        """What the stack says."""
        return self.data / "stack.log"

    def last_words(self) -> str:
        """The end of it."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:]) if self.log.exists() else ""

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `yueban` beside the stack, in its data folder."""
        return subprocess.run(
            [program(), *words], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )

    def secret(self, *words: str) -> str:
        """The last line of stdout of a command that must succeed."""
        done = self.command(*words)
        if done.returncode:
            raise NotMeasured(f"yueban {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip().splitlines()[-1]

    # ---- its database -------------------------------------------------------------------------------

    @property
    def database_folder(self) -> str:
        """Where the socket of its database is."""
        return str(socket_folder(self.data))

    @contextlib.contextmanager
    def database(self) -> Iterator[psycopg.Connection]:
        """A session on its database."""
        address = f"host={self.database_folder} user=postgres dbname=yueban application_name=yueban-bench"
        with psycopg.connect(address, autocommit=True) as connection:
            yield connection

    # ---- what it costs ------------------------------------------------------------------------------

    def cost(self) -> meter.Cost:
        """CPU seconds spent until now."""
        known = meter.processes()
        groups = self._groups(known)
        server = meter.seconds(groups["database"], known)
        others = meter.seconds(self._sessions_of_others(), known)
        aside = meter.seconds(groups["aside"], known)
        return meter.Cost(meter.seconds(groups["web"], known), server - others, aside + others)

    def _groups(self, known: dict[int, meter.Process]) -> dict[str, list[int]]:
        """Its processes: web, the database, and what is neither."""
        assert self.process is not None
        everybody = set(meter.family(self.process.pid, known)) | set(meter.family(self._postmaster(), known))
        database = set(meter.family(self._postmaster(), known))
        roots = [pid for pid in everybody - database if meter.name_of(pid) == "yueban-web"]
        web = {pid for root in roots for pid in meter.family(root, known)}
        return {"web": list(web), "database": list(database), "aside": list(everybody - database - web)}

    def _postmaster(self) -> int:
        return int((self.data / "postgres" / "postmaster.pid").read_text().split()[0])

    def _sessions_of_others(self) -> list[int]:
        with self.database() as connection:
            asked = "SELECT pid FROM pg_stat_activity WHERE application_name = ANY(%s)"
            return [pid for (pid,) in connection.execute(asked, [list(OTHERS)]).fetchall()]

    def spent(self, part: str) -> float:
        """CPU seconds of one process of the stack until now: `events`, `worker`."""
        known = meter.processes()
        assert self.process is not None
        return meter.seconds(
            (p for p in meter.family(self.process.pid, known) if meter.name_of(p) == f"yueban-{part}"), known
        )

    def memory(self) -> dict[str, float]:
        """MB of each part: proportional set sizes, so their sum is what the machine has to give."""
        groups = self._groups(meter.processes())
        parts = {"web": meter.memory(groups["web"]), "database": meter.memory(groups["database"])}
        for pid in groups["aside"]:
            name = meter.name_of(pid).removeprefix("yueban-")
            name = name if name in {"events", "worker"} else "supervisor"
            parts[name] = parts.get(name, 0.0) + meter.memory([pid])
        return parts

    # ---- the worker ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def worker_paused(self) -> Iterator[None]:
        """Stop the worker while the block runs, in a moment when it has no transaction open."""
        known = meter.processes()
        assert self.process is not None
        workers = [p for p in meter.family(self.process.pid, known) if meter.name_of(p) == "yueban-worker"]
        try:
            self._pause(workers)
            yield
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGCONT)

    def _pause(self, workers: list[int]) -> None:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'yueban-worker' AND state <> 'idle'"
        with self.database() as connection:
            for _ in range(200):
                for pid in workers:
                    os.kill(pid, signal.SIGSTOP)
                time.sleep(0.02)
                row = connection.execute(asked).fetchone()
                if row is not None and row[0] == 0:
                    return
                for pid in workers:
                    os.kill(pid, signal.SIGCONT)
                time.sleep(0.05)
        raise NotMeasured("The worker never rested")


def program() -> str:
    """The installed command, beside our own interpreter."""
    return str(Path(sys.executable).with_name("yueban"))


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody uses now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]

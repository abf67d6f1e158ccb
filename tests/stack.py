"""The real stack for tests: `yueban run` as a program, on free ports, with a data folder of its own."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMAND = str(Path(sys.executable).with_name("yueban"))
MORNING = "2026-11-27T08:40:00+08:00"
"""A working Friday, before the halls open."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(holds: Callable[[], bool], seconds: float = 30, *, otherwise: Callable[[], str] = str) -> None:
    """Wait until it holds; fail with the sentence otherwise."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, otherwise() or "it never came true"
        time.sleep(0.05)


@dataclass
class Stack:
    """A stack and how to speak to it. `start` waits for `/readyz`; `move_to` continues at another instant.

    `opens` is the command that opens it.
    """

    clock: str = MORNING
    data: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="yueban-test-")))
    port: int = field(default_factory=free_port)
    events_port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    opens: tuple[str, ...] = ("run",)
    process: subprocess.Popen[bytes] | None = None

    @property
    def web(self) -> str:
        """Where pages and API are, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def events(self) -> str:
        """Where the event stream is, without a slash at the end."""
        return f"http://127.0.0.1:{self.events_port}"

    @property
    def accounts(self) -> dict[str, dict[str, str]]:
        """The sample accounts by login: login, password, role, centre."""
        known = json.loads((self.data / "sample-accounts.json").read_text())
        return {account["login"]: account for account in known}

    @property
    def log(self) -> str:
        """Everything the stack has said."""
        return (self.data / "stack.log").read_text(errors="replace")

    def environment(self) -> dict[str, str]:
        """What the stack and its commands run under: nothing of ours leaks in but the path."""
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ
        }
        ours = {
            "YUEBAN_DATA": str(self.data),
            "YUEBAN_PORT": str(self.port),
            "YUEBAN_EVENTS_PORT": str(self.events_port),
        }
        if self.clock:
            ours["YUEBAN_CLOCK"] = self.clock
        if database := os.environ.get("YUEBAN_STACK_DATABASE_URL"):
            ours["DATABASE_URL"] = database
        return kept | ours | self.settings

    def start(self, *, wait: bool = True) -> "Stack":
        """Open it; returns when `/readyz` is 200."""
        with (self.data / "stack.log").open("ab") as log:
            self.process = subprocess.Popen(
                [COMMAND, *self.opens], env=self.environment(), stdout=log, stderr=log, cwd="/"
            )
        if wait:
            eventually(self._ready_or_gone, 120, otherwise=lambda: self.log)
            assert self.process.poll() is None, self.log
        return self

    def _ready_or_gone(self) -> bool:
        return self.ready() or (self.process is not None and self.process.poll() is not None)

    def ready(self) -> bool:
        """Whether `/readyz` says 200."""
        return self.get("/readyz")[0] == http.client.OK

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a page (None when it is none); (0, None) when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            return response.status, json.loads(body) if body[:1] in {b"{", b"["} else None
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `yueban …` beside the stack."""
        done = subprocess.run(
            [COMMAND, *arguments], env=self.environment(), check=False, capture_output=True, text=True, cwd="/"
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def secret_of(self, *arguments: str) -> str:
        """The secret that a command prints on the last line of stdout."""
        return self.command(*arguments).stdout.splitlines()[-1]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it and give its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(40)

    def move_to(self, clock: str) -> "Stack":
        """Stop, and go on with the same data at another instant."""
        self.stop()
        self.clock = clock
        return self.start()

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

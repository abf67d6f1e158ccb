"""The database of a process: the embedded server, held while it is used, or the one that `DATABASE_URL` names."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from yueban.config.environment import database_settings, socket_folder
from yueban.config.guardian import lock_file, taken
from yueban.config.terminal import Refusal

OLDEST = 15
START_SECONDS = 60


class DatabaseProblem(Refusal):
    """A sentence for the operator: why there is no usable database."""


@contextmanager
def database(data: Path, *, durable: bool = True) -> Iterator[None]:
    """Hold a usable database: start or share the embedded server of `data`, or check the one of `DATABASE_URL`."""
    if os.environ.get("DATABASE_URL"):
        check_external(data)
        yield
        return
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock_file(data, "users") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a server without users is being stopped
        ensure_running(data, durable=durable)
        yield


def ensure_running(data: Path, *, durable: bool = True) -> None:
    """Return when the embedded server of a data folder answers; the caller holds the users' lock."""
    if not guarded(data):
        spawn_guardian(data, durable=durable)
    until = time.monotonic() + START_SECONDS
    while not answers(data):
        if time.monotonic() > until:
            raise DatabaseProblem(f"The embedded database did not start in {START_SECONDS} s: see {data}/postgres.log")
        if not guarded(data):
            time.sleep(0.3)  # a guardian that just starts has not taken its lock yet
            if not guarded(data):
                raise DatabaseProblem(f"The embedded database did not start:\n{last_words(data)}")
        time.sleep(0.02)
    create_database(str(socket_folder(data)), "yueban")


def guarded(data: Path) -> bool:
    """Whether a guardian is in charge of the server of this data folder."""
    with lock_file(data, "guardian") as file:
        return taken(file)


def spawn_guardian(data: Path, *, durable: bool) -> None:
    """Start the guardian in a session of its own, so that Ctrl-C reaches it only through us."""
    command = [sys.executable, "-m", "yueban.config.guardian", str(data), *([] if durable else ["--throwaway"])]
    with (data / "guardian.log").open("wb") as log:
        guardian = subprocess.Popen(  # noqa: S603  our own module
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=_environment()
        )
    until = time.monotonic() + START_SECONDS
    while guardian.poll() is None and not guarded(data) and time.monotonic() < until:
        time.sleep(0.02)
    guardian.returncode = guardian.returncode or 0  # it may outlive us: never waited for


def _environment() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    return os.environ | {"PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])}


def answers(data: Path) -> bool:
    """Whether the embedded server takes connections."""
    try:
        psycopg.connect(_address(str(socket_folder(data))), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def connect(data: Path) -> psycopg.Connection[tuple[Any, ...]]:
    """A plain session of the embedded server's database, for tools and tests; the caller holds the server."""
    return psycopg.connect(f"host={socket_folder(data)} user=postgres dbname=yueban")


def _address(folder: str) -> str:
    return f"host={folder} user=postgres dbname=postgres"


def create_database(folder: str, name: str) -> None:
    """Create a database unless it exists; two who do so at once are both content."""
    with psycopg.connect(_address(folder), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return


def last_words(data: Path) -> str:
    """The end of what guardian and server said, for the operator."""
    said = [
        path.read_text(errors="replace") for path in (data / "guardian.log", data / "postgres.log") if path.exists()
    ]
    return "\n".join(line for text in said for line in text.strip().splitlines()[-8:])


def check_external(data: Path) -> None:
    """Refuse a server that is not there or too old, in a sentence."""
    found = database_settings(data)
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    known = {key: found[name] for key, name in names.items() if found.get(name)}
    known |= {key: value for key, value in found["OPTIONS"].items() if isinstance(value, str)}
    try:
        with psycopg.connect(make_conninfo(**known, connect_timeout=10)) as connection:
            version = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        raise DatabaseProblem(f"The database of DATABASE_URL does not answer: {str(error).strip()}") from error
    if version < OLDEST:
        raise DatabaseProblem(f"The database of DATABASE_URL is PostgreSQL {version}; Yueban needs {OLDEST} or newer.")

"""Every test runs on a real PostgreSQL: the embedded one in `.run/test`, or the one of `DATABASE_URL`.

Two runs at once share the server; `YUEBAN_TEST_SUFFIX` gives each its own database. The name also carries a digest of
the migrations, so that `--reuse-db` never reuses tables of another time.
"""

import hashlib
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling

from yueban.config.database import database
from yueban.config.environment import database_settings

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".run" / "test"
HELD = pytest.StashKey[ExitStack]()
LONG = ("tests/journeys/", "tests/races/", "tests/config/")


# Machines of the CI are slow at times: an example that takes long is no failure.
hypothesis.settings.register_profile("yueban", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("yueban")


def pytest_configure(config: pytest.Config) -> None:
    """Point the settings at the test cluster and hold its server until the run ends, however it ends."""
    os.environ["YUEBAN_DATA"] = str(DATA)
    settings.DATA = DATA
    settings.SMS_FILE_FOLDER = DATA / "outbox"
    settings.STATIC_ROOT = DATA / "static"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing one
    found = database_settings(DATA)
    known = settings.DATABASES["default"]
    known.update(found, TEST=known.get("TEST", {}) | {"NAME": database_name()})
    held = config.stash[HELD] = ExitStack()
    held.enter_context(database(DATA, durable=False))
    if not hasattr(config, "workerinput"):
        drop_outdated()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the server: it stops when no other run uses it."""
    config.stash[HELD].close()


def database_name() -> str:
    """Our own by `YUEBAN_TEST_SUFFIX`, and by what the migrations say."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "yueban").glob("**/migrations/*.py")):
        digest.update(path.read_bytes())
    return f"{prefix()}{digest.hexdigest()[:8]}"


def prefix() -> str:
    return f"test_yueban_{os.environ.get('YUEBAN_TEST_SUFFIX', 'main').lower()}_"


def drop_outdated() -> None:
    """Drop the databases of earlier migrations, unless somebody still uses them."""
    known = settings.DATABASES["default"]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    address = {key: known[name] for key, name in names.items() if known.get(name)}
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND NOT starts_with(datname, %s)",
            [prefix(), database_name()],
        ).fetchall()
        for (name,) in rows:
            try:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            except psycopg.errors.ObjectInUse:
                continue


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """A file stays on one worker, for the sake of its module fixtures: one running stack for a file of journeys."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))

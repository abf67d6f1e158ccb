"""The health check of kept connections: a quiet one costs no question, a lost one is replaced before it is used."""

from collections.abc import Iterator
from typing import cast

import psycopg
import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from yueban.config.postgresql.base import DatabaseWrapper, quiet


@pytest.fixture
def kept(transactional_db: None) -> Iterator[DatabaseWrapper]:
    """A connection as a request finds it: used before, not yet looked at."""
    connection = cast("DatabaseWrapper", connections["default"])
    connection.ensure_connection()
    connection.health_check_enabled, connection.health_check_done = True, False
    yield connection
    connection.health_check_enabled = False


def session(connection: DatabaseWrapper) -> int:
    """The server's process of a connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end(connection: DatabaseWrapper) -> None:
    """Let the server end its session, as it does when it stops."""
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    address = {name: parameters[name] for name in names if parameters.get(name)}
    with psycopg.connect(**address, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [session(connection)])


def test_a_quiet_connection_is_used_without_a_question(kept: DatabaseWrapper) -> None:
    assert quiet(kept.connection)
    with CaptureQueriesContext(kept) as asked:
        session(kept)
    assert len(asked) == 1
    assert kept.health_check_done


def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(kept: DatabaseWrapper) -> None:
    before = session(kept)
    end(kept)
    kept.health_check_done = False
    assert not quiet(kept.connection)
    assert session(kept) != before


def test_no_connection_is_not_quiet() -> None:
    assert not quiet(None)

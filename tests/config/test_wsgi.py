"""The web application: which handler answers, and what happens when the database went away meanwhile."""

import io
from typing import Any

import pytest
from django.db import connection

from yueban.config.wsgi import application


def get(path: str) -> tuple[str, dict[str, str], bytes]:
    """Ask the application itself, as the server does."""
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    body = b"".join(application(environ, lambda status, headers: said.extend((status, dict(headers)))))
    return said[0], said[1], body


def test_the_api_has_no_middleware_and_pages_have() -> None:
    _status, slim, _body = get("/healthz")
    assert "X-Frame-Options" not in slim


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_costs_no_request() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    other.close()
    status, _headers, _body = get("/api/v1/centres")
    assert status.startswith("401")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != before


@pytest.mark.django_db(transaction=True)
def test_a_living_connection_is_kept() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()[0]
    get("/api/v1/centres")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] == before

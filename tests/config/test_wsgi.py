"""The web application: which handler answers, and what happens when the database went away meanwhile."""

import io
import json
from typing import Any

import pytest
from django.db import connection
from typing_extensions import override

from yueban.config.wsgi import application, measure
from yueban.domain.people import operations as people
from yueban.domain.people.rules import ChannelProgram
from yueban.kernel import clock


def get(path: str) -> tuple[str, dict[str, str], bytes]:
    """Ask the application itself, as the server does."""
    return ask(path)


def ask(path: str, *, method: str = "GET", body: bytes = b"", **more: str) -> tuple[str, dict[str, str], bytes]:
    """The same with a body, whose length is said only where `more` says it."""
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
    } | more
    answer = b"".join(application(environ, lambda status, headers: said.extend((status, dict(headers)))))
    return said[0], said[1], answer


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


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": "application/json"}


@pytest.mark.django_db(transaction=True)
def test_a_body_without_a_length_is_read() -> None:
    token = people.add_channel(name="app", kind=ChannelProgram.APP, by="test", now=clock.now())
    asked = {"path": "/api/v1/appointments/search", "method": "POST", "HTTP_AUTHORIZATION": f"Bearer {token}"}
    _status, _headers, answer = ask(body=b'{"certificate": {"kind": "passport", "number": "?"}}', **asked, **CHUNKED)
    assert json.loads(answer)["errors"][0]["code"] == "bad_certificate"
    status, _headers, _answer = ask(body=b" " * 400_000, **asked, **CHUNKED)
    assert status.startswith("413")


class Broken(io.BytesIO):
    """A body that breaks off."""

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(size)


def test_a_body_that_breaks_off_is_none() -> None:
    environ: dict[str, Any] = {"wsgi.input": Broken()}
    measure(environ)
    assert (environ["CONTENT_LENGTH"], environ["wsgi.input"].read()) == ("0", b"")

"""The configurable gateway, against a real HTTP server."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings
from typing_extensions import override

from yueban.domain.notices import gateways
from yueban.domain.notices.gateways import Outgoing, Undelivered, console, http
from yueban.kernel.clock import TZ

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)
MESSAGE = Outgoing(42, "login_code", "13812345678", '【沈丘政务】验证码"1"\n&', NOW)


@dataclass
class Provider:
    """What the server was asked, and what it answers."""

    url: str = ""
    status: int = 200
    answer: str = '{"code": 0, "msgid": "abc-1"}'
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)


@pytest.fixture
def provider() -> Iterator[Provider]:
    state = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            state.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(state.status)
            self.end_headers()
            self.wfile.write(state.answer.encode())

        @override
        def log_message(self, *_args: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def configured(settings: Settings, provider: Provider) -> Iterator[Settings]:
    gateways.configured.cache_clear()
    settings.SMS_GATEWAY = "http"
    settings.SMS_HTTP_URL = f"{provider.url}/send?to=$phone"
    settings.SMS_HTTP_HEADERS = '{"Content-Type": "application/json", "X-Key": "k"}'
    settings.SMS_HTTP_SUCCESS = r'"code": 0\b.*"msgid": "([^"]+)"'
    settings.SMS_HTTP_TIMEOUT = 2.0
    yield settings
    gateways.configured.cache_clear()


@pytest.fixture
def gateway(configured: Settings) -> Iterator[http.HttpGateway]:
    assert configured.SMS_GATEWAY == "http"
    made = gateways.configured()
    assert isinstance(made, http.HttpGateway)
    yield made
    made.client.close()


def test_the_request_is_what_the_settings_describe(gateway: http.HttpGateway, provider: Provider) -> None:
    assert gateway.send(MESSAGE) == "abc-1"
    ((path, headers, body),) = provider.asked
    assert path == "/send?to=13812345678"
    assert headers["x-key"] == "k"
    assert json.loads(body) == {"id": "42", "phone": "13812345678", "text": MESSAGE.text}


def test_a_form_is_escaped_as_a_form(configured: Settings, provider: Provider) -> None:
    configured.SMS_HTTP_HEADERS = '{"content-type": "application/x-www-form-urlencoded"}'
    configured.SMS_HTTP_BODY = "mobile=$phone&content=$text&price=$$1"
    gateway = http.from_settings()
    gateway.send(MESSAGE)
    gateway.client.close()
    assert parse_qs(provider.asked[0][2]) == {"mobile": ["13812345678"], "content": [MESSAGE.text], "price": ["$1"]}


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (200, '{"code": 7}', "HTTP 200 without the success pattern"),
        (503, '{"code": 0, "msgid": "x"}', "HTTP 503"),
        (302, "", "HTTP 302"),
    ],
)
def test_anything_but_the_described_success_is_undelivered(
    gateway: http.HttpGateway, provider: Provider, status: int, answer: str, error: str
) -> None:
    provider.status, provider.answer = status, answer
    with pytest.raises(Undelivered, match=error):
        gateway.send(MESSAGE)


def test_a_provider_that_cannot_be_reached_is_undelivered(configured: Settings) -> None:
    configured.SMS_HTTP_URL = "http://127.0.0.1:9/"
    gateway = http.from_settings()
    with pytest.raises(Undelivered, match="ConnectError"):
        gateway.send(MESSAGE)
    gateway.client.close()


@pytest.mark.parametrize(
    "change",
    [
        {"SMS_GATEWAY": "pigeon"},
        {"SMS_HTTP_URL": ""},
        {"SMS_HTTP_HEADERS": "x"},
        {"SMS_HTTP_SUCCESS": "("},
        {"SMS_HTTP_BODY": "$password"},
        {"SMS_HTTP_BODY": "$"},
    ],
)
def test_settings_that_cannot_be_read_are_refused(configured: Settings, change: dict[str, str]) -> None:
    for name, value in change.items():
        setattr(configured, name, value)
    with pytest.raises(ImproperlyConfigured):
        gateways.configured()


def test_the_console_shows_the_message_but_not_the_phone(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.from_settings().send(MESSAGE) == "console:42"
    assert capsys.readouterr().out.startswith("SMS 42 138****5678 【沈丘政务】")

"""A client as small as can be: requests are bytes made beforehand, so that the load costs little beside the server."""

from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")
_CHUNK = 65536


class Lost(Exception):
    """The server closed the connection or answered what is no HTTP."""


def get(path: str, token: str = "") -> bytes:
    """A GET, as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{_bearer(token)}\r\n".encode()


def post(path: str, token: str, body: Any = None, *, key: str = "") -> bytes:
    """A POST of JSON, as bytes."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{_bearer(token)}Content-Length: {len(content)}\r\n"
    head += f"Idempotency-Key: {key}\r\n" if key else ""
    return f"{head}Content-Type: application/json\r\n\r\n".encode() + content


def _bearer(token: str) -> str:
    return f"Authorization: Bearer {token}\r\n" if token else ""


class Http:
    """One kept-alive connection to a port of this machine."""

    def __init__(self, port: int, *, timeout: float = 60) -> None:
        """Connect."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self.socket.close()

    def call(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and give status and body."""
        self.socket.sendall(request)
        head, _, body = self._until(b"", b"\r\n\r\n").partition(b"\r\n\r\n")
        if found := _LENGTH.search(head):
            return _status(head), self._exactly(body, int(found[1]))
        if _CHUNKED.search(head):
            return _status(head), self._chunks(body)
        return _status(head), body

    def _more(self) -> bytes:
        got = self.socket.recv(_CHUNK)
        if not got:
            raise Lost
        return got

    def _until(self, buffer: bytes, mark: bytes) -> bytes:
        while mark not in buffer:
            buffer += self._more()
        return buffer

    def _exactly(self, body: bytes, length: int) -> bytes:
        while len(body) < length:
            body += self._more()
        return body

    def _chunks(self, buffer: bytes) -> bytes:
        body = b""
        while True:
            size, _, buffer = self._until(buffer, b"\r\n").partition(b"\r\n")
            length = int(size, 16)
            buffer = self._exactly(buffer, length + 2)
            body, buffer = body + buffer[:length], buffer[length + 2 :]
            if not length:
                return body


def _status(head: bytes) -> int:
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[1].isdigit():  # noqa: PLR2004
        raise Lost
    return int(words[1])

"""Controllers that listen on TCP and show the text they are sent: one connection a text, which any of them takes."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, ClassVar, Final

from yueban.domain.queueing.screens.base import Unreachable

if TYPE_CHECKING:
    from yueban.domain.queueing.screens.base import Target

LINGER: Final = 0.2
"""Seconds in which a controller may answer or hang up. We do not wait for it longer, and do not reset it before."""


class TcpTextDriver:
    """Connect, write, say that it was all, hang up."""

    name: ClassVar[str] = "tcp-text"

    def send(self, target: Target, message: bytes, *, timeout: float) -> None:
        """Write the text; raise Unreachable where nobody takes it in time."""
        try:
            with socket.create_connection(target.address, timeout=timeout) as connection:
                connection.sendall(message)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(min(LINGER, timeout))
                with contextlib.suppress(TimeoutError):
                    connection.recv(64)
        except OSError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Every text has its own connection."""

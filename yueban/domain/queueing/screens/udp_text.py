"""Controllers that take a text as one UDP datagram. Nobody confirms it: what is lost, is lost until the next text."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, ClassVar

from yueban.domain.queueing.screens.base import Unreachable

if TYPE_CHECKING:
    from yueban.domain.queueing.screens.base import Target


class UdpTextDriver:
    """One datagram a text."""

    name: ClassVar[str] = "udp-text"

    def send(self, target: Target, message: bytes, *, timeout: float) -> None:
        """Send the datagram; raise Unreachable where there is no way to the address."""
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(*target.address, type=socket.SOCK_DGRAM)[0]
            with socket.socket(family, kind, protocol) as sender:
                sender.settimeout(timeout)
                sender.sendto(message, address)
        except OSError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Every text has its own socket."""

"""Prints messages, the phone masked: for the first minutes of an installation."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from yueban.kernel.certificates import mask_phone

if TYPE_CHECKING:
    from yueban.domain.notices.gateways.base import Outgoing


class ConsoleGateway:
    """Writes one line a message to standard output."""

    name: ClassVar[str] = "console"
    parallel = 1
    timeout = 0.05
    harmless_twice = True
    patience = timedelta(0)

    def send(self, message: Outgoing) -> str:
        """Print the message."""
        sys.stdout.write(f"SMS {message.id} {mask_phone(message.phone)} {message.text}\n")
        sys.stdout.flush()
        return f"console:{message.id}"


def from_settings() -> ConsoleGateway:
    """Make the gateway; it has no settings."""
    return ConsoleGateway()

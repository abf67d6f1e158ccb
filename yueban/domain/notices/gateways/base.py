"""What every gateway is and takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Undelivered(Exception):
    """The message did not go out; it will be tried again. The text holds no phone and no message."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way, in clear: never log it. `id` stays the same however often it is tried."""

    id: int
    template: str
    phone: str
    text: str
    at: datetime


class Gateway(Protocol):
    """Sends one message."""

    name: ClassVar[str]

    @property
    def parallel(self) -> int:
        """How many messages may be on their way at once."""
        ...

    @property
    def timeout(self) -> float:
        """How long one sending may take, in seconds."""
        ...

    def send(self, message: Outgoing) -> str:
        """Send and give the receipt (at most 100 characters); raise Undelivered."""
        ...

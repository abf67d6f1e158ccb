"""What every driver is and takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

if TYPE_CHECKING:
    from yueban.kernel.addresses import Address

LONGEST: Final = 200
"""Characters that a screen's text may have."""


class Unreachable(Exception):
    """The screen did not take the text; it is tried again with what is true then."""


@dataclass(frozen=True, slots=True)
class Target:
    """One screen: its address, and for a broker the names that make its topic."""

    address: Address
    centre: str
    counter: int


class Driver(Protocol):
    """Brings the bytes of a text to a screen. It is used by several threads at once."""

    name: ClassVar[str]

    def send(self, target: Target, message: bytes, *, timeout: float) -> None:
        """Send within about `timeout` seconds, or raise Unreachable."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...

"""A browser as window screen: its page reads the event stream by itself, nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from yueban.domain.queueing.screens.base import Target


class WebDriver:
    """Nothing to do."""

    name: ClassVar[str] = "web"

    def send(self, target: Target, message: bytes, *, timeout: float) -> None:
        """Leave it to the page."""

    def close(self) -> None:
        """There is nothing to close."""

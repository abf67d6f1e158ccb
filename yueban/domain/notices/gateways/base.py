"""What every gateway is and takes, and what it may answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping


class Undelivered(Exception):
    """The message certainly did not go out; it will be tried again. The text is a code: no phone and no message."""


class Rejected(Undelivered):
    """The provider will never take this message: a person is told instead of trying again."""


class Uncertain(Undelivered):
    """The request had left and nothing came back that can be read: the message may have gone out."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way, in clear: never log it. `id` stays the same however often it is tried.

    `text` carries the signature; `variables` are its variable parts in order, for providers that keep the text.
    """

    id: int
    template: str
    phone: str
    text: str
    at: datetime
    variables: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Report:
    """状态报告: what a provider says became of a message, in clear: never log it.

    `reference` is the provider's number of it, `message_id` ours where the provider gives it back.
    """

    phone: str
    delivered: bool
    code: str
    reference: str = ""
    message_id: int = 0
    at: datetime | None = None


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

    @property
    def harmless_twice(self) -> bool:
        """Whether a second message of the same `id` disturbs nobody: the other side knows it and drops it."""
        ...

    @property
    def patience(self) -> timedelta:
        """How long a message of which nothing is known waits for its receipt."""
        ...

    def send(self, message: Outgoing) -> str:
        """Send and give the provider's number (at most 100 characters); raise Undelivered."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What a provider that was asked knows of a message: it took it, and perhaps what became of it."""

    report: Report | None = None


@runtime_checkable
class Asking(Protocol):
    """A gateway that can be asked whether it took a message."""

    def ask(self, message: Outgoing, *, handed_at: datetime) -> Known | None:
        """Give what is known of a message handed over then, None when it never arrived; raise Undelivered."""
        ...

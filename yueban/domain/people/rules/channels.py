"""Programs that book for applicants, and the bounds on how fast anybody may ask."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yueban.kernel.errors import gettext_noop


class ChannelProgram(StrEnum):
    """What kind of program a channel is; `yueban channel add --kind`."""

    WEB = "web"
    APP = "app"
    MINIPROGRAM = "miniprogram"
    KIOSK = "kiosk"
    PHONE = "phone"
    ONSITE = "onsite"
    UPSTREAM = "upstream"


@dataclass(frozen=True, slots=True)
class AdmittedChannel:
    """A channel whose token was good and whose rate is kept."""

    id: int
    name: str
    kind: ChannelProgram
    centre_id: int | None

    @property
    def by(self) -> str:
        """How the audit names it."""
        return f"channel:{self.name}"

    @property
    def books_as(self) -> str:
        """By which rules it books (R2.1–R2.3): onsite, phone or online."""
        return self.kind if self.kind in {ChannelProgram.ONSITE, ChannelProgram.PHONE} else "online"


class NotAuthorised(Exception):
    """The token is unknown, revoked or not a token at all: 401."""


class TooManyRequests(Exception):
    """A bound was passed: 429. `retry_after` is in seconds, `message` a Chinese msgid with %(seconds)s."""

    def __init__(self, retry_after: int, message: str) -> None:
        """Say when to come back."""
        self.retry_after = retry_after
        self.message = message
        super().__init__(message)

    @property
    def details(self) -> dict[str, int]:
        """What fills the message."""
        return {"seconds": self.retry_after, "minutes": -(-self.retry_after // 60)}


TOO_FAST: Final = gettext_noop("请求过于频繁，请 %(seconds)s 秒后再试。")
CERTIFICATE_TOO_FAST: Final = gettext_noop("该证件的预约请求过于频繁，请 %(seconds)s 秒后再试。")

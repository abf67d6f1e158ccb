"""What is asked of a booking, and what is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from yueban.domain.booking.queries.facts import Found
    from yueban.domain.booking.rules import ChannelKind, Status
    from yueban.kernel.certificates import Certificate


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """What an applicant asks for (R1.1). Either `matter` or `package` is set; all texts are parsed already."""

    centre: str
    slot_id: int
    channel_kind: ChannelKind
    name: str
    certificate: Certificate
    phone: str
    matter: str = ""
    package: str = ""
    organisation: str = ""
    uscc: str = ""
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A channel's key for this request; `render` makes the body that is stored and given again."""

    channel_id: int
    key: str
    request_digest: bytes
    render: Callable[[Booking], str]


@dataclass(frozen=True, slots=True)
class Booking:
    """A confirmed booking: what the applicant is told. `qr` is the signed text of the QR code."""

    code: str
    qr: str
    status: Status
    free_until: datetime
    found: Found

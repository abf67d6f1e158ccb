"""What is asked of a booking, and what is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yueban.domain.booking.rules import ChannelKind, Place, Status
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from yueban.domain.booking.queries.facts import Found
    from yueban.kernel.certificates import Certificate


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """What an applicant asks for (R1.1). Either `matter` or `package` is set; all texts are parsed already.

    `phone` is empty for somebody who has none: nobody is told, a slip is printed (R4.1.1). For a call through 总咨询台
    `asked_at` is its moment, which counts for the cut-off (R4.0). `override` is the reason why the cut-off and the
    horizon are passed over (「原则上」); the caller has checked `Permission.OVERRIDE_CUTOFF` at that centre. Both are the
    desk's alone: an online request with one raises ValueError. `replaces` is the id of an appointment that the counter
    cancelled and this one stands for (R4.3): the rules of the web hold, on whatever channel it was booked.
    """

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
    asked_at: datetime | None = None
    override: str = ""
    replaces: int | None = None

    def __post_init__(self) -> None:
        """Refuse what only the desk may say."""
        if (self.override or self.asked_at is not None) and not self.channel_kind.at_desk:
            raise ValueError("only the desk overrides, and only the desk takes calls")

    @property
    def rules_of(self) -> ChannelKind:
        """Whose hours hold (R4.0)."""
        return self.channel_kind if self.replaces is None else ChannelKind.ONLINE


@dataclass(frozen=True, slots=True)
class OutsideRequest:
    """An appointment outside the slots: an urgent one out of hours (R1.2), a home visit or an inspection (R3.4).

    Times are aware and of one date in the county. `status` is requested or booked. `counts` is False for an inspection
    that a department started: it takes none of the day's two (R5.2) and no suspension stands against it. `reason` goes
    into the history.
    """

    centre: str
    matter: str
    channel_kind: ChannelKind
    name: str
    certificate: Certificate
    phone: str
    starts_at: datetime
    ends_at: datetime
    place: Place
    status: Status
    organisation: str = ""
    uscc: str = ""
    channel_id: int | None = None
    counts: bool = True
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse what is a mistake of the caller and no decision of the regulation."""
        if self.place is Place.COUNTER or self.status not in {Status.REQUESTED, Status.BOOKED}:
            raise ValueError(
                "an appointment outside the slots is urgent, a visit or an inspection, asked for or booked"
            )
        one_day(self.starts_at, self.ends_at)

    @property
    def service_date(self) -> date:
        """The date in the county."""
        return self.starts_at.astimezone(TZ).date()


def one_day(starts_at: datetime, ends_at: datetime) -> date:
    """Give the date in the county on which a time lies; ValueError when it ends before it starts or on another date."""
    first, last = starts_at.astimezone(TZ), ends_at.astimezone(TZ)
    if starts_at >= ends_at or first.date() != last.date():
        raise ValueError("a time ends after it starts, on the same date")
    return first.date()


@dataclass(frozen=True, slots=True)
class Outside:
    """What was written: the appointment's number and id."""

    code: str
    id: int


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

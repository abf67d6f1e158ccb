"""What the booking rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yueban.domain.booking.rules.status import Status
    from yueban.domain.calendar.rules import WorkingDays
    from yueban.domain.regulation.rules import Parameters


class ChannelKind(StrEnum):
    """The three ways to book (R2.1–R2.3); web, app, mini-program and kiosk are all online."""

    ONSITE = "onsite"
    PHONE = "phone"
    ONLINE = "online"

    @property
    def at_desk(self) -> bool:
        """Say whether staff register the booking, so that the desk's cut-off holds (R4.0)."""
        return self is not ChannelKind.ONLINE


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """The hour asked for. `offered`: its queue handles the matter."""

    date: date
    starts_at: datetime
    ends_at: datetime
    kind: str
    capacity: int
    booked: int
    closed_reason: str
    offered: bool


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """What the rules need of the matter."""

    online_bookable: bool
    high_frequency_personal: bool


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What stands against the person: suspension, an overlapping appointment, and bookings of that day (R5.2, R5.4)."""

    suspended_until: datetime | None = None
    overlapping: bool = False
    day_used: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one booking decision needs."""

    channel: ChannelKind
    slot: SlotFacts
    matter: MatterFacts
    person: PersonFacts
    parameters: Parameters
    days: WorkingDays


@dataclass(frozen=True, slots=True)
class AppointmentFacts:
    """An existing appointment, as far as changing it is concerned. `present`: known to have been in the hall."""

    status: Status
    channel: ChannelKind
    starts_at: datetime
    ends_at: datetime
    present: bool
    remote_ticket: bool
    parameters: Parameters

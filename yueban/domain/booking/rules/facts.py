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


class Place(StrEnum):
    """Where it happens (R1.1, R1.2, R3.4). Only `counter` is an hour of the timetable and holds a place in a slot."""

    COUNTER = "counter"
    URGENT = "urgent"
    HOME_VISIT = "home_visit"
    INSPECTION = "inspection"

    @property
    def in_the_hall(self) -> bool:
        """Say whether the applicant comes to a window, so that tickets, no-show and late cancelling exist (R3.4)."""
        return self in {Place.COUNTER, Place.URGENT}


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """The hour asked for. `offered`: its queue handles the matter.

    `exempt`: the matter's department takes no part in this early or late opening, by its national authority's rule (R3.1).
    """

    date: date
    starts_at: datetime
    ends_at: datetime
    kind: str
    capacity: int
    booked: int
    closed_reason: str
    offered: bool
    exempt: bool = False


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
    """Everything one booking decision needs.

    `asked_at` is the moment of a call through 总咨询台, which counts for the desk's cut-off; `overridden`: somebody who
    may has said why R4.0's 「原则上」 does not bind here.
    """

    channel: ChannelKind
    slot: SlotFacts
    matter: MatterFacts
    person: PersonFacts
    parameters: Parameters
    days: WorkingDays
    asked_at: datetime | None = None
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class OutsideFacts:
    """An appointment outside the slots (R1.2, R3.4). `counts`: it takes one of the `limit` of the day (R5.2)."""

    starts_at: datetime
    person: PersonFacts
    limit: int
    offered: bool
    counts: bool


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
    place: Place = Place.COUNTER

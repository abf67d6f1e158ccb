"""What is asked of a visit, and what goes wrong besides the regulation's reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yueban.domain.visits.rules import LIFTABLE, Ground, Kind, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from yueban.domain.booking.rules import ChannelKind
    from yueban.domain.regulation.rules import Reason, RefusalCode
    from yueban.kernel.certificates import Certificate


class Outdated(Exception):
    """The applicant answers to a time that is no longer the one: nothing was done, the page is to be shown anew."""


class NotOpen(Exception):
    """The visit is done, called off, or its proposal has lapsed: it cannot be changed any more."""


@dataclass(frozen=True, slots=True)
class Override:
    """Why reasons are passed over, and which: those that this person may lift. Without words it lifts nothing."""

    reason: str = ""
    lifts: frozenset[RefusalCode] = frozenset()

    def standing(self, reasons: Iterable[Reason]) -> list[Reason]:
        """Give the reasons that remain."""
        lifted = self.lifts & LIFTABLE if self.reason.strip() else frozenset()
        return [why for why in reasons if why.code not in lifted]


NO_OVERRIDE = Override()


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who is visited (R1.1), read and checked. `phone` is empty where there is none."""

    name: str
    certificate: Certificate
    phone: str = ""
    organisation: str = ""
    uscc: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """Which team comes when, and how long it is on the way each time."""

    team_id: int
    starts_at: datetime
    ends_at: datetime
    travel: timedelta


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """What is arranged (R1.1, R3.4).

    `settled`: it holds from now on, because the department says so, or because the applicant agreed on the telephone;
    otherwise a home visit waits for the department and a proposal for the applicant.
    """

    kind: Kind
    origin: Origin
    centre: str
    matter: str
    channel_kind: ChannelKind
    applicant: Applicant
    ground: Ground | None
    evidence: str
    address: str
    township_id: int
    when: When
    settled: bool

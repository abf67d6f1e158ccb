"""Free times of a team for the forms, and which reasons this person may pass over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.people.rules import Permission
from yueban.domain.regulation.rules import RefusalCode
from yueban.domain.visits import queries
from yueban.domain.visits.operations import Override

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.visits.models import Team
    from yueban.surfaces.desk.visit_typed import VisitTyped
    from yueban.surfaces.workplace import Workplace

MOST = 12
_LIFTS = {
    Permission.APPROVE_URGENT: {RefusalCode.NEEDS_APPROVAL},
    Permission.OVERRIDE_CUTOFF: {RefusalCode.TOO_LATE, RefusalCode.BEYOND_HORIZON},
}


def free_times(team: Team, typed: VisitTyped, *, now: datetime, besides: int = 0) -> list[datetime]:
    """Give the next free times of a team, from the day that was typed or from tomorrow on."""
    first = typed.from_day or now.date() + timedelta(days=1)
    try:
        found = queries.free_starts(
            team, first, length=typed.length, travel=typed.way_there, not_before=now, besides=besides
        )
    except UnknownDay:
        return []
    return found[:MOST]


def may_lift(place: Workplace) -> bool:
    """Say whether this person passes over anything with a reason."""
    return bool(_lifts(place))


def override_of(place: Workplace, reason: str) -> Override:
    """Give what this person may pass over in this hall (R1.2, R4.0), with the reason typed."""
    return Override(reason, _lifts(place))


def _lifts(place: Workplace) -> frozenset[RefusalCode]:
    centre_id = place.centre.pk
    held = [codes for permission, codes in _LIFTS.items() if place.staff.may(permission, centre_id=centre_id)]
    return frozenset().union(*held)

"""The route sheet carries whole telephone numbers and addresses onto the road: who took it is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.audit import operations as audit
from yueban.domain.visits import queries

if TYPE_CHECKING:
    from datetime import date, datetime

    from yueban.domain.visits.models import Team
    from yueban.domain.visits.queries import VisitView


def take_sheet(team: Team, day: date, *, by: str, now: datetime) -> list[VisitView]:
    """Give a team's visits of a day for a sheet with whole numbers; that it was taken is in the audit log."""
    found = queries.of_team(team.pk, day, day, now=now)
    data = {"team": team.pk, "day": day.isoformat(), "visits": len(found)}
    audit.record(kind="visit.sheet_taken", by=by, at=now, centre_id=team.centre_id, clause="R3.4", data=data)
    return found

"""Teams and when they are free."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from yueban.domain.calendar import queries as calendar
from yueban.domain.visits.models import Team, Visit
from yueban.domain.visits.rules import free_times
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from datetime import date, datetime

    from yueban.domain.visits.queries.visits import VisitView
    from yueban.domain.visits.rules.times import Hours


class UnknownTeam(LookupError):
    """No team of this centre has this id."""


def teams(centre_id: int, department_id: int | None = None) -> QuerySet[Team]:
    """Give the teams of a centre, of one department in it when given, retired ones last."""
    found = Team.objects.filter(centre_id=centre_id).select_related("department")
    if department_id is not None:
        found = found.filter(department_id=department_id)
    return found.order_by("-active", "department__order", "name")


def fitting_teams(centre_id: int, department_id: int) -> QuerySet[Team]:
    """Give the teams in use that go out for a department's matters."""
    return teams(centre_id, department_id).filter(active=True)


def team(team_id: int, centre_id: int) -> Team:
    """Give one team of a centre, retired ones too. Raises `UnknownTeam`."""
    found = Team.objects.select_related("department", "centre").filter(pk=team_id, centre_id=centre_id).first()
    if found is None:
        raise UnknownTeam(team_id)
    return found


def spans(centre_id: int, day: date) -> list[Hours]:
    """Give a centre's regular hours of a date (R1.2). Raises `UnknownDay`."""
    return [span.on(day) for span in calendar.working_clock(centre_id).spans(day)]


def taken(team_id: int, first: datetime, last: datetime, *, besides: int = 0) -> list[Hours]:
    """Give what a team has between two instants, travel included; `besides` is the visit that moves."""
    live = Visit.objects.filter(team_id=team_id, live=True, busy__overlap=(first, last)).exclude(pk=besides)
    return [(busy.lower, busy.upper) for busy in live.values_list("busy", flat=True)]


def free_starts(
    of: Team, first: date, *, length: timedelta, travel: timedelta, not_before: datetime, besides: int = 0
) -> list[datetime]:
    """Give when a team can begin on the three working days from `first` on. Raises `UnknownDay`."""
    hours = [each for day in _working_days(of.centre_id, first) for each in spans(of.centre_id, day)]
    held = taken(of.pk, hours[0][0] - timedelta(days=1), hours[-1][1] + timedelta(days=1), besides=besides)
    return free_times(hours, held, length=length, travel=travel, not_before=not_before)


def offered_times(visit: VisitView, *, now: datetime) -> dict[date, list[datetime]]:
    """Give the times from tomorrow on to which a visit can be moved with its team, by day. Raises `UnknownDay`."""
    of, tomorrow = team(visit.team_id, visit.appointment.centre_id), now.astimezone(TZ).date() + timedelta(days=1)
    found: dict[date, list[datetime]] = {}
    starts = free_starts(of, tomorrow, length=visit.length, travel=visit.travel, not_before=now, besides=visit.id)
    for start in starts:
        if start != visit.starts_at:
            found.setdefault(start.date(), []).append(start)
    return found


def _working_days(centre_id: int, first: date) -> list[date]:
    clock = calendar.working_clock(centre_id)
    days = [clock.next_open_day(first - timedelta(days=1))]
    while len(days) < 3:  # noqa: PLR2004 - three days are a choice, more are a list
        days.append(clock.next_open_day(days[-1]))
    return days

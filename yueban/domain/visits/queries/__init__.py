"""Teams, their days, and visits as desk, team and applicant see them."""

from yueban.domain.visits.queries.invariants import broken_invariants
from yueban.domain.visits.queries.teams import UnknownTeam, fitting_teams, free_starts, offered_times, team, teams
from yueban.domain.visits.queries.visits import (
    LINK,
    UnknownVisit,
    VisitView,
    by_code,
    by_token,
    fallen_through,
    found_on,
    of_department,
    of_team,
    waiting,
)

__all__ = [
    "LINK",
    "UnknownTeam",
    "UnknownVisit",
    "VisitView",
    "broken_invariants",
    "by_code",
    "by_token",
    "fallen_through",
    "fitting_teams",
    "found_on",
    "free_starts",
    "of_department",
    "of_team",
    "offered_times",
    "team",
    "teams",
    "waiting",
]

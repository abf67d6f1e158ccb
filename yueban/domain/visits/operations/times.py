"""The facts about a time, read for the rules, and the words of the database when a team was taken meanwhile."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from yueban.domain.booking.rules import Window, window
from yueban.domain.calendar import queries as calendar
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Clause, RefusalCode, Refused, reason
from yueban.domain.visits import queries
from yueban.domain.visits.queries.teams import spans, taken
from yueban.domain.visits.rules import TimeFacts, answer_until, busy
from yueban.kernel.constraints import translate
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from yueban.domain.booking.rules import ChannelKind
    from yueban.domain.visits.operations.terms import When

TEAM_TAKEN = "visit_team_once_at_a_time"


def bounds(channel: ChannelKind, *, now: datetime) -> Window:
    """Give what can be booked on a channel at `now` (R4.0)."""
    parameters = regulation.in_force(now.astimezone(TZ).date()).parameters
    return window(channel, now=now.astimezone(TZ), days=calendar.working_days(), parameters=parameters)


def facts(
    when: When, centre_id: int, department_id: int, *, within: Window | None = None, besides: int = 0
) -> TimeFacts:
    """Read what stands for and against a time of a team; `besides` is the visit that moves. Raises `UnknownDay`."""
    team = queries.teams(centre_id, department_id).filter(pk=when.team_id, active=True)
    out, back = busy(when.starts_at, when.ends_at, when.travel)
    return TimeFacts(
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        spans=spans(centre_id, when.starts_at.astimezone(TZ).date()),
        bounds=within,
        serves=team.exists(),
        free=not taken(when.team_id, out, back, besides=besides),
    )


def expiry(centre_id: int, starts_at: datetime, *, now: datetime) -> datetime:
    """Give until when a proposal waits. Raises `Refused` when the applicant could not answer in time any more."""
    parameters = regulation.in_force(now.astimezone(TZ).date()).parameters
    until = answer_until(calendar.working_clock(centre_id), starts_at, parameters.cancel_lead, now=now)
    if until <= now:
        raise Refused([reason(RefusalCode.TOO_LATE, Clause.R3_4, starts_at=starts_at)])
    return until


@contextmanager
def one_place_at_a_time() -> Iterator[None]:
    """Say it as a reason when the constraint refuses what the facts, read before, still allowed."""
    with translate({TEAM_TAKEN: lambda: Refused([reason(RefusalCode.SLOT_FULL, Clause.R3_4)])}):
        yield


def minutes(length: timedelta) -> int:
    """Give whole minutes."""
    return int(length / timedelta(minutes=1))

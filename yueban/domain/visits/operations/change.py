"""What staff do with a visit before it happens: confirm, refuse, move, agree on the telephone (R3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import IllegalTransition, Status
from yueban.domain.regulation.rules import Refused
from yueban.domain.visits import queries
from yueban.domain.visits.models import Visit
from yueban.domain.visits.operations import times
from yueban.domain.visits.operations.holding import holding, write_history
from yueban.domain.visits.operations.tell import tell
from yueban.domain.visits.operations.terms import NO_OVERRIDE, NotOpen, Override
from yueban.domain.visits.rules import time_refusals

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.visits.operations.terms import When
    from yueban.domain.visits.queries import VisitView


@holding
def confirm(visit: VisitView, *, by: str, now: datetime) -> VisitView:
    """Make what was requested hold: the department agrees, or the applicant did on the telephone.

    Raises `NotOpen` when it is not requested any more, `Refused` when its time has begun.
    """
    try:
        booking.confirm(visit.code, by=by, now=now)
    except IllegalTransition as error:
        raise NotOpen from error
    Visit.objects.filter(pk=visit.id).update(expires_at=None, wish_sealed=None, wished_at=None)
    after = queries.by_code(visit.code, now=now)
    tell(after, "visit_booked", now=now)
    return after


@holding
def reject(visit: VisitView, *, reason: str, by: str, now: datetime) -> VisitView:
    """Refuse what was requested, with the reason that the applicant hears; a proposal is given up. Raises `NotOpen`."""
    try:
        booking.reject(visit.code, reason=reason, by=by, now=now)
    except IllegalTransition as error:
        raise NotOpen from error
    after = queries.by_code(visit.code, now=now)
    tell(after, "visit_cancelled" if visit.proposed else "visit_rejected", now=now, reason=reason)
    return after


@holding
def move(visit: VisitView, *, to: When, by: str, now: datetime, override: Override = NO_OVERRIDE) -> VisitView:
    """Give it another time, team or way. What was proposed is proposed anew, what holds goes on to hold; both are told.

    Raises `Refused` with every reason against the time, `NotOpen`, `UnknownDay`.
    """
    if not visit.open:
        raise NotOpen
    appointment = visit.appointment
    facts = times.facts(to, appointment.centre_id, appointment.department_id, besides=visit.id)
    if standing := override.standing(time_refusals(facts)):
        raise Refused(standing)
    _take(visit, to, by=by, now=now)
    after = queries.by_code(visit.code, now=now)
    write_history(after, "moved", by=by, at=now, reason=override.reason, data={"team": after.team})
    tell(after, _letter(after), now=now)
    return after


def _take(visit: VisitView, to: When, *, by: str, now: datetime) -> None:
    """Let go of the team, then take the other: moving the appointment counts the visit again (the trigger)."""
    proposed = visit.proposed
    expires_at = times.expiry(visit.appointment.centre_id, to.starts_at, now=now) if proposed else None
    Visit.objects.filter(pk=visit.id).update(
        live=False,
        team_id=to.team_id,
        travel_minutes=times.minutes(to.travel),
        round=visit.round + 1,
        expires_at=expires_at,
        wish_sealed=None,
        wished_at=None,
    )
    with times.one_place_at_a_time():
        booking.move_outside(visit.code, starts_at=to.starts_at, ends_at=to.ends_at, by=by, now=now)


def _letter(visit: VisitView) -> str:
    if visit.status is Status.BOOKED:
        return "visit_moved"
    return "visit_proposed" if visit.proposed else "visit_requested"

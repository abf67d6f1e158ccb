"""What the applicant does by the link of a message: no login, and never to a time that is not the one shown (R3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import ChannelKind, Status, whole_second
from yueban.domain.regulation.rules import Refused
from yueban.domain.visits import queries
from yueban.domain.visits.models import Visit
from yueban.domain.visits.operations import times
from yueban.domain.visits.operations.holding import holding, write_history
from yueban.domain.visits.operations.tell import tell
from yueban.domain.visits.operations.terms import NotOpen, Outdated, When
from yueban.domain.visits.rules import time_refusals
from yueban.kernel import crypto

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.visits.queries import VisitView

LONGEST_WISH: Final = 200


@holding
def accept(visit: VisitView, *, seen: int, by: str, now: datetime) -> VisitView:
    """Say yes to a proposal; `seen` is the round that was shown. Twice is once.

    Raises `Outdated` when the time has changed since, `NotOpen` when it was called off or waits no longer.
    """
    _same(visit, seen)
    if visit.status is Status.BOOKED:
        return visit
    if not visit.answerable(now=now):
        raise NotOpen
    return _settled(visit, "accepted", "visit_booked", by=by, now=now)


@holding
def decline(visit: VisitView, *, seen: int, why: str, by: str, now: datetime) -> VisitView:
    """Say no to a proposal, with the reason. Raises `Outdated`, `NotOpen`."""
    _same(visit, seen)
    if not visit.answerable(now=now):
        raise NotOpen
    write_history(visit, "declined", by=by, at=now)  # what the applicant wrote is the appointment's reason
    booking.reject(visit.code, reason=why[:LONGEST_WISH], by=by, now=now)
    return queries.by_code(visit.code, now=now)


@holding
def wish(visit: VisitView, *, seen: int, words: str, by: str, now: datetime) -> VisitView:
    """Ask for another time in words. A proposal waits on for the department; what is booked stands until it is moved.

    Raises `Outdated`, `NotOpen` when it is too late.
    """
    _same(visit, seen)
    _changeable(visit, now)
    sealed = crypto.seal(words.strip()[:LONGEST_WISH])
    Visit.objects.filter(pk=visit.id).update(wish_sealed=sealed, wished_at=now)
    write_history(visit, "wished", by=by, at=now)
    return queries.by_code(visit.code, now=now)


@holding
def choose(visit: VisitView, *, seen: int, starts_at: datetime, by: str, now: datetime) -> VisitView:
    """Move it to another time at which the team is free, as the page offered; a proposal is accepted by it.

    Raises `Refused` with every reason against the time, `Outdated`, `NotOpen`, `UnknownDay`.
    """
    _same(visit, seen)
    _changeable(visit, now)
    when = When(visit.team_id, starts_at, starts_at + visit.length, visit.travel)
    centre_id, department_id = visit.appointment.centre_id, visit.appointment.department_id
    within = times.bounds(ChannelKind.ONLINE, now=now)
    if reasons := time_refusals(times.facts(when, centre_id, department_id, within=within, besides=visit.id)):
        raise Refused(reasons)
    with times.one_place_at_a_time():
        booking.move_outside(visit.code, starts_at=when.starts_at, ends_at=when.ends_at, by=by, now=now)
    Visit.objects.filter(pk=visit.id).update(round=visit.round + 1, wish_sealed=None, wished_at=None)
    moved = queries.by_code(visit.code, now=now)
    if moved.proposed:
        return _settled(moved, "accepted", "visit_moved", by=by, now=now)
    tell(moved, "visit_moved" if moved.status is Status.BOOKED else "visit_requested", now=now)
    return moved


def call_off(code: str, *, by: str, now: datetime) -> VisitView:
    """Cancel for the applicant, until it begins; never a strike (R3.4). Raises `Refused`, `UnknownVisit`."""
    booking.cancel(queries.by_code(code, now=now).code, by=by, now=now)
    return queries.by_code(code, now=now)


def _settled(visit: VisitView, what: str, letter: str, *, by: str, now: datetime) -> VisitView:
    booking.confirm(visit.code, by=by, now=now)
    Visit.objects.filter(pk=visit.id).update(expires_at=None, wish_sealed=None, wished_at=None)
    write_history(visit, what, by=by, at=now)
    after = queries.by_code(visit.code, now=now)
    tell(after, letter, now=now)
    return after


def _same(visit: VisitView, seen: int) -> None:
    if visit.round != seen:
        raise Outdated


def _changeable(visit: VisitView, now: datetime) -> None:
    """A proposal while it waits; what holds, and what waits for the department, until three hours before (R4.3)."""
    if visit.proposed and visit.wished_at is None and not visit.answerable(now=now):
        raise NotOpen
    if not visit.open or whole_second(now) > visit.changeable_until:
        raise NotOpen

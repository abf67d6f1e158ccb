"""Arranging: a home visit that was asked for, an inspection that was asked for or that the department proposes (R3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.booking import operations as booking
from yueban.domain.booking.queries import UnknownPlace
from yueban.domain.booking.rules import Place, Status
from yueban.domain.directory import queries as directory
from yueban.domain.regulation.rules import Refused
from yueban.domain.visits import queries
from yueban.domain.visits.models import Visit
from yueban.domain.visits.operations import times
from yueban.domain.visits.operations.holding import write_history
from yueban.domain.visits.operations.tell import tell
from yueban.domain.visits.operations.terms import NO_OVERRIDE, Override
from yueban.domain.visits.rules import Asked, Ground, Kind, MatterFacts, Origin, busy, eligibility, time_refusals
from yueban.kernel import crypto
from yueban.kernel.constraints import retrying

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.directory.models import Centre, Matter
    from yueban.domain.regulation.rules import Reason
    from yueban.domain.visits.operations.terms import VisitRequest
    from yueban.domain.visits.queries import VisitView


@retrying()
@transaction.atomic
def arrange(request: VisitRequest, *, by: str, now: datetime, override: Override = NO_OVERRIDE) -> VisitView:
    """Arrange a visit and give it. Appointment, visit, history and message are written together.

    A home visit or an applicant's inspection is booked when `settled`, else it waits for the department; what the
    department starts waits for the applicant unless `settled` on the telephone, and takes none of the day's two (R5.2).
    Raises `Refused` with every reason, `UnknownPlace`, `UnknownDay`.
    """
    matter, centre = _found(request)
    if standing := override.standing(_reasons(request, matter, centre, now=now)):
        raise Refused(standing)
    expires_at = None
    if request.origin is Origin.DEPARTMENT and not request.settled:
        expires_at = times.expiry(centre.pk, request.when.starts_at, now=now)
    made = booking.book_outside(_outside(request, override), by=by, now=now)
    with times.one_place_at_a_time():
        Visit.objects.create(appointment_id=made.id, expires_at=expires_at, **_columns(request))
    visit = queries.by_code(made.code, now=now)
    write_history(visit, "arranged", by=by, at=now, reason=override.reason, data={"team": visit.team})
    tell(visit, _letter(visit), now=now)
    return visit


def refusals(request: VisitRequest, *, now: datetime, override: Override = NO_OVERRIDE) -> list[Reason]:
    """Give the reasons that stand against it, for a form that is still being filled in; the person's are said last."""
    matter, centre = _found(request)
    return override.standing(_reasons(request, matter, centre, now=now))


def _found(request: VisitRequest) -> tuple[Matter, Centre]:
    try:
        return directory.matter(request.matter), directory.centre(request.centre)
    except directory.UnknownMatter as error:
        raise UnknownPlace("matter") from error
    except directory.UnknownCentre as error:
        raise UnknownPlace("centre") from error


def _reasons(request: VisitRequest, matter: Matter, centre: Centre, *, now: datetime) -> list[Reason]:
    """R4.0 binds who asks to be visited; an inspection that is proposed needs the applicant's yes anyway."""
    offered = directory.offer(matter, centre) is not None
    asked = Asked(
        kind=request.kind,
        origin=request.origin,
        channel=request.channel_kind,
        ground=request.ground,
        evidence=bool(request.evidence.strip()),
        organisation=bool(request.applicant.organisation),
        matter=MatterFacts(offered, matter.home_visit, matter.inspection),
    )
    within = times.bounds(request.channel_kind, now=now) if request.origin is Origin.APPLICANT else None
    facts = times.facts(request.when, centre.pk, matter.department_id, within=within)
    return [*eligibility(asked), *time_refusals(facts)]


def _outside(request: VisitRequest, override: Override) -> booking.OutsideRequest:
    who = request.applicant
    return booking.OutsideRequest(
        centre=request.centre,
        matter=request.matter,
        channel_kind=request.channel_kind,
        name=who.name,
        certificate=who.certificate,
        phone=who.phone,
        organisation=who.organisation,
        uscc=who.uscc,
        starts_at=request.when.starts_at,
        ends_at=request.when.ends_at,
        place=Place(request.kind),
        status=Status.BOOKED if request.settled else Status.REQUESTED,
        counts=request.origin is Origin.APPLICANT,
        reason=override.reason,
    )


def _columns(request: VisitRequest) -> dict[str, object]:
    when = request.when
    ground = Ground.INSPECTION if request.kind is Kind.INSPECTION else request.ground
    return {
        "team_id": when.team_id,
        "region_id": request.township_id,
        "origin": request.origin,
        "ground": ground,
        "evidence_sealed": crypto.seal(request.evidence),
        "address_sealed": crypto.seal(request.address),
        "travel_minutes": times.minutes(when.travel),
        "busy": busy(when.starts_at, when.ends_at, when.travel),
    }


def _letter(visit: VisitView) -> str:
    if visit.status is Status.BOOKED:
        return "visit_booked"
    return "visit_proposed" if visit.proposed else "visit_requested"

"""Visits with their appointments: for the desk, for the team on the road, for whoever holds the link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from yueban.domain.booking.queries import UnknownAppointment
from yueban.domain.booking.queries import by_code as appointment_of
from yueban.domain.booking.queries.appointments import by_ids
from yueban.domain.booking.rules import Status
from yueban.domain.visits.models import Visit
from yueban.domain.visits.rules import Ground, Kind, Origin, Result, changeable_until, is_answerable
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from yueban.domain.booking.queries import AppointmentView

LINK: Final = "visit"
"""The purpose that links to a visit are signed for."""
OPEN: Final = frozenset({Status.REQUESTED, Status.BOOKED})
"""Still to come: the time can change."""


class UnknownVisit(LookupError):
    """No visit answers to this number or link."""


@dataclass(frozen=True, slots=True)
class VisitView:
    """One visit with its appointment. Address, evidence and wish are opened only when asked for."""

    id: int
    appointment: AppointmentView
    team_id: int
    team: str
    township_id: int
    township: str
    origin: Origin
    ground: Ground
    evidence_sealed: bytes
    address_sealed: bytes
    travel: timedelta
    round: int
    expires_at: datetime | None
    wish_sealed: bytes
    wished_at: datetime | None
    result: Result | None

    @property
    def code(self) -> str:
        """The appointment's number."""
        return self.appointment.code

    @property
    def kind(self) -> Kind:
        """A home visit or an inspection."""
        return Kind(self.appointment.place)

    @property
    def status(self) -> Status:
        """Where it stands."""
        return self.appointment.status

    @property
    def starts_at(self) -> datetime:
        """When the team is there."""
        return self.appointment.starts_at

    @property
    def ends_at(self) -> datetime:
        """When the visit ends."""
        return self.appointment.ends_at

    @property
    def length(self) -> timedelta:
        """How long the visit lasts."""
        return self.ends_at - self.starts_at

    @property
    def address(self) -> str:
        """Where, in clear: for the team, never in a message, an address of ours or the log."""
        return crypto.unseal(self.address_sealed)

    @property
    def evidence(self) -> str:
        """What the ground rests on, in clear."""
        return crypto.unseal(self.evidence_sealed)

    @property
    def wish(self) -> str:
        """Which other times the applicant named, in clear; empty when none."""
        return crypto.unseal(self.wish_sealed) if self.wish_sealed else ""

    @property
    def proposed(self) -> bool:
        """Whether the department waits for the applicant's answer."""
        return self.origin is Origin.DEPARTMENT and self.status is Status.REQUESTED

    @property
    def open(self) -> bool:
        """Whether its time can still change."""
        return self.status in OPEN

    @property
    def token(self) -> str:
        """What stands in the link of a message."""
        return crypto.link_token(LINK, self.code)

    @property
    def path(self) -> str:
        """The page that the link opens."""
        return f"/v/{self.token}"

    @property
    def changeable_until(self) -> datetime:
        """The last moment at which the applicant may move it by the link (R4.3)."""
        return changeable_until(self.starts_at, self.appointment.parameters.cancel_lead)

    def answerable(self, *, now: datetime) -> bool:
        """Say whether a proposal can be accepted now."""
        return self.proposed and is_answerable(self.expires_at, now=now)


def by_code(code: str, *, now: datetime) -> VisitView:
    """Give the visit of an appointment's number. Raises `UnknownVisit`."""
    try:
        appointment = appointment_of(code, now=now)
    except UnknownAppointment as error:
        raise UnknownVisit from error
    row = _rows().filter(appointment_id=appointment.id).first()
    if row is None:
        raise UnknownVisit
    return _view(row, appointment, now)


def by_token(token: str, *, now: datetime) -> VisitView:
    """Give the visit of a link; a forged one raises `UnknownVisit`."""
    code = crypto.linked(LINK, token)
    if code is None:
        raise UnknownVisit
    return by_code(code, now=now)


def found_on(appointment_id: int, *, now: datetime) -> VisitView | None:
    """Give the visit of an appointment by its id, None where the applicant comes to the hall."""
    return next(iter(_views(_rows().filter(appointment_id=appointment_id), now)), None)


def of_team(team_id: int, first: date, last: date, *, now: datetime) -> list[VisitView]:
    """Give what a team has from one date to another, both included, earliest first; what was called off is left out."""
    dates = Q(appointment__service_date__range=(first, last))
    return _views(_rows().filter(dates, team_id=team_id, live=True), now)


def of_department(
    centre_id: int, department_id: int | None, first: date, last: date, *, now: datetime
) -> list[VisitView]:
    """Give the same for all teams of a centre, or of one department in it."""
    dates = Q(appointment__service_date__range=(first, last))
    return _views(_rows().filter(dates, _within(centre_id, department_id), live=True), now)


def waiting(centre_id: int, department_id: int | None, *, now: datetime) -> list[VisitView]:
    """Give what waits for somebody's word: requests, proposals without an answer, wishes for another time."""
    asked = Q(appointment__status=Status.REQUESTED) | Q(wished_at__isnull=False)
    rows = _rows().filter(asked, _within(centre_id, department_id), live=True, appointment__status__in=OPEN)
    return _views(rows, now)


def fallen_through(centre_id: int, department_id: int | None, *, since: datetime, now: datetime) -> list[VisitView]:
    """Give what was declined, refused, called off or lapsed since, the latest first, at most ten."""
    ended = _rows().filter(_within(centre_id, department_id), live=False, appointment__ended_at__gte=since)
    rows = list(ended.order_by("-appointment__ended_at")[:10])
    by_id = {view.id: view for view in _views(rows, now)}
    return [by_id[row.pk] for row in rows]


def _within(centre_id: int, department_id: int | None) -> Q:
    here = Q(appointment__centre_id=centre_id)
    return here if department_id is None else here & Q(appointment__matter__department_id=department_id)


def _rows() -> Any:
    return Visit.objects.select_related("team", "region")


def _views(rows: Iterable[Visit], now: datetime) -> list[VisitView]:
    known = {row.appointment_id: row for row in rows}
    return [_view(known[each.id], each, now) for each in by_ids(known, now=now)]


def _view(row: Visit, appointment: AppointmentView, now: datetime) -> VisitView:
    return VisitView(
        id=row.pk,
        appointment=appointment,
        team_id=row.team_id,
        team=row.team.name,
        township_id=row.region_id,
        township=row.region.name,
        origin=Origin(row.origin),
        ground=Ground(row.ground),
        evidence_sealed=bytes(row.evidence_sealed),
        address_sealed=bytes(row.address_sealed),
        travel=timedelta(minutes=row.travel_minutes),
        round=row.round,
        expires_at=row.expires_at.astimezone(now.tzinfo) if row.expires_at else None,
        wish_sealed=bytes(row.wish_sealed or b""),
        wished_at=row.wished_at.astimezone(now.tzinfo) if row.wished_at else None,
        result=Result(row.result) if row.result else None,
    )

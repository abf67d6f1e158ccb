"""What tests of home visits and inspections need: a hall with regular hours, a team, townships. Fixed dates, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tests.factories import Hall, instant, make_hall, make_matter, phone, resident
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.calendar.models import Session
from yueban.domain.directory.models import Department, Matter, Region
from yueban.domain.visits import operations
from yueban.domain.visits.models import Team
from yueban.domain.visits.operations import Applicant, VisitRequest, When
from yueban.domain.visits.queries import VisitView
from yueban.domain.visits.rules import Ground, Kind, Origin

NOW = instant("2026-11-26 09:00")
"""A working Thursday; the service date of most tests is Monday 2026-11-30."""
CLERK = "staff:clerk"
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class Field:
    """The hall whose teams go out, the matter they go out for, a team, and where to."""

    hall: Hall
    matter: Matter
    team: Team
    township: Region

    def when(self, start: str = "2026-11-30 09:30", *, minutes: int = 60, team: Team | None = None) -> When:
        """Give a time of the team, half an hour of way each side."""
        starts_at = instant(start)
        return When((team or self.team).pk, starts_at, starts_at + timedelta(minutes=minutes), HALF_AN_HOUR)

    def asked(self, n: int = 1, start: str = "2026-11-30 09:30", **fields: Any) -> VisitRequest:
        """Ask for a home visit on behalf of the n-th sample applicant, by phone, agreed at once."""
        values: dict[str, Any] = {
            "kind": Kind.HOME,
            "origin": Origin.APPLICANT,
            "centre": self.hall.centre.code,
            "matter": self.matter.code,
            "channel_kind": ChannelKind.PHONE,
            "applicant": Applicant("样例申请人", resident(n), phone(n)),
            "ground": Ground.ELDERLY,
            "evidence": "样例：老年人优待证",
            "address": "样例村 8 号",
            "township_id": self.township.pk,
            "when": self.when(start),
            "settled": True,
        }
        return VisitRequest(**(values | fields))

    def proposed(self, n: int = 1, start: str = "2026-11-30 09:30", **fields: Any) -> VisitRequest:
        """Propose an inspection to the n-th sample applicant."""
        inspection = {"kind": Kind.INSPECTION, "origin": Origin.DEPARTMENT, "ground": None, "evidence": ""}
        return self.asked(n, start, **(inspection | {"settled": False} | fields))

    def arrange(self, request: VisitRequest, *, now: datetime = NOW) -> VisitView:
        """Arrange it as the clerk does."""
        return operations.arrange(request, by=CLERK, now=now)


def make_field(code: str = "hall") -> Field:
    """Make a hall open 8:30–12:00 and 14:30–17:30 on working days, with one team."""
    hall = make_hall(code=code, home_visit=True, inspection=True)
    add_hours(hall)
    department = Department.objects.get(code="dept")
    team = Team.objects.create(centre=hall.centre, department=department, name="一组", members="样例甲、样例乙")
    return Field(hall, hall.matter, team, township("411624001", "样例镇"))


def add_hours(hall: Hall) -> None:
    """Give a hall its regular hours."""
    for order, (start, end) in enumerate([(time(8, 30), time(12)), (time(14, 30), time(17, 30))]):
        Session.objects.create(
            centre=hall.centre,
            valid_from="01-01",
            valid_to="12-31",
            weekdays=[1, 2, 3, 4, 5],
            start=start,
            end=end,
            order=order,
        )


def township(code: str, name: str) -> Region:
    """Give a township of the county."""
    parent = Region.objects.get(code="411624")
    made, _ = Region.objects.get_or_create(code=code, defaults={"name": name, "level": "township", "parent": parent})
    return made


def another_matter(field: Field, **fields: Any) -> Matter:
    """Give another matter of the same queue."""
    return make_matter(field.matter.department, field.hall.queue, **fields)

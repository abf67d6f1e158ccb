"""The one read before a booking: everything the rules and the answer need, in one statement."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from yueban.domain.booking.models import HOLDS_NO_DAY, HOLDS_NO_PLACE
from yueban.domain.booking.queries import reference
from yueban.domain.booking.queries.availability import UnknownPlace
from yueban.domain.booking.rules import ChannelKind, Facts, MatterFacts, PersonFacts, SlotFacts, refusals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from yueban.domain.booking.queries.reference import Reference
    from yueban.domain.regulation.queries import RegulationView
    from yueban.domain.regulation.rules import Reason

_FACTS = """
SELECT r.number,
    c.id, c.code, c.name, c.short_name, c.address, c.phone,
    m.id, m.code, m.name, m.short_name, m.online_bookable, m.high_frequency_personal, m.guide_version,
    (m.guide->'materials')::text,
    k.id, k.code, k.name,
    s.id, s.queue_id, s.date, s.starts_at, s.ends_at, s.kind, s.capacity, s.booked, s.closed_reason,
    o.id IS NOT NULL, s.opening_id IS NOT NULL AND EXISTS (SELECT FROM calendar_flexibleopening_exempt x
        WHERE x.flexibleopening_id = s.opening_id AND x.department_id = m.department_id), p.suspended_until, coalesce(own.overlapping, false), own.day_used
FROM regulation_revision r
LEFT JOIN directory_centre c ON c.code = %(centre)s::text AND c.active
LEFT JOIN directory_package k ON {package}
LEFT JOIN directory_matter m ON {matter} AND m.active
LEFT JOIN calendar_slot s ON s.id = %(slot)s::bigint AND s.centre_id = c.id
LEFT JOIN directory_offer o ON o.matter_id = m.id AND o.queue_id = s.queue_id
LEFT JOIN people_person p ON p.certificate_index IN ({person})
LEFT JOIN LATERAL (
    SELECT bool_or(a.status NOT IN ({no_place}) AND a.during && tstzrange(s.starts_at, s.ends_at)) AS overlapping,
        count(*) FILTER (WHERE a.status NOT IN ({no_day}) AND a.ordinal IS NOT NULL) AS day_used
    FROM booking_appointment a
    WHERE a.person_id = p.id AND a.service_date = s.date AND a.id <> %(except)s::bigint
) own ON true
"""
# Keys, statuses and the two ways to a matter are written out. With arrays and a CASE over parameters the planner finds
# each plan for the values at hand better than the one it keeps, and plans eight tables anew at every booking (0.5 ms).
# No slot lasts over midnight, so what overlaps it has its date; by person and date there are few, by time there are many.
_BY_MATTER = {"package": "false", "matter": "m.code = %(matter)s::text"}
_BY_PACKAGE = {"package": "k.code = %(package)s::text AND k.active", "matter": "m.id = k.lead_id"}
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: codes of centre and matter (or package), a slot's id, who, and which appointment moves."""

    centre: str
    matter: str
    package: str
    slot_id: int
    channel: ChannelKind
    person: Sequence[bytes]
    moving: int = 0
    asked_at: datetime | None = None
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The facts for the rules, and what the answer and the message say."""

    facts: Facts
    regulation: RegulationView
    centre_id: int
    centre_code: str
    centre_name: str
    centre_short_name: str
    centre_address: str
    centre_phone: str
    matter_id: int
    matter_code: str
    matter_name: str
    matter_short_name: str
    guide_version: int
    materials: str
    package_id: int | None
    package_code: str
    package_name: str
    slot_id: int
    queue_id: int

    @property
    def service_date(self) -> date:
        """The date of the slot."""
        return self.facts.slot.date

    @property
    def starts_at(self) -> datetime:
        """The slot's start."""
        return self.facts.slot.starts_at

    @property
    def ends_at(self) -> datetime:
        """The slot's end."""
        return self.facts.slot.ends_at


def find(asked: Asked, *, now: datetime) -> Found:
    """Read the facts. Raises `UnknownPlace` naming the field that no row answers to."""
    values: dict[str, Any] = {
        "centre": asked.centre,
        "package" if asked.package else "matter": asked.package or asked.matter,
        "slot": asked.slot_id if 0 < asked.slot_id <= _LARGEST_ID else 0,
        "except": asked.moving,
    } | {f"person_{n}": index for n, index in enumerate(asked.person)}
    statement = _statement(bool(asked.package), len(asked.person))

    def read(_: Reference) -> tuple[int, tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone()
        return row[0], row[1:]

    known, row = reference.fresh(read)
    return _found(row, asked, known, now)


def against(asked: Asked, *, now: datetime) -> list[Reason]:
    """Give every reason against an hour before it is booked, in one read; none means that it could be. Raises `UnknownPlace`."""
    return refusals(find(asked, now=now).facts, now=now)


@functools.cache
def _statement(package: bool, keys: int) -> str:  # noqa: FBT001
    """The statement for a package or a matter, and for so many keys: more than one only while they are rotated."""
    return _FACTS.format(
        **(_BY_PACKAGE if package else _BY_MATTER),
        person=", ".join(f"%(person_{n})s::bytea" for n in range(keys)),
        no_place=", ".join(f"'{status}'" for status in HOLDS_NO_PLACE),
        no_day=", ".join(f"'{status}'" for status in HOLDS_NO_DAY),
    )


def _found(row: tuple[Any, ...], asked: Asked, known: Reference, now: datetime) -> Found:
    centre, matter, package = row[0:6], row[6:14], row[14:17]
    if centre[0] is None:
        raise UnknownPlace("centre")
    if asked.package and package[0] is None:
        raise UnknownPlace("package")
    if matter[0] is None:
        raise UnknownPlace("matter")
    if row[17] is None:
        raise UnknownPlace("slot")
    edition = known.in_force(now.date())
    told = (*centre, *matter[0:4], *matter[6:8], package[0], package[1] or "", package[2] or "", *row[17:19])
    return Found(_facts(row, asked, known, now), edition, *told)


def _facts(row: tuple[Any, ...], asked: Asked, known: Reference, now: datetime) -> Facts:
    day, starts_at, ends_at, kind, capacity, booked, closed_reason = row[19:26]
    offered, exempt, suspended_until, overlapping, day_used = row[26:31]
    return Facts(
        channel=asked.channel,
        slot=SlotFacts(
            day,
            starts_at.astimezone(now.tzinfo),
            ends_at.astimezone(now.tzinfo),
            kind,
            capacity,
            booked,
            closed_reason,
            offered,
            exempt,
        ),
        matter=MatterFacts(online_bookable=row[10], high_frequency_personal=row[11]),
        person=PersonFacts(suspended_until, overlapping, day_used),
        parameters=known.in_force(now.date()).parameters,
        days=known.days,
        asked_at=asked.asked_at,
        overridden=asked.overridden,
    )

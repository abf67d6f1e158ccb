"""Appointments as they are shown: to their applicant, to the channel that booked them, to the hall."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from yueban.domain.booking.models import Appointment
from yueban.domain.booking.queries import reference
from yueban.domain.booking.rules import AppointmentFacts, ChannelKind, Place, Status, free_until, lenient, no_show_after
from yueban.kernel import crypto, ids
from yueban.kernel.certificates import parse_certificate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime, time

    from yueban.domain.regulation.rules import Parameters
    from yueban.kernel.certificates import Certificate

_VIEW = """
SELECT a.id, a.code, a.status, a.channel_kind, a.channel_id, a.person_id, a.name, a.phone_sealed, a.organisation,
    a.service_date, lower(a.during), upper(a.during), a.slot_id, a.queue_id, q.name, a.present_at,
    EXISTS (SELECT 1 FROM queueing_ticket t WHERE t.appointment_id = a.id AND t.remote AND t.state <> 'void'),
    a.regulation_id, a.booked_at, a.outcome, a.outcome_reason, c.id, c.code, c.name, c.short_name, c.address,
    c.phone,
    m.id, m.code, m.name, m.short_name, (m.guide->'materials')::text, m.department_id, d.name, k.code, k.name, a.uscc, a.ended_at,
    a.place, a.ordinal,
    p.certificate_kind, p.certificate_index, p.certificate_sealed
FROM booking_appointment a
JOIN directory_centre c ON c.id = a.centre_id
JOIN directory_queue q ON q.id = a.queue_id
JOIN directory_matter m ON m.id = a.matter_id
JOIN directory_department d ON d.id = m.department_id
JOIN people_person p ON p.id = a.person_id
LEFT JOIN directory_package k ON k.id = a.package_id
WHERE """


_UPCOMING = """a.centre_id = %(centre)s AND a.service_date >= %(today)s::date AND upper(a.during) >= %(now)s
    AND a.status IN ('booked', 'arrived', 'ticketed') AND a.place IN ('counter', 'urgent')
    AND (%(day)s::date IS NULL OR a.service_date = %(day)s::date)
    AND (cardinality(%(queues)s::bigint[]) = 0 OR a.queue_id = ANY(%(queues)s::bigint[]))
    AND (%(department)s::bigint IS NULL OR m.department_id = %(department)s::bigint)
    AND (%(from)s::time IS NULL OR (lower(a.during) AT TIME ZONE 'Asia/Shanghai')::time >= %(from)s::time)
    AND (%(until)s::time IS NULL OR (lower(a.during) AT TIME ZONE 'Asia/Shanghai')::time < %(until)s::time)
    ORDER BY a.during, a.id LIMIT 500"""


class UnknownAppointment(LookupError):
    """No appointment answers to this code, or it is not the asker's to see."""


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """One appointment with what it refers to; `phone` and `certificate_number` are opened only when asked for.

    `department_id` is the matter's department, whose staff it is for. `ordinal` is None where it takes none of the day's
    two (an inspection that a department started, R5.2).
    """

    id: int
    code: str
    status: Status
    channel_kind: ChannelKind
    channel_id: int | None
    person_id: int
    name: str
    phone_sealed: bytes
    organisation: str
    service_date: date
    starts_at: datetime
    ends_at: datetime
    slot_id: int | None
    queue_id: int
    queue_name: str
    present_at: datetime | None
    remote_ticket: bool
    regulation_id: int
    booked_at: datetime
    outcome: str
    outcome_reason: str
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
    materials_json: str
    department_id: int
    department_name: str
    package_code: str | None
    package_name: str | None
    uscc: str
    ended_at: datetime | None
    place: Place
    ordinal: int | None
    certificate_kind: str
    certificate_index: bytes
    certificate_sealed: bytes
    parameters: Parameters

    @property
    def qr(self) -> str:
        """The signed text of the QR code."""
        return crypto.sign(self.code)

    @property
    def has_phone(self) -> bool:
        """Whether there is a telephone to tell."""
        return self.phone_sealed != b""

    @property
    def phone(self) -> str:
        """The phone number, in clear, empty when there is none: mask it before it is shown."""
        return crypto.unseal(self.phone_sealed) if self.phone_sealed else ""

    @property
    def certificate_number(self) -> str:
        """The certificate number, in clear: mask it before it is shown."""
        return crypto.unseal(self.certificate_sealed)

    @property
    def certificate(self) -> Certificate:
        """The certificate, in clear."""
        return parse_certificate(self.certificate_kind, self.certificate_number)

    @property
    def materials(self) -> list[dict[str, Any]]:
        """The materials of the guide, in its order."""
        found: list[dict[str, Any]] = json.loads(self.materials_json)
        return found

    @property
    def facts(self) -> AppointmentFacts:
        """What the rules about changing it look at, under the regulation it was made under."""
        return AppointmentFacts(
            status=self.status,
            channel=self.channel_kind,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            present=self.present_at is not None,
            remote_ticket=self.remote_ticket,
            parameters=self.parameters,
            place=self.place,
        )

    @property
    def free_until(self) -> datetime:
        """The last moment at which cancelling costs nothing (R4.3)."""
        return free_until(self.facts)

    @property
    def no_show_after(self) -> datetime:
        """The last moment to come (R4.3)."""
        return no_show_after(self.facts)


def by_code(code: str, *, now: datetime) -> AppointmentView:
    """Give the appointment of a number as people type it. Raises `UnknownAppointment`."""
    return _one("a.code = %(code)s", {"code": ids.ungrouped(code)}, now)


def by_codes(codes: Sequence[str], *, now: datetime) -> list[AppointmentView]:
    """Give the appointments of numbers, earliest first; those that nobody has are left out."""
    return many("a.code = ANY(%(codes)s::text[]) ORDER BY a.during, a.id", {"codes": list(codes)}, now)


def by_id(identity: int, *, now: datetime) -> AppointmentView:
    """Give the appointment of an id. Raises `UnknownAppointment`."""
    return _one("a.id = %(id)s::bigint", {"id": identity}, now)


def by_ids(ids: Iterable[int], *, now: datetime) -> list[AppointmentView]:
    """Give the appointments of some ids, earliest first."""
    return many("a.id = ANY(%(ids)s::bigint[]) ORDER BY a.during, a.id", {"ids": list(ids)}, now)


def by_qr(text: str, *, now: datetime) -> AppointmentView:
    """Give the appointment whose QR code was read. A forged or foreign code raises `UnknownAppointment`."""
    code = crypto.verify(text.strip())
    if code is None:
        raise UnknownAppointment
    return by_code(code, now=now)


def of_phone(phone: str, *, now: datetime) -> list[AppointmentView]:
    """Give the appointments booked with a phone, latest service first, at most 200."""
    return many(
        "a.phone_index = ANY(%(phone)s::bytea[]) ORDER BY a.during DESC LIMIT 200",
        {"phone": crypto.blind_indexes("phone", phone)},
        now,
    )


def of_person(certificate: Certificate, *, now: datetime, on: date | None = None) -> list[AppointmentView]:
    """Give a person's appointments, latest service first, at most 200; only those of one date when `on` is given."""
    return many(
        "p.certificate_index = ANY(%(person)s::bytea[]) AND (%(on)s::date IS NULL OR a.service_date = %(on)s::date)"
        " ORDER BY a.during DESC LIMIT 200",
        {"person": crypto.blind_indexes("certificate", certificate.identity), "on": on},
        now,
    )


def codes_of(ids: Iterable[int]) -> dict[int, str]:
    """Give the codes of appointments by their ids, for feeds that name things by code."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code FROM booking_appointment WHERE id = ANY(%s::bigint[])", [list(ids)])
        return dict(cursor.fetchall())


def channel_of(code: str) -> int | None:
    """Give the id of the channel that booked an appointment, None for a visitor of the portal or an unknown code."""
    return Appointment.objects.filter(code=code).values_list("channel_id", flat=True).first()


def expected_on(centre_id: int, day: date, *, now: datetime, queues: Sequence[int] = ()) -> list[AppointmentView]:
    """Give who is expected in a centre on a date, earliest first; of some queues only when they are given.

    Home visits and inspections are not among them: there nobody comes.
    """
    return many(
        "a.centre_id = %(centre)s AND a.service_date = %(day)s AND a.status IN ('booked', 'arrived', 'ticketed')"
        " AND a.place IN ('counter', 'urgent')"
        " AND (cardinality(%(queues)s::bigint[]) = 0 OR a.queue_id = ANY(%(queues)s::bigint[])) ORDER BY a.during, a.id",
        {"centre": centre_id, "day": day, "queues": list(queues)},
        now,
    )


def upcoming(
    centre_id: int,
    *,
    now: datetime,
    day: date | None = None,
    queues: Sequence[int] = (),
    department_id: int | None = None,
    hours: tuple[time, time] | None = None,
) -> list[AppointmentView]:
    """Give a centre's live appointments in the hall that are not over, earliest first, at most 500.

    Narrowed by a date, queues, the department of the matter, and `hours`: those that begin at or after the first and
    before the second wall time.
    """
    first, last = hours or (None, None)
    return many(
        _UPCOMING,
        {
            "centre": centre_id,
            "today": now.date(),
            "now": now,
            "day": day,
            "queues": list(queues),
            "department": department_id,
            "from": first,
            "until": last,
        },
        now,
    )


def _one(condition: str, values: dict[str, Any], now: datetime) -> AppointmentView:
    found = many(condition, values, now)
    if not found:
        raise UnknownAppointment
    return found[0]


def many(condition: str, values: dict[str, Any], now: datetime) -> list[AppointmentView]:
    """Give the views of a condition of our own; the tables are a, c, q, m, d, p and k as in `_VIEW`."""
    with connection.cursor() as cursor:
        cursor.execute(_VIEW + condition, values)
        return [view_of(row, now) for row in cursor.fetchall()]


def view_of(row: tuple[Any, ...], now: datetime) -> AppointmentView:
    """Make the view of one row of `_VIEW`, its instants in the zone of `now`, under the regulation that governs it."""
    values: list[Any] = [value.astimezone(now.tzinfo) if hasattr(value, "astimezone") else value for value in row]
    values[2], values[3] = Status(values[2]), ChannelKind(values[3])
    values[-5] = Place(values[-5])
    values[7], values[-2], values[-1] = bytes(values[7]), bytes(values[-2]), bytes(values[-1])
    own, current = reference.edition(values[17]), reference.current().in_force(now.date())
    values.append(lenient(own.parameters, current.parameters))
    return AppointmentView(*values)

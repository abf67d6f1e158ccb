"""Applicants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from yueban.domain.audit import operations as audit
from yueban.domain.people.models import Person
from yueban.domain.people.queries import CURRENT_KEY, certificate_index
from yueban.domain.people.rules import NO_REVEAL_REASON, NotAuthorised, TooManyReveals, may_reveal_again
from yueban.kernel import crypto, wall
from yueban.kernel.constraints import retrying
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.people.rules import StaffIdentity
    from yueban.kernel.certificates import Certificate


class UnknownPerson(LookupError):
    """There is no person with this id."""


_COUNT = """
UPDATE people_staff
SET reveals = CASE WHEN reveals_on = %(day)s THEN reveals + 1 ELSE 1 END, reveals_on = %(day)s
WHERE id = %(staff)s AND is_active
RETURNING reveals
"""


@dataclass(frozen=True, slots=True)
class Revealing:
    """Whose certificate is to be shown in clear and why; where it was asked for is recorded with it."""

    person_id: int
    reason: str
    centre_id: int | None = None
    appointment_id: int | None = None


def reveal(asked: Revealing, *, by: StaffIdentity, now: datetime) -> str:
    """Give a person's certificate number in clear; that it was seen, by whom and why, is recorded, the number is not.

    The caller has checked `Permission.REVEAL_CERTIFICATE` there. Raises InvalidInput without a reason, TooManyReveals
    past the day's bound (the first time it is noted for the supervisor), LookupError for an unknown person.
    """
    if not asked.reason.strip():
        raise InvalidInput("reason", "missing", NO_REVEAL_REASON)
    with transaction.atomic():
        sealed = _sealed(asked.person_id)
        count = _count(by, now)
        allowed = may_reveal_again(count)
        if allowed:
            _record("person.revealed", asked, by, now)
        elif may_reveal_again(count - 1):
            _record("person.reveals_exceeded", asked, by, now)
    if not allowed:
        raise TooManyReveals
    return crypto.unseal(sealed)


def _sealed(person: int) -> bytes:
    found = Person.objects.filter(pk=person).values_list("certificate_sealed", flat=True).first()
    if found is None:
        raise UnknownPerson(person)
    return bytes(found)


def _count(by: StaffIdentity, now: datetime) -> int:
    """Count the attempt on the row of who asks, which also puts two at once one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"staff": by.id, "day": now.astimezone(wall.TZ).date()})
        row = cursor.fetchone()
    if row is None:  # closed at this moment
        raise NotAuthorised
    return int(row[0])


def _record(kind: str, asked: Revealing, by: StaffIdentity, now: datetime) -> None:
    audit.record(
        kind=kind,
        by=by.by,
        at=now,
        reason=asked.reason.strip(),
        person_id=asked.person_id,
        centre_id=asked.centre_id,
        appointment_id=asked.appointment_id,
    )


_KNOW = """
INSERT INTO people_person (certificate_kind, certificate_index, certificate_sealed, seen_at)
VALUES (%(kind)s, %(index)s, %(sealed)s, %(now)s)
ON CONFLICT (certificate_index) DO UPDATE SET seen_at = excluded.seen_at
RETURNING id
"""


@retrying(constraints=frozenset({CURRENT_KEY}))
def know(certificate: Certificate, *, now: datetime) -> int:
    """Give the id of the person of a certificate, who is known from now on (a walk-in who says who it is)."""
    values = {
        "kind": certificate.kind.value,
        "index": certificate_index(certificate),
        "sealed": crypto.seal(certificate.number),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KNOW, values)
        return int(cursor.fetchone()[0])

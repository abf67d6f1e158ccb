"""Applicants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from yueban.domain.audit import operations as audit
from yueban.domain.people.models import Person
from yueban.domain.people.queries import CURRENT_KEY, certificate_index
from yueban.kernel import crypto
from yueban.kernel.constraints import retrying
from yueban.kernel.errors import InvalidInput, gettext_noop

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.kernel.certificates import Certificate

_NO_REASON = gettext_noop("请说明查看完整证件号码的理由。")
_LONGEST_REASON = 500


@transaction.atomic
def reveal(person: int, *, by: str, reason: str, now: datetime) -> str:
    """Give a person's certificate number in clear; that it was seen, by whom and why, is recorded.

    The caller has checked `Permission.REVEAL_CERTIFICATE`. Raises InvalidInput without a reason, Person.DoesNotExist.
    """
    why = reason.strip()[:_LONGEST_REASON]
    if not why:
        raise InvalidInput("reason", "missing", _NO_REASON)
    found = Person.objects.get(pk=person)
    audit.record(kind="person.revealed", by=by, at=now, person_id=person, reason=why)
    return crypto.unseal(found.certificate_sealed)


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

"""Who is who."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from yueban.domain.people.models import Channel, ChannelResponse, Person, Staff
from yueban.domain.people.rules import NotAuthorised, Role, Scope, StaffIdentity
from yueban.kernel import crypto
from yueban.kernel.ids import token_digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from yueban.kernel.certificates import Certificate

CURRENT_KEY: Final = "person_index_of_the_current_key"
"""The constraint that refuses an index computed just before a key rotation: compute it anew and try again."""


def certificate_index(certificate: Certificate) -> bytes:
    """Give the blind index that a person is kept under (R5.2 counts by it)."""
    return crypto.blind_index("certificate", certificate.identity)


def certificate_indexes(certificate: Certificate) -> list[bytes]:
    """Give the blind indexes that a person may be found by; more than one only during a key rotation."""
    return crypto.blind_indexes("certificate", certificate.identity)


def person_of(certificate: Certificate) -> int | None:
    """Give the id of the person of a certificate, None when nobody ever used it here."""
    indexes = certificate_indexes(certificate)
    return Person.objects.filter(certificate_index__in=indexes).values_list("id", flat=True).first()


def identity_of(staff: Staff) -> StaffIdentity:
    """Give what surfaces and the audit need of a member of staff."""
    scope = Scope(staff.centre_id, staff.department_id)
    return StaffIdentity(staff.pk, staff.username, staff.name or staff.username, Role(staff.role), scope)


_BEARER: Final = """
SELECT s.id, s.username, s.name, s.role, s.centre_id, s.department_id
FROM people_stafftoken t JOIN people_staff s ON s.id = t.staff_id AND s.is_active
WHERE t.digest = %s AND t.revoked_at IS NULL
"""


def staff_of_token(token: str) -> StaffIdentity:
    """Give the active member of staff whose API token this is; raises NotAuthorised."""
    with connection.cursor() as cursor:
        cursor.execute(_BEARER, [token_digest(token)])
        row = cursor.fetchone()
    if row is None:
        raise NotAuthorised
    identity, login, name, role, centre_id, department_id = row
    return StaffIdentity(identity, login, name or login, Role(role), Scope(centre_id, department_id))


def staff() -> QuerySet[Staff]:
    """Give all members of staff by login, with their centre and department."""
    return Staff.objects.select_related("centre", "department").order_by("username")


def names_of(logins: Iterable[str]) -> dict[str, str]:
    """Give the names of members of staff by their logins, for a history that says who; unknown ones are left out."""
    return dict(Staff.objects.filter(username__in=set(logins)).exclude(name="").values_list("username", "name"))


def channels() -> QuerySet[Channel]:
    """Give all channels by name, closed ones too."""
    return Channel.objects.select_related("centre").order_by("name")


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """What a channel was answered under an Idempotency-Key; `request_digest` is keyed, so nothing can be guessed from it."""

    request_digest: bytes
    status: int
    body: str


def kept_response(channel_id: int, key: str) -> KeptResponse | None:
    """Give what was answered under a key of a channel, None when nothing was."""
    rows = ChannelResponse.objects.filter(channel_id=channel_id, key=key)
    row = rows.values_list("request_digest", "status", "body").first()
    return KeptResponse(bytes(row[0]), row[1], row[2]) if row else None


def broken_invariants() -> list[str]:
    """Give what `yueban check` must report: persons under another key than the pinned one, unknown roles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT get_byte(certificate_index, 0)) FROM people_person")
        keys = cursor.fetchone()[0]
    strangers = Staff.objects.exclude(role__in=[*Role, ""]).values_list("username", flat=True)
    found = [f"staff {login} has an unknown role" for login in strangers]
    return found + ([f"persons are indexed under {keys} keys"] if keys > 1 else [])

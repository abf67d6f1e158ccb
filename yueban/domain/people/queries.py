"""Who is who."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Count, Q

from yueban.domain.people.models import Channel, ChannelResponse, Person, Staff
from yueban.domain.people.rules import NotAuthorised, Role, Scope, StaffIdentity
from yueban.kernel import crypto
from yueban.kernel.ids import token_digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as the security administrator sees it; times are instants, `role` may be none for an old one."""

    id: int
    login: str
    name: str
    role: str
    scope: Scope
    centre_name: str
    department_name: str
    open: bool
    locked_until: datetime | None
    must_change_password: bool
    last_login: datetime | None
    tokens: int

    def locked(self, *, now: datetime) -> bool:
        """Whether too many failures keep it out now."""
        return self.locked_until is not None and now < self.locked_until


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """Which accounts: by a part of login or name, a role, a centre; closed ones too when asked for."""

    text: str = ""
    role: str = ""
    centre_id: int | None = None
    closed: bool = False


def accounts(wanted: AccountSearch, *, limit: int) -> list[AccountView]:
    """Give at most `limit` accounts by login."""
    found = staff().filter(is_active=not wanted.closed)
    if wanted.text:
        found = found.filter(Q(username__icontains=wanted.text) | Q(name__icontains=wanted.text))
    if wanted.role:
        found = found.filter(role=wanted.role)
    if wanted.centre_id is not None:
        found = found.filter(centre_id=wanted.centre_id)
    return [_account(row) for row in _with_tokens(found)[:limit]]


def account(login: str) -> AccountView:
    """Give one account, closed ones too; raises UnknownAccount."""
    row = None if "\0" in login else _with_tokens(staff()).filter(username=login).first()
    if row is None:
        raise UnknownAccount(login)
    return _account(row)


class UnknownAccount(LookupError):
    """Nobody has this login, not even a closed account."""


def _with_tokens(rows: QuerySet[Staff]) -> QuerySet[Staff]:
    return rows.annotate(tokens=Count("stafftoken", filter=Q(stafftoken__revoked_at=None)))


def _account(row: Staff) -> AccountView:
    return AccountView(
        id=row.pk,
        login=row.username,
        name=row.name,
        role=row.role,
        scope=Scope(row.centre_id, row.department_id),
        centre_name=row.centre.short_name if row.centre else "",
        department_name=row.department.short_name if row.department else "",
        open=row.is_active,
        locked_until=row.locked_until,
        must_change_password=row.must_change_password,
        last_login=row.last_login,
        tokens=row.tokens,  # type: ignore[attr-defined]  # annotated
    )


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

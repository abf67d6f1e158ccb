"""SMS login codes. They run on the database's real time: a simulated clock must neither lock people out nor let them in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from yueban.domain.people.rules import (
    BAD_CODE,
    CODE_ATTEMPTS,
    CODE_DIGITS,
    CODE_MINUTES,
    CodeHistory,
    code_refusal,
    counted_address,
)
from yueban.kernel import crypto, ids
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that was made; `code` goes into the message and nowhere else."""

    id: int
    code: str


# Two requests for one phone, or from one address, wait for each other; phone first, then address: no cycle.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(encode(%s::bytea, 'hex'), 7284190005))"

_HISTORY = """
SELECT count(*) FILTER (WHERE phone_index = ANY(%(phone)s::bytea[])),
    count(*) FILTER (WHERE ip_index = ANY(%(ip)s::bytea[])),
    extract(epoch FROM clock_timestamp() - max(sent_at) FILTER (WHERE phone_index = ANY(%(phone)s::bytea[])))::float8
FROM people_logincode
WHERE (phone_index = ANY(%(phone)s::bytea[]) OR ip_index = ANY(%(ip)s::bytea[]))
    AND sent_at > clock_timestamp() - interval '1 day'
"""

_REPLACE = """
UPDATE people_logincode SET expires_at = clock_timestamp()
WHERE phone_index = ANY(%s::bytea[]) AND used_at IS NULL AND expires_at > clock_timestamp()
"""

_INSERT = """
INSERT INTO people_logincode (phone_index, digest, ip_index, sent_at, expires_at, attempts)
VALUES (%(phone)s, %(digest)s, %(ip)s, clock_timestamp(), clock_timestamp() + make_interval(mins => %(minutes)s::int), 0)
RETURNING id
"""

# The one open code of the phone; the row lock and its second look make a code good for one login only.
_CHECK = """
UPDATE people_logincode SET
    attempts = attempts + 1,
    used_at = CASE WHEN digest = ANY(%(digests)s::bytea[]) THEN %(now)s::timestamptz END
WHERE phone_index = ANY(%(phone)s::bytea[]) AND used_at IS NULL
    AND expires_at > clock_timestamp() AND attempts < %(attempts)s::int
RETURNING used_at IS NOT NULL
"""


def _digest_text(phone: str, code: str) -> str:
    return f"{phone}:{code}"


@transaction.atomic
def new_login_code(phone: str, *, ip: str = "") -> NewCode:
    """Make the one open code of a phone (an older one ends) and give it to be sent.

    Good for 5 minutes and 5 attempts; at most one a minute and 10 a day for a phone, 100 a day from a public address.
    Raises TooManyRequests. `notices.operations.send_login_code` sends it.
    """
    phones = crypto.blind_indexes("phone", phone)
    address = counted_address(ip)
    addresses = crypto.blind_indexes("address", address) if address else []
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    with connection.cursor() as cursor:
        for index in [*phones[:1], *addresses[:1]]:
            cursor.execute(_LOCK, [index])
        cursor.execute(_HISTORY, {"phone": phones, "ip": addresses})
        if refusal := code_refusal(CodeHistory(*cursor.fetchone())):
            raise refusal
        cursor.execute(_REPLACE, [phones])
        digest = crypto.blind_index("login_code", _digest_text(phone, code))
        origin = addresses[0] if addresses else None
        cursor.execute(_INSERT, {"phone": phones[0], "digest": digest, "ip": origin, "minutes": CODE_MINUTES})
        return NewCode(cursor.fetchone()[0], code)


def check_code(phone: str, code: str, *, now: datetime) -> None:
    """Use up the code of a phone; raises InvalidInput (`bad_code` on field `code`) when it is not the right one.

    Each call counts as an attempt. Of two at once with the right code one succeeds.
    """
    digits = ids.ungrouped(code[:20]).encode("ascii", "replace").decode()
    digests = crypto.blind_indexes("login_code", _digest_text(phone, digits))
    phones = crypto.blind_indexes("phone", phone)
    with connection.cursor() as cursor:
        cursor.execute(_CHECK, {"digests": digests, "phone": phones, "attempts": CODE_ATTEMPTS, "now": now})
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise InvalidInput("code", "bad_code", BAD_CODE)


def forget_old_codes() -> int:
    """Delete codes that no bound counts any more; give how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_logincode WHERE sent_at < clock_timestamp() - interval '2 days'")
        return int(cursor.rowcount)

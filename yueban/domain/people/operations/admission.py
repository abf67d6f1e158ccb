"""Channels: their tokens, and the bound on how fast they may ask.

Rates count in windows of real time (not the simulated clock) in an unlogged table, because no limit may live in
one process: several web nodes share it. A crash of the database empties that table, which only forgives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from yueban.domain.audit import operations as audit
from yueban.domain.people.models import Channel
from yueban.domain.people.rules import (
    CERTIFICATE_TOO_FAST,
    TOO_FAST,
    AdmittedChannel,
    ChannelProgram,
    NotAuthorised,
    TooManyRequests,
)
from yueban.kernel.ids import new_token, token_digest

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST_TOKEN = 200

_CHANNEL = """
WITH channel AS (
    SELECT id, name, kind, centre_id FROM people_channel WHERE digest = %(digest)s AND active
), hit AS (
    INSERT INTO people_rate AS rate (key, "window", hits)
    SELECT '\\x63'::bytea || int8send(id), floor(extract(epoch FROM clock_timestamp()))::bigint, 1 FROM channel
    ON CONFLICT (key, "window") DO UPDATE SET hits = rate.hits + 1
    RETURNING hits
)"""

_ADMIT = f"{_CHANNEL} SELECT channel.id, channel.name, channel.kind, channel.centre_id, hit.hits FROM channel, hit"  # noqa: S608  our own text

# A booking is counted on its certificate in the same round trip, and only for a channel that was let in.
_ADMIT_BOOKING = f"""{_CHANNEL}, booking AS (
    INSERT INTO people_rate AS rate (key, "window", hits)
    SELECT %(certificate)s::bytea, floor(extract(epoch FROM clock_timestamp()) / 60)::bigint, 1 FROM channel
    ON CONFLICT (key, "window") DO UPDATE SET hits = rate.hits + 1
    RETURNING hits
)
SELECT channel.id, channel.name, channel.kind, channel.centre_id, hit.hits, booking.hits,
    60 - (extract(epoch FROM clock_timestamp())::bigint %% 60)
FROM channel, hit, booking"""  # noqa: S608  our own text

_COUNT = """
INSERT INTO people_rate AS rate (key, "window", hits)
VALUES (%(key)s, floor(extract(epoch FROM clock_timestamp()) / 60)::bigint, 1)
ON CONFLICT (key, "window") DO UPDATE SET hits = rate.hits + 1
RETURNING hits, 60 - (extract(epoch FROM clock_timestamp())::bigint %% 60)
"""


def admit(token: str, *, certificate_index: bytes | None = None) -> AdmittedChannel:
    """Let a channel in by its token and count the request, in one statement.

    With `certificate_index` the booking is counted on that certificate too, in the same statement.
    Raises NotAuthorised, or TooManyRequests past `YUEBAN_CHANNEL_RATE` a second or `YUEBAN_CERTIFICATE_RATE` a minute.
    """
    if not token or len(token) > _LONGEST_TOKEN:
        raise NotAuthorised
    statement = _ADMIT if certificate_index is None else _ADMIT_BOOKING
    with connection.cursor() as cursor:
        cursor.execute(statement, {"digest": token_digest(token), "certificate": certificate_index})
        row = cursor.fetchone()
    if row is None:
        raise NotAuthorised
    if row[4] > settings.CHANNEL_RATE:
        raise TooManyRequests(1, TOO_FAST)
    if certificate_index is not None and row[5] > settings.CERTIFICATE_RATE:
        raise TooManyRequests(int(row[6]), CERTIFICATE_TOO_FAST)
    return AdmittedChannel(row[0], row[1], ChannelProgram(row[2]), row[3])


def admit_certificate(certificate_index: bytes) -> None:
    """Count a booking on a certificate; raises TooManyRequests past `YUEBAN_CERTIFICATE_RATE` a minute."""
    bound(certificate_index, most=settings.CERTIFICATE_RATE, message=CERTIFICATE_TOO_FAST)


def bound(key: bytes, *, most: int, message: str) -> None:
    """Count something on a key; raises TooManyRequests with the message past `most` in this minute of real time."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key})
        hits, seconds_left = cursor.fetchone()
    if hits > most:
        raise TooManyRequests(int(seconds_left), message)


@transaction.atomic
def add_channel(*, name: str, kind: ChannelProgram, centre_id: int | None = None, by: str, now: datetime) -> str:
    """Add a channel and give its token, which is shown this once. Raises IntegrityError when the name is taken."""
    token = new_token()
    Channel.objects.create(name=name, kind=kind, centre_id=centre_id, digest=token_digest(token), created_at=now)
    audit.record(kind="channel.added", by=by, at=now, centre_id=centre_id, data={"name": name, "kind": kind})
    return token


@transaction.atomic
def revoke_channel(*, name: str, by: str, now: datetime) -> bool:
    """Close a channel; False when there is no open one of that name."""
    closed = Channel.objects.filter(name=name, active=True).update(active=False) == 1
    if closed:
        audit.record(kind="channel.revoked", by=by, at=now, data={"name": name})
    return closed


def forget_old_rates() -> int:
    """Delete windows that no longer count; give how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_rate WHERE at < clock_timestamp() - interval '5 minutes'")
        return int(cursor.rowcount)

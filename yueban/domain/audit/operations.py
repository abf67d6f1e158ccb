"""Recording what happened, giving the feed its order, and sealing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.db import connection, transaction

from yueban.domain.audit import queries
from yueban.domain.audit.models import Event, Seal
from yueban.domain.audit.rules import FIRST_DIGEST, chain

if TYPE_CHECKING:
    from datetime import datetime

_SEQUENCE_BATCH = 5_000
_SEAL_BATCH = 1_000
_SEAL_LOCK = 7_284_190_004  # beside the sequencer's lock in migration 0002


class Details(TypedDict, total=False):
    """What an event may be about. `data` holds no certificate number, phone or name."""

    centre_id: int | None
    appointment_id: int | None
    ticket_id: int | None
    person_id: int | None
    clause: str
    reason: str
    data: dict[str, Any]


def record(*, kind: str, by: str, at: datetime, **details: Unpack[Details]) -> int:
    """Write one event in the caller's transaction and give its id; it appears in the feed once sequenced.

    `kind` is dotted (`appointment.booked`); `by` is `staff:<login>`, `channel:<name>`, `applicant` or `system:<job>`.
    """
    return Event.objects.create(kind=kind, by=by, at=at, **details).pk


def sequence() -> int:
    """Give committed events their place in the feed and return how many got one.

    One holds the lock at a time and a place is visible before the next is given, so a reader never sees
    a later position before an earlier one. Call it outside any transaction, before reading the feed.
    """
    placed = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_sequence(%s)", [_SEQUENCE_BATCH])
            moved = int(cursor.fetchone()[0])
        placed += moved
        if moved < _SEQUENCE_BATCH:
            return placed


def seal(*, now: datetime) -> int:
    """Seal all sequenced events in batches chained by SM3, and return how many events were sealed."""
    sealed = 0
    while batch := _seal_batch(now):
        sealed += batch
    return sealed


@transaction.atomic
def _seal_batch(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEAL_LOCK])
    before = Seal.objects.order_by("-last").first()
    end, digest = (before.last, bytes(before.digest)) if before else (0, FIRST_DIGEST)
    events = queries.after(end, limit=_SEAL_BATCH)
    if not events:
        return 0
    last = events[-1].position or 0
    made = Seal.objects.create(at=now, first=end + 1, last=last, digest=chain(digest, events))
    Event.objects.filter(position__range=(end + 1, last)).update(seal=made)
    return len(events)

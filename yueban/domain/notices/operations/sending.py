"""Emptying the outbox: claim a batch under a lease, hand it over, note what came of each message (ADR 225)."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from yueban.domain.notices import rules
from yueban.domain.notices.gateways import Outgoing, Rejected, Uncertain, Undelivered
from yueban.domain.notices.models import Message
from yueban.domain.notices.operations import receiving
from yueban.domain.notices.rules import NO_ANSWER, UNREADABLE, WORKER_DIED, State
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from yueban.domain.notices.gateways import Gateway

_BATCH = 50
_LEASE_SECONDS = 10
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Drained:
    """What one batch came to: sent, not sent, and held back because it was too late or in the quiet hours."""

    sent: int = 0
    failed: int = 0
    held: int = 0

    @property
    def taken(self) -> int:
        """How many messages were looked at."""
        return self.sent + self.failed + self.held


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker holds. `attempts` is the fence: who took it over has another number."""

    id: int
    template: str
    phone_sealed: bytes
    body_sealed: bytes
    attempts: int
    about_at: datetime | None
    expires_at: datetime | None


# A lease guards against dead workers, not against the regulation: it runs on the database's real time.
_CLAIM = """
WITH left_behind AS MATERIALIZED (
    SELECT id FROM notices_message
    WHERE state = 'sending' AND leased_until < clock_timestamp() AND (handed_at IS NULL OR %(harmless)s::bool)
    ORDER BY leased_until LIMIT %(limit)s::int FOR UPDATE SKIP LOCKED
), fresh AS MATERIALIZED (
    SELECT id FROM notices_message WHERE state = 'queued' AND due_at <= %(now)s
    ORDER BY priority, due_at, id LIMIT %(limit)s::int FOR UPDATE SKIP LOCKED
)
UPDATE notices_message SET state = 'sending', attempts = attempts + 1, gateway = %(gateway)s, handed_at = NULL,
    leased_until = clock_timestamp() + make_interval(secs => %(lease)s::float8)
WHERE id IN (SELECT id FROM left_behind UNION ALL SELECT id FROM fresh)
RETURNING id, template, phone_sealed, body_sealed, attempts, about_at, expires_at, priority
"""

# What a dead worker had handed over may have gone out: it waits for its receipt like any other uncertain message.
_FORSAKEN = """
UPDATE notices_message SET state = 'unknown', unknowns = unknowns + 1, due_at = %(settle_at)s, error = %(error)s,
    leased_until = NULL
WHERE id IN (SELECT id FROM notices_message WHERE state = 'sending' AND leased_until < clock_timestamp()
    AND handed_at IS NOT NULL ORDER BY leased_until LIMIT %(limit)s::int FOR UPDATE SKIP LOCKED)
"""

_HAND_OVER = """
UPDATE notices_message SET handed_at = %s
WHERE state = 'sending' AND (id, attempts) IN (SELECT * FROM unnest(%s::bigint[], %s::int[])) RETURNING id
"""


def drain(*, now: datetime, gateway: Gateway, limit: int = _BATCH, lease_seconds: float = _LEASE_SECONDS) -> Drained:
    """Send one batch of due messages, the most urgent first, and say what became of it.

    Several workers may drain at once: a batch is claimed with SKIP LOCKED under a lease. A worker that dies loses
    nothing: after the lease others send what it had not handed over, and what it had handed over waits for its receipt,
    unless the gateway drops repetitions. Each outcome is noted at once.
    """
    lease = lease_seconds + gateway.timeout * 2 * limit / gateway.parallel
    claimed = _claim(gateway, lease, limit, now)
    ready = [message for message in claimed if _may_go(message, now)]
    sent = failed = 0
    for message, receipt, error in _deliver(gateway, ready, now):
        if error is None:
            _note_sent(message, gateway, receipt, now)
            sent += 1
        else:
            _note_failed(message, gateway, error, now)
            failed += 1
    return Drained(sent, failed, len(claimed) - len(ready))


def drain_all(*, now: Callable[[], datetime], gateway: Gateway) -> Drained:
    """Send batches until nothing is due; `now` is asked anew for each."""
    sent = failed = held = 0
    while (batch := drain(now=now(), gateway=gateway)).taken:
        sent, failed, held = sent + batch.sent, failed + batch.failed, held + batch.held
    return Drained(sent, failed, held)


def _claim(gateway: Gateway, lease: float, limit: int, now: datetime) -> list[Claimed]:
    values: dict[str, Any] = {
        "gateway": gateway.name,
        "lease": lease,
        "limit": limit,
        "now": now,
        "harmless": gateway.harmless_twice,
    }
    with connection.cursor() as cursor:
        if not gateway.harmless_twice:
            settle_at = now + gateway.patience
            cursor.execute(_FORSAKEN, {"settle_at": settle_at, "error": WORKER_DIED, "limit": limit})
        cursor.execute(_CLAIM, values)
        rows = sorted(cursor.fetchall(), key=lambda row: (row[-1], row[0]))
        return [Claimed(*row[:-1]) for row in rows]


def _may_go(message: Claimed, now: datetime) -> bool:
    """Hold back what is too late by now, and what the quiet hours caught in the queue; that costs no attempt."""
    if message.expires_at is not None and message.expires_at < now:
        _ours(message).update(state=State.EXPIRED, leased_until=None)
        return False
    due_at = rules.due(message.template, about=message.about_at, quiet=settings.SMS_QUIET_HOURS, now=now)
    if due_at > now:
        _ours(message).update(state=State.QUEUED, due_at=due_at, leased_until=None, attempts=message.attempts - 1)
    return due_at <= now


def _ours(message: Claimed) -> Any:
    return Message.objects.filter(pk=message.id, state=State.SENDING, attempts=message.attempts)


def _deliver(
    gateway: Gateway, claimed: Sequence[Claimed], now: datetime
) -> Iterator[tuple[Claimed, str, Undelivered | None]]:
    """Send each and yield its receipt and error; as many at once as the gateway bears, noted before the next ones."""

    def attempt(message: Claimed) -> tuple[Claimed, str, Undelivered | None]:
        try:
            return message, gateway.send(opened(message, now)), None
        except Undelivered as error:
            return message, "", error
        except crypto.Unreadable:
            return message, "", Undelivered(UNREADABLE)
        except Exception as error:  # noqa: BLE001 - one message that breaks a gateway must not stop all behind it
            return message, "", Uncertain(type(error).__name__)

    for start in range(0, len(claimed), gateway.parallel):
        yield from _mapped(attempt, _hand_over(gateway, claimed[start : start + gateway.parallel], now))


def _mapped(
    attempt: Callable[[Claimed], tuple[Claimed, str, Undelivered | None]], claimed: Sequence[Claimed]
) -> Iterator[tuple[Claimed, str, Undelivered | None]]:
    if len(claimed) <= 1:
        yield from map(attempt, claimed)
        return
    with ThreadPoolExecutor(
        len(claimed)
    ) as pool:  # only the gateway runs in threads; the database stays with the caller
        yield from pool.map(attempt, claimed)


def _hand_over(gateway: Gateway, claimed: Sequence[Claimed], now: datetime) -> Sequence[Claimed]:
    """Note that these are given to the gateway now, and give those that are still ours: a lease may have run out."""
    if gateway.harmless_twice:
        return claimed
    with connection.cursor() as cursor:
        cursor.execute(_HAND_OVER, [now, [each.id for each in claimed], [each.attempts for each in claimed]])
        ours = {number for (number,) in cursor.fetchall()}
    return [message for message in claimed if message.id in ours]


def opened(message: Claimed, now: datetime) -> Outgoing:
    """Give a message in clear, signed."""
    text, variables = rules.read(crypto.unseal(message.body_sealed))
    phone = crypto.unseal(message.phone_sealed)
    return Outgoing(message.id, message.template, phone, settings.SMS_SIGNATURE + text, now, variables)


def _note_sent(message: Claimed, gateway: Gateway, receipt: str, now: datetime) -> None:
    """Note the success; a receipt may have been faster than this note, and is not undone by it."""
    text, _variables = rules.read(crypto.unseal(message.body_sealed))
    told = {
        "sent_at": now,
        "receipt": receipt[:100],
        "segments": rules.segments(settings.SMS_SIGNATURE + text),
        "leased_until": None,
    }
    same = Message.objects.filter(pk=message.id)
    if not same.exclude(state__in=[State.DELIVERED, State.FAILED]).update(state=State.SENT, error="", **told):
        same.filter(sent_at=None).update(**told)
    receiving.match_reference(gateway.name, receipt[:100])


def _note_failed(message: Claimed, gateway: Gateway, error: Undelivered, now: datetime) -> None:
    """Queue a message again for later, let it wait for its receipt, or give it up."""
    code = str(error)[:LONGEST_ERROR] or "undelivered"
    if isinstance(error, Uncertain) and not gateway.harmless_twice:
        wait_for_receipt(message, code if code.startswith("HTTP") else NO_ANSWER, now + gateway.patience)
        return
    pause = rules.pause_after(message.attempts, jitter=random.random())  # noqa: S311 - spreads load
    if pause is None or isinstance(error, Rejected):
        _ours(message).update(state=State.DEAD, error=code, leased_until=None)
    else:
        due_at = rules.due(message.template, about=message.about_at, quiet=settings.SMS_QUIET_HOURS, now=now + pause)
        _ours(message).update(state=State.QUEUED, error=code, leased_until=None, due_at=due_at)


def wait_for_receipt(message: Claimed, code: str, until: datetime) -> None:
    """Nobody knows whether it went out: a receipt says so, or `settle` decides."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notices_message SET state = 'unknown', unknowns = unknowns + 1, due_at = %s, error = %s,"
            " leased_until = NULL WHERE id = %s AND state = 'sending' AND attempts = %s",
            [until, code, message.id, message.attempts],
        )

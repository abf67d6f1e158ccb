"""Writing messages into the outbox, and emptying it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from yueban.domain.audit import operations as audit
from yueban.domain.notices.gateways import Outgoing, Undelivered
from yueban.domain.notices.models import Message
from yueban.domain.notices.rules import Template, pause_after, render
from yueban.domain.people import operations as people
from yueban.domain.people.rules import CODE_MINUTES
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from yueban.domain.notices.gateways import Gateway

_BATCH = 50
_LEASE_SECONDS = 10
_LONGEST_ERROR = 300


def compose(template: str, **fields: str | int | datetime) -> str:
    """Write the text that goes into `body_sealed`; the signature is added when it is sent. Raises KeyError."""
    return render(Template(template), **fields)


def link(path: str) -> str:
    """Give the absolute address of a page of ours (`/r/abc`) for a message, from `YUEBAN_PUBLIC_URL`."""
    return f"{settings.PUBLIC_URL}/{path.lstrip('/')}"


_ENQUEUE = """
INSERT INTO notices_message
    (event, template, appointment_id, phone_index, phone_sealed, body_sealed, created_at, due_at)
VALUES (%(event)s, %(template)s, %(appointment_id)s, %(phone_index)s, %(phone_sealed)s, %(body_sealed)s, %(now)s, %(due_at)s)
ON CONFLICT ON CONSTRAINT message_once_an_event_and_recipient DO NOTHING
"""


def enqueue(
    *,
    event: str,
    template: str,
    phone: str,
    now: datetime,
    appointment_id: int | None = None,
    due_at: datetime | None = None,
    **fields: str | int | datetime,
) -> bool:
    """Write a message in the caller's transaction; False when this recipient was told of this event before.

    Without a phone there is nobody to tell: nothing is written, and the answer is False.

    `fields` are those of the template (`rules.fields_of`); raises KeyError when one is missing.
    """
    if not phone:
        return False
    values = {
        "event": event,
        "template": template,
        "appointment_id": appointment_id,
        "phone_index": crypto.blind_index("phone", phone),
        "phone_sealed": crypto.seal(phone),
        "body_sealed": crypto.seal(compose(template, **fields)),
        "now": now,
        "due_at": due_at or now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENQUEUE, values)
        return bool(cursor.rowcount == 1)


@transaction.atomic
def send_login_code(phone: str, *, now: datetime, ip: str = "") -> None:
    """Make an SMS code for a phone and put it into the outbox; raises people.rules.TooManyRequests."""
    made = people.new_login_code(phone, ip=ip)
    enqueue(
        event=f"login_code:{made.id}",
        template=Template.LOGIN_CODE,
        phone=phone,
        now=now,
        code=made.code,
        minutes=CODE_MINUTES,
    )


# --- emptying ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drained:
    """What one batch came to."""

    sent: int = 0
    failed: int = 0

    @property
    def taken(self) -> int:
        """How many messages were tried."""
        return self.sent + self.failed


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    template: str
    phone_sealed: bytes
    body_sealed: bytes
    attempts: int


# A lease guards against dead workers, not against the regulation: it runs on the database's real time.
_CLAIM = """
WITH left_behind AS MATERIALIZED (
    SELECT id FROM notices_message WHERE state = 'sending' AND leased_until < clock_timestamp()
    ORDER BY leased_until LIMIT %(limit)s::int FOR UPDATE SKIP LOCKED
), fresh AS MATERIALIZED (
    SELECT id FROM notices_message WHERE state = 'queued' AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT %(limit)s::int FOR UPDATE SKIP LOCKED
)
UPDATE notices_message SET state = 'sending', attempts = attempts + 1, gateway = %(gateway)s,
    leased_until = clock_timestamp() + make_interval(secs => %(lease)s::float8)
WHERE id IN (SELECT id FROM left_behind UNION ALL SELECT id FROM fresh)
RETURNING id, template, phone_sealed, body_sealed, attempts
"""


def drain(*, now: datetime, gateway: Gateway, limit: int = _BATCH, lease_seconds: float = _LEASE_SECONDS) -> Drained:
    """Send one batch of due messages and say what became of it.

    Several workers may drain at once: a batch is claimed with SKIP LOCKED under a lease. A worker that dies loses
    nothing: after the lease others send what it held, so a message that it had handed over but not yet noted goes
    out twice; gateways that know `Outgoing.id` drop the second. Each success is noted at once.
    """
    lease = lease_seconds + gateway.timeout * 2 * limit / gateway.parallel
    sent = failed = 0
    for claimed, error in _deliver(gateway, _claim(gateway.name, lease, limit, now), now):
        if error is None:
            sent += 1
        else:
            failed += 1
            _give_back(claimed, error, now)
    return Drained(sent, failed)


def drain_all(*, now: Callable[[], datetime], gateway: Gateway) -> Drained:
    """Send batches until nothing is due; `now` is asked anew for each."""
    sent = failed = 0
    while (batch := drain(now=now(), gateway=gateway)).taken:
        sent, failed = sent + batch.sent, failed + batch.failed
    return Drained(sent, failed)


def _claim(gateway: str, lease: float, limit: int, now: datetime) -> list[_Claimed]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"gateway": gateway, "lease": lease, "limit": limit, "now": now})
        return sorted((_Claimed(*row) for row in cursor.fetchall()), key=lambda claimed: claimed.id)


def _deliver(gateway: Gateway, claimed: Sequence[_Claimed], now: datetime) -> Iterator[tuple[_Claimed, str | None]]:
    """Send each and yield its error, or None; successes are noted in the order in which they come back."""

    def attempt(message: _Claimed) -> tuple[_Claimed, str, str | None]:
        try:
            return message, gateway.send(_opened(message, now)), None
        except (Undelivered, crypto.Unreadable) as error:
            return message, "", str(error)
        except Exception as error:  # noqa: BLE001 - one message that breaks a gateway must not stop all behind it
            return message, "", type(error).__name__

    for message, receipt, error in _mapped(attempt, claimed, gateway.parallel):
        if error is None:
            _note_sent(message, receipt, now)
        yield message, error


def _mapped(
    attempt: Callable[[_Claimed], tuple[_Claimed, str, str | None]], claimed: Sequence[_Claimed], parallel: int
) -> Iterator[tuple[_Claimed, str, str | None]]:
    if parallel == 1 or len(claimed) <= 1:
        yield from map(attempt, claimed)
        return
    with ThreadPoolExecutor(parallel) as pool:  # only the gateway runs in threads; the database stays with the caller
        yield from pool.map(attempt, claimed)


def _opened(message: _Claimed, now: datetime) -> Outgoing:
    text = settings.SMS_SIGNATURE + crypto.unseal(message.body_sealed)
    return Outgoing(message.id, message.template, crypto.unseal(message.phone_sealed), text, now)


def _note_sent(message: _Claimed, receipt: str, now: datetime) -> None:
    Message.objects.filter(pk=message.id).update(
        state="sent", sent_at=now, receipt=receipt[:100], leased_until=None, error=""
    )


def _give_back(message: _Claimed, error: str, now: datetime) -> None:
    """Queue a message again for later, or give it up."""
    pause = pause_after(message.attempts, jitter=random.random())  # noqa: S311 - spreads load
    same = Message.objects.filter(pk=message.id, state="sending", attempts=message.attempts)
    changes: dict[str, Any] = {"state": "dead"} if pause is None else {"state": "queued", "due_at": now + pause}
    same.update(error=error[:_LONGEST_ERROR] or "undelivered", leased_until=None, **changes)


@transaction.atomic
def requeue(ids: Iterable[int] | None = None, *, by: str, now: datetime) -> int:
    """Send given-up messages again (all of them without `ids`), with fresh attempts; give how many."""
    dead = Message.objects.filter(state="dead")
    chosen = dead if ids is None else dead.filter(pk__in=list(ids))
    count = chosen.update(state="queued", attempts=0, due_at=now, error="")
    if count:
        audit.record(kind="message.requeued", by=by, at=now, data={"count": count})
    return count


def rotate_keys(*, progress: Callable[[int, int], None] | None = None) -> int:
    """Seal and index the outbox anew under the current key; give how many messages."""
    sealed = ("phone_sealed", "body_sealed")
    return people.rekey("notices_message", sealed=sealed, index="phone_index", of="phone_sealed", progress=progress)


def forget_old(*, now: datetime, keep: timedelta = timedelta(days=183)) -> int:
    """Delete what was sent longer ago than logs are kept (6 months); give how many."""
    return Message.objects.filter(state="sent", sent_at__lt=now - keep).delete()[0]

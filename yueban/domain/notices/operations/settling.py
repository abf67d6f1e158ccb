"""Deciding on messages of which nobody knows whether they went out, once their receipt did not come in time (ADR 225)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection

from yueban.domain.notices import rules
from yueban.domain.notices.gateways import Asking, Undelivered
from yueban.domain.notices.models import Message
from yueban.domain.notices.operations import receiving
from yueban.domain.notices.operations.sending import Claimed, opened
from yueban.domain.notices.rules import NO_ANSWER, State

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.notices.gateways import Gateway, Known

_BATCH: Final = 50
_MEANWHILE: Final = timedelta(minutes=1)

_TAKE = """
UPDATE notices_message SET due_at = %(again)s WHERE id IN (
    SELECT id FROM notices_message WHERE state = 'unknown' AND due_at <= %(now)s ORDER BY due_at, id
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def settle(*, now: datetime, gateway: Gateway, limit: int = _BATCH) -> int:
    """Decide on each uncertain message whose waiting is over, and give how many were looked at.

    A receipt for its phone that nobody understood is taken for its own. A provider that can be asked is asked: what it
    does not know is sent again. With the others the missing receipt is the answer: it is sent again, at most
    `MAX_UNKNOWN` times; then a person decides. What is too late by now is not sent again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"now": now, "again": now + _MEANWHILE, "limit": limit})
        taken = [number for (number,) in cursor.fetchall()]
    for message in Message.objects.filter(pk__in=taken, state=State.UNKNOWN).order_by("id"):
        _settle(message, gateway, now)
    return len(taken)


def _settle(message: Message, gateway: Gateway, now: datetime) -> None:
    if receiving.claim_stray(message):
        return
    if isinstance(gateway, Asking) and message.gateway == gateway.name:
        _ask(message, gateway, gateway.patience, now)
    else:
        _again(message, now)


def _ask(message: Message, gateway: Asking, patience: timedelta, now: datetime) -> None:
    handed_at = message.handed_at or message.created_at
    try:
        known = gateway.ask(opened(_claimed(message), now), handed_at=handed_at)
    except Undelivered:
        late = now - handed_at > rules.LONGEST_ASKING
        _decide(message, **{"state": State.DEAD, "error": NO_ANSWER} if late else {"due_at": now + patience})
        return
    if known is None:
        _again(message, now)
    else:
        _note(message, known, now)


def _note(message: Message, known: Known, now: datetime) -> None:
    _decide(message, state=State.SENT, sent_at=now, error="")
    if known.report is not None:
        receiving.receive(message.gateway, [known.report], now=now)


def _again(message: Message, now: datetime) -> None:
    if message.expires_at is not None and message.expires_at < now:
        _decide(message, state=State.EXPIRED)
    elif message.unknowns >= rules.MAX_UNKNOWN:
        _decide(message, state=State.DEAD, error=NO_ANSWER)
    else:
        due_at = rules.due(message.template, about=message.about_at, quiet=settings.SMS_QUIET_HOURS, now=now)
        _decide(message, state=State.QUEUED, due_at=due_at)


def _decide(message: Message, **columns: object) -> None:
    """Only while nobody knows still: a receipt may have come meanwhile."""
    Message.objects.filter(pk=message.pk, state=State.UNKNOWN).update(**columns)


def _claimed(message: Message) -> Claimed:
    return Claimed(
        message.pk,
        message.template,
        bytes(message.phone_sealed),
        bytes(message.body_sealed),
        message.attempts,
        message.about_at,
        message.expires_at,
    )

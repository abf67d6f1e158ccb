"""What staff and nights do with the outbox: send again, look into a message, seal anew, forget."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.notices import rules
from yueban.domain.notices.models import Message, Receipt
from yueban.domain.notices.rules import State
from yueban.domain.people import operations as people
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from django.db.models import QuerySet

_SHORTEST_REASON = 2


class UnknownMessage(LookupError):
    """There is no such message, or not in that centre."""


@transaction.atomic
def requeue(ids: Iterable[int] | None = None, *, by: str, now: datetime, centre_id: int | None = None) -> int:
    """Send given-up messages again with fresh attempts, all of them without `ids`; give how many.

    Those that a provider could not deliver are sent again when they are named; what is too late by now expires.
    `centre_id` keeps to one centre's.
    """
    chosen = Message.objects.filter(state=State.DEAD) if ids is None else _named(ids)
    if centre_id is not None:
        chosen = chosen.filter(centre_id=centre_id)
    count = chosen.update(state=State.QUEUED, attempts=0, unknowns=0, due_at=now, error="", receipt="", handed_at=None)
    if count:
        audit.record(kind="message.requeued", by=by, at=now, centre_id=centre_id, data={"count": count})
    return count


def _named(ids: Iterable[int]) -> QuerySet[Message]:
    return Message.objects.filter(pk__in=list(ids), state__in=rules.AGAIN)


@transaction.atomic
def reveal(message_id: int, *, reason: str, by: str, now: datetime, centre_id: int | None = None) -> str:
    """Give the text of a message to a member of staff, who says why; who looked is recorded.

    Login codes are never shown. Raises UnknownMessage, and ValueError without a reason.
    """
    if len(reason.strip()) < _SHORTEST_REASON:
        raise ValueError("a reason is needed")
    found = Message.objects.filter(pk=message_id).exclude(template=rules.Template.LOGIN_CODE)
    message = (found if centre_id is None else found.filter(centre_id=centre_id)).first()
    if message is None:
        raise UnknownMessage
    audit.record(
        kind="message.revealed",
        by=by,
        at=now,
        centre_id=message.centre_id,
        appointment_id=message.appointment_id,
        reason=reason.strip(),
        data={"message": message.pk},
    )
    return rules.read(crypto.unseal(message.body_sealed))[0]


def rotate_keys(*, progress: Callable[[int, int], None] | None = None) -> int:
    """Seal and index the outbox anew under the current key; give how many messages."""
    sealed = ("phone_sealed", "body_sealed")
    return people.rekey("notices_message", sealed=sealed, index="phone_index", of="phone_sealed", progress=progress)


def forget_old(*, now: datetime, keep: timedelta = timedelta(days=183)) -> int:
    """Delete what ended longer ago than logs are kept (6 months), and its receipts; give how many messages."""
    Receipt.objects.filter(received_at__lt=now - keep).delete()
    return Message.objects.filter(state__in=rules.ENDED, created_at__lt=now - keep).delete()[0]

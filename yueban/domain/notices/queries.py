"""What is in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from yueban.domain.notices import rules
from yueban.domain.notices.models import Message
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as staff may see it, in clear: mask the phone before it is shown."""

    id: int
    template: str
    phone: str
    text: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    error: str


def _letter(message: Message) -> Letter:
    return Letter(
        id=message.pk,
        template=message.template,
        phone=crypto.unseal(message.phone_sealed),
        text=rules.read(crypto.unseal(message.body_sealed))[0],
        state=message.state,
        attempts=message.attempts,
        created_at=message.created_at,
        sent_at=message.sent_at,
        error=message.error,
    )


def of_appointment(appointment_id: int) -> list[Letter]:
    """Give what was written about an appointment, oldest first."""
    return [_letter(message) for message in Message.objects.filter(appointment_id=appointment_id).order_by("id")]


def dead_letters(*, limit: int = 100) -> list[Letter]:
    """Give the messages that were given up, newest first; `operations.requeue` sends them again."""
    return [_letter(message) for message in Message.objects.filter(state="dead").order_by("-id")[:limit]]


def counts() -> dict[str, int]:
    """Give how many messages are in each state."""
    rows: Sequence[tuple[str, int]] = list(Message.objects.values_list("state").annotate(count=Count("id")))
    return dict.fromkeys(("queued", "sending", "sent", "dead"), 0) | dict(rows)


def broken_invariants() -> list[str]:
    """Give what `yueban check` must report: messages marked sent without a moment, or dead without a reason."""
    unsent = Message.objects.filter(state="sent", sent_at=None).values_list("id", flat=True)
    unexplained = Message.objects.filter(state="dead", error="").values_list("id", flat=True)
    return [f"message {number} is sent but has no moment" for number in unsent] + [
        f"message {number} is dead without a reason" for number in unexplained
    ]

"""What is in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum

from yueban.domain.notices import rules
from yueban.domain.notices.models import Message
from yueban.kernel import crypto
from yueban.kernel.wall import at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages a page asks for; what is empty does not narrow. `before` is an id: the page after this one."""

    centre_id: int | None = None
    state: str = ""
    template: str = ""
    day: date | None = None
    phone: str = ""
    before: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A message without its text; `phone` is opened only when asked for: mask it before it is shown."""

    id: int
    template: str
    phone_sealed: bytes
    state: str
    attempts: int
    segments: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    reported_at: datetime | None
    expires_at: datetime | None
    error: str
    gateway: str
    appointment_id: int | None
    centre_id: int | None

    @property
    def phone(self) -> str:
        """The phone, in clear."""
        return crypto.unseal(self.phone_sealed)

    @property
    def again(self) -> bool:
        """Whether staff may send it once more."""
        return self.state in rules.AGAIN


def listed(wanted: Wanted, *, limit: int) -> list[Row]:
    """Give messages, newest first."""
    return [_row(message) for message in _wanted(wanted).order_by("-id")[:limit]]


def one(message_id: int, *, centre_id: int | None = None) -> Row | None:
    """Give a message, of that centre where one is named."""
    message = _wanted(Wanted(centre_id=centre_id)).filter(pk=message_id).first()
    return _row(message) if message is not None else None


def _wanted(wanted: Wanted) -> QuerySet[Message]:
    equal: dict[str, Any] = {"centre_id": wanted.centre_id, "state": wanted.state, "template": wanted.template}
    found = Message.objects.filter(**{name: value for name, value in equal.items() if value})
    if wanted.day is not None:
        found = found.filter(created_at__gte=at(wanted.day, time()), created_at__lt=at(_next(wanted.day), time()))
    if wanted.phone:
        found = found.filter(phone_index__in=crypto.blind_indexes("phone", wanted.phone))
    return found.filter(pk__lt=wanted.before) if wanted.before else found


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _row(message: Message) -> Row:
    return Row(
        message.pk,
        message.template,
        bytes(message.phone_sealed),
        message.state,
        message.attempts,
        message.segments,
        message.created_at,
        message.due_at,
        message.sent_at,
        message.reported_at,
        message.expires_at,
        message.error,
        message.gateway,
        message.appointment_id,
        message.centre_id,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """The messages of a day: how many in each state, and how many pieces they were billed as."""

    states: dict[str, int]
    segments: int

    @property
    def written(self) -> int:
        """How many were written."""
        return sum(self.states.values())


def figures(day: date, *, centre_id: int | None = None) -> Figures:
    """Count the messages written on a day."""
    of_day = _wanted(Wanted(centre_id=centre_id, day=day)).order_by()
    rows = list(of_day.values_list("state").annotate(count=Count("id"), pieces=Sum("segments")))
    return Figures({state: count for state, count, _pieces in rows}, sum(pieces or 0 for _s, _c, pieces in rows))


def dead_count(*, centre_id: int | None = None) -> int:
    """Count the messages that were given up and that staff may send again."""
    return _wanted(Wanted(centre_id=centre_id, state=rules.State.DEAD)).count()


def told_since(since: datetime, templates: Iterable[str]) -> set[int]:
    """Give the appointments that were written about since then by messages of these kinds."""
    told = Message.objects.filter(created_at__gte=since, template__in=list(templates), appointment_id__isnull=False)
    return {number for number in told.values_list("appointment_id", flat=True) if number is not None}


def broken_invariants() -> list[str]:
    """Give what `yueban check` must report: messages marked sent without a moment, or dead without a reason."""
    unsent = Message.objects.filter(state="sent", sent_at=None).values_list("id", flat=True)
    unexplained = Message.objects.filter(state="dead", error="").values_list("id", flat=True)
    return [f"message {number} is sent but has no moment" for number in unsent] + [
        f"message {number} is dead without a reason" for number in unexplained
    ]

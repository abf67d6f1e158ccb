"""Whatever a provider does in whatever order: no message is lost, none is sent more often than its rule allows (R4.1)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import instant
from yueban.domain.notices import operations
from yueban.domain.notices.gateways import Known, Outgoing, Rejected, Report, Uncertain, Undelivered
from yueban.domain.notices.models import Message, Receipt
from yueban.domain.notices.rules import ENDED, MAX_ATTEMPTS, MAX_UNKNOWN, pause_after

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-27 09:00:00")
PHONE = "13812345678"
MOODS = st.sampled_from(["ok", "refuse", "hopeless", "taken", "lost", "crash"])


@dataclass
class Moody:
    """A provider without an answer of its own: it does what it is told, and keeps what it took."""

    moods: list[str]
    taken: list[int] = field(default_factory=list)
    tries: int = 0
    name: ClassVar[str] = "moody"
    parallel: int = 1
    timeout: float = 0.01
    harmless_twice: bool = False
    patience: timedelta = timedelta(minutes=10)

    def send(self, message: Outgoing) -> str:
        self.tries += 1
        mood = self.moods.pop(0) if self.moods else "ok"
        if mood in {"ok", "taken"}:
            self.taken.append(message.id)
        if mood != "ok":
            raise {"refuse": Undelivered, "hopeless": Rejected, "crash": RuntimeError}.get(mood, Uncertain)(mood)
        return f"m-{self.tries}"


class Asked(Moody):
    """One that can be asked."""

    def ask(self, message: Outgoing, *, handed_at: datetime) -> Known | None:
        return Known() if handed_at <= message.at and message.id in self.taken else None


def live(gateway: Moody, reports: list[bool]) -> Message:
    """Write one message, and let worker and receipts come for a day; give it as it is then."""
    Message.objects.all().delete()
    Receipt.objects.all().delete()
    fields = {"count": 2, "limit": 3}
    operations.enqueue(
        event="e",
        template="strike_warning",
        phone=PHONE,
        now=NOW,
        hotline="0394-5100000",
        **fields,  # type: ignore[arg-type]
    )
    for step in range(12 * 6):
        now = NOW + timedelta(minutes=10 * step)
        operations.drain(now=now, gateway=gateway)
        if gateway.taken and step < len(reports) and reports[step]:
            report = Report(PHONE, delivered=True, code="DELIVRD", reference=f"r-{step}")
            operations.receive("moody", [report], now=now)
        operations.settle(now=now + timedelta(seconds=30), gateway=gateway)
    return Message.objects.get()


@settings(max_examples=60)
@given(st.lists(MOODS, max_size=12), st.lists(st.booleans(), max_size=6))
def test_r4_1_a_message_always_ends_and_is_taken_no_more_often_than_nobody_knew(
    moods: list[str], reports: list[bool]
) -> None:
    gateway = Moody(list(moods))
    message = live(gateway, reports)
    assert message.state in ENDED
    assert len(gateway.taken) <= MAX_UNKNOWN
    assert gateway.tries <= MAX_ATTEMPTS
    if message.state == "sent":
        assert gateway.taken
    if "ok" in moods[: gateway.tries] or len(moods) < gateway.tries:
        assert message.state in {"sent", "delivered"}


@settings(max_examples=60)
@given(st.lists(MOODS, max_size=12))
def test_r4_1_a_provider_that_can_be_asked_never_gets_a_message_twice(moods: list[str]) -> None:
    gateway = Asked(list(moods))
    message = live(gateway, [])
    assert message.state in ENDED
    assert len(gateway.taken) <= 1
    assert (message.state == "sent") == bool(gateway.taken)


@given(st.integers(1, MAX_ATTEMPTS - 1), st.floats(0, 1))
def test_pauses_never_shrink_and_end(attempt: int, jitter: float) -> None:
    pause = pause_after(attempt, jitter=jitter)
    assert pause is not None
    assert timedelta(seconds=15) <= pause <= timedelta(minutes=90)
    longer = pause_after(attempt + 1, jitter=jitter)
    assert longer is None or longer >= pause

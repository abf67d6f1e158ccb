"""The outbox: told once, sent after commit, tried again, given up, sent again."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from yueban.domain.audit.models import Event
from yueban.domain.notices import operations, queries
from yueban.domain.notices.gateways import Outgoing, Undelivered
from yueban.domain.notices.gateways.file import FileGateway
from yueban.domain.notices.models import Message
from yueban.domain.notices.rules import MAX_ATTEMPTS
from yueban.domain.people.models import LoginCode
from yueban.domain.people.rules import TooManyRequests
from yueban.kernel.clock import TZ

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)
PHONE = "13812345678"


@dataclass
class Recording:
    """A gateway that keeps what it was given, and fails as told."""

    fail: Callable[[Outgoing], bool] = lambda _message: False
    error: Exception = field(default_factory=lambda: Undelivered("HTTP 503"))
    given: list[Outgoing] = field(default_factory=list)
    name: ClassVar[str] = "recording"
    parallel: int = 1
    timeout: float = 0.05
    harmless_twice: bool = False
    patience: timedelta = timedelta(minutes=10)

    def send(self, message: Outgoing) -> str:
        self.given.append(message)
        if self.fail(message):
            raise self.error
        return f"receipt:{message.id}"


def write(
    event: str = "login_code:1", *, phone: str = PHONE, due_at: datetime | None = None, code: str = "123456"
) -> bool:
    return operations.enqueue(
        event=event, template="login_code", phone=phone, now=NOW, due_at=due_at, code=code, minutes=5
    )


def warn() -> bool:
    """Write one that never grows old."""
    return operations.enqueue(
        event="strike_warning:1",
        template="strike_warning",
        phone=PHONE,
        now=NOW,
        count=2,
        limit=3,
        hotline="0394-5101234",
    )


def test_a_message_is_sent_signed_once_and_with_its_receipt() -> None:
    assert write()
    gateway = Recording()
    assert operations.drain(now=NOW, gateway=gateway) == operations.Drained(sent=1)
    assert operations.drain(now=NOW, gateway=gateway) == operations.Drained()
    row = Message.objects.get()
    assert gateway.given == [
        Outgoing(
            row.pk,
            "login_code",
            PHONE,
            "【沈丘政务】验证码123456，5分钟内有效。工作人员不会向您索要，请勿告诉他人。",
            NOW,
        )
    ]
    assert (row.state, row.sent_at, row.receipt, row.gateway, row.attempts) == (
        "sent",
        NOW,
        f"receipt:{row.pk}",
        "recording",
        1,
    )


def test_phone_and_text_are_not_stored_in_clear() -> None:
    write()
    row = Message.objects.values_list().get()
    assert PHONE not in str(row)
    assert "123456" not in str(row)
    assert all(b"123456" not in bytes(value) for value in row if isinstance(value, bytes | memoryview))


def test_nobody_is_told_twice_of_one_event() -> None:
    assert write()
    assert not write()
    assert write(phone="13912345678")
    assert Message.objects.count() == 2


def test_an_event_that_is_rolled_back_tells_nobody() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_a_message_waits_until_it_is_due() -> None:
    write(due_at=NOW + timedelta(hours=1))
    assert operations.drain(now=NOW, gateway=Recording()).taken == 0
    assert operations.drain(now=NOW + timedelta(hours=1), gateway=Recording()).sent == 1


def test_a_missing_field_or_unknown_template_is_noticed_when_written() -> None:
    with pytest.raises(KeyError):
        operations.enqueue(event="x", template="login_code", phone=PHONE, now=NOW)
    with pytest.raises(ValueError, match="carrier_pigeon"):
        operations.enqueue(event="x", template="carrier_pigeon", phone=PHONE, now=NOW)


def test_a_failed_message_is_tried_again_later_and_given_up_at_last() -> None:
    warn()
    gateway, now = Recording(fail=lambda _message: True), NOW
    waits = []
    for _attempt in range(MAX_ATTEMPTS):
        assert operations.drain(now=now, gateway=gateway) == operations.Drained(failed=1)
        assert operations.drain(now=now, gateway=gateway).taken == 0
        due_at = Message.objects.get().due_at
        waits.append(due_at - now)
        now = due_at
    assert all(timedelta(seconds=15 * 2**n) <= wait <= timedelta(seconds=45 * 2**n) for n, wait in enumerate(waits[:6]))
    (dead,) = queries.dead_letters()
    assert (dead.state, dead.error, dead.attempts, dead.phone) == ("dead", "HTTP 503", MAX_ATTEMPTS, PHONE)
    assert operations.drain(now=now + timedelta(days=1), gateway=gateway).taken == 0


def test_a_given_up_message_can_be_sent_again() -> None:
    write()
    Message.objects.update(state="dead", attempts=MAX_ATTEMPTS, error="HTTP 503")
    assert operations.requeue([0], by="staff:xitong", now=NOW) == 0
    assert operations.requeue(by="staff:xitong", now=NOW) == 1
    assert operations.drain(now=NOW, gateway=Recording()).sent == 1
    assert [(event.kind, event.by, event.data) for event in Event.objects.all()] == [
        ("message.requeued", "staff:xitong", {"count": 1})
    ]


@pytest.mark.parametrize("error", [Undelivered("x"), RuntimeError("secret 13812345678")])
def test_one_message_that_fails_holds_up_no_other(error: Exception) -> None:
    for number in range(5):
        write(f"login_code:{number}", code=str(number))
    gateway = Recording(fail=lambda message: "验证码2" in message.text, error=error)
    assert operations.drain(now=NOW, gateway=gateway) == operations.Drained(sent=4, failed=1)
    waits = "queued" if isinstance(error, Undelivered) else "unknown"  # nobody knows how far a crash had come
    assert {state: count for state, count in queries.counts().items() if count} == {"sent": 4, waits: 1}
    assert PHONE not in Message.objects.exclude(state="sent").get().error


def test_a_message_that_cannot_be_opened_is_given_up_at_last() -> None:
    write()
    Message.objects.update(body_sealed=b"\x01" + bytes(40), attempts=MAX_ATTEMPTS - 1)
    assert operations.drain(now=NOW, gateway=Recording()).failed == 1
    assert Message.objects.get().state == "dead"


def test_what_a_dead_worker_held_is_sent_after_its_lease() -> None:
    write()
    Message.objects.update(state="sending", attempts=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notices_message SET leased_until = clock_timestamp() + interval '1 minute'")
        assert operations.drain(now=NOW, gateway=Recording()).taken == 0
        cursor.execute("UPDATE notices_message SET leased_until = clock_timestamp() - interval '1 second'")
    assert operations.drain(now=NOW, gateway=Recording()).sent == 1


def test_draining_goes_on_until_nothing_is_due() -> None:
    for number in range(120):
        write(f"login_code:{number}")
    assert operations.drain_all(now=lambda: NOW, gateway=Recording()) == operations.Drained(sent=120)


@pytest.mark.django_db(transaction=True)
def test_a_slow_gateway_sends_several_at_once() -> None:
    for number in range(20):
        write(f"login_code:{number}")
    gateway = Recording(parallel=8, fail=lambda message: message.id % 2 == 0)
    assert operations.drain(now=NOW, gateway=gateway) == operations.Drained(sent=10, failed=10)
    assert len({message.id for message in gateway.given}) == 20


def test_a_login_code_is_written_with_its_message() -> None:
    operations.send_login_code(PHONE, now=NOW, ip="10.0.0.1")
    code = LoginCode.objects.get()
    assert Message.objects.get().event == f"login_code:{code.pk}"
    with pytest.raises(TooManyRequests):
        operations.send_login_code(PHONE, now=NOW)
    assert Message.objects.count() == 1


def test_the_file_gateway_writes_one_complete_file_a_message_however_often(tmp_path: Path) -> None:
    gateway = FileGateway(tmp_path / "outbox")
    message = Outgoing(7, "login_code", PHONE, "【沈丘政务】验证码", NOW)
    assert [gateway.send(message) for _ in range(2)] == ["file:7"] * 2
    (path,) = (tmp_path / "outbox").iterdir()
    assert json.loads(path.read_text()) == {
        "id": 7,
        "template": "login_code",
        "phone": PHONE,
        "text": "【沈丘政务】验证码",
        "at": "2026-11-27T09:00:00+08:00",
    }


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file in the way")
    with pytest.raises(Undelivered, match="cannot be written"):
        FileGateway(tmp_path / "outbox").send(Outgoing(7, "login_code", PHONE, "x", NOW))


def test_old_messages_are_forgotten_after_half_a_year(settings: Settings) -> None:
    settings.SMS_SIGNATURE = ""
    write()
    operations.drain(now=NOW, gateway=Recording())
    assert operations.forget_old(now=NOW + timedelta(days=183)) == 0
    assert operations.forget_old(now=NOW + timedelta(days=184)) == 1


def test_the_invariants_of_the_outbox_hold() -> None:
    write()
    operations.drain(now=NOW, gateway=Recording())
    assert queries.broken_invariants() == []
    Message.objects.update(sent_at=None)
    assert len(queries.broken_invariants()) == 1

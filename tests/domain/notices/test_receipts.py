"""Answers that never came and receipts in any order: no message is lost, none is sent twice for one event (R4.1)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests import providers
from tests.factories import instant
from yueban.domain.notices import operations, queries
from yueban.domain.notices.gateways import Gateway, Report, reports
from yueban.domain.notices.models import Message, Receipt

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-27 09:00:00")
PHONE = "13812345678"
NAMES = ["aliyun", "tencent", "mas"]
MakeGateway = Callable[[str], Gateway]


def warn(number: int = 1, phone: str = PHONE) -> Message:
    """Write a message that never grows old."""
    operations.enqueue(
        event=f"strike_warning:{number}",
        template="strike_warning",
        phone=phone,
        now=NOW,
        count=2,
        limit=3,
        hotline="0394-5101234",
    )
    return Message.objects.get(event=f"strike_warning:{number}")


def login_code() -> None:
    operations.enqueue(event="login_code:1", template="login_code", phone=PHONE, now=NOW, code="123456", minutes=5)


def state() -> tuple[str, str]:
    return Message.objects.values_list("state", "error").get()


def run(gateway: Gateway, *, since: datetime = NOW, hours: int = 3) -> None:
    """Let a worker drain and settle every minute for some hours."""
    for minute in range(hours * 60):
        now = since + timedelta(minutes=minute)
        operations.drain(now=now, gateway=gateway)
        operations.settle(now=now, gateway=gateway)


def push(
    gateway: str, provider: providers.Provider, number: int = 0, *, delivered: bool = True, code: str = ""
) -> None:
    """Let the provider report a message, as it would over HTTP."""
    body = providers.report_of(gateway, provider.taken[number], delivered=delivered, code=code)
    assert operations.push(gateway, body, now=NOW + timedelta(seconds=10)) == reports.ANSWERS[gateway]


@pytest.mark.parametrize("name", NAMES)
def test_r4_1_a_receipt_says_that_it_was_delivered(
    name: str, by_name: MakeGateway, provider: providers.Provider
) -> None:
    warn()
    operations.drain(now=NOW, gateway=by_name(name))
    assert Message.objects.values_list("state", "receipt", "segments").get() == ("sent", "n-1", 1)
    push(name, provider)
    assert state() == ("delivered", "")
    assert Message.objects.get().reported_at == instant("2026-11-27 09:00:05")


@pytest.mark.parametrize("name", NAMES)
def test_r4_1_a_receipt_says_why_it_was_not_delivered_and_nothing_is_sent_again_by_itself(
    name: str, by_name: MakeGateway, provider: providers.Provider
) -> None:
    warn()
    gateway = by_name(name)
    operations.drain(now=NOW, gateway=gateway)
    push(name, provider, delivered=False, code="UNDELIV")
    assert state() == ("failed", "UNDELIV")
    run(gateway, hours=1)
    assert len(provider.taken) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mood", ["hang", "close", "garbage", "broken"])
def test_r4_1_what_was_taken_without_an_answer_is_not_sent_twice_once_its_receipt_comes(
    name: str, mood: str, by_name: MakeGateway, provider: providers.Provider
) -> None:
    warn()
    provider.moods = [mood]
    gateway = by_name(name)
    assert operations.drain(now=NOW, gateway=gateway) == operations.Drained(failed=1)
    assert Message.objects.get().state == "unknown"
    push(name, provider)
    run(gateway)
    assert state() == ("delivered", "")
    assert len(provider.taken) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mood", ["lost", "unreachable", "refuse"])
def test_r4_1_what_was_not_taken_is_sent_in_the_end(
    name: str, mood: str, by_name: MakeGateway, provider: providers.Provider
) -> None:
    warn()
    provider.moods, provider.refusal = [mood], "isv.BUSINESS_LIMIT_CONTROL"
    if mood == "unreachable":
        provider.moods = []
    run(by_name(name), hours=1)
    assert Message.objects.get().state == "sent"
    assert len(provider.taken) == 1


def test_aliyun_is_asked_before_anything_is_sent_again(by_name: MakeGateway, provider: providers.Provider) -> None:
    warn()
    provider.moods = ["hang"]
    run(by_name("aliyun"), hours=1)
    assert (len(provider.taken), provider.asked) == (1, 1)
    assert state() == ("delivered", "")


@pytest.mark.parametrize("name", ["tencent", "mas"])
def test_a_provider_that_neither_answers_nor_reports_is_tried_once_more_and_then_a_person_decides(
    name: str, by_name: MakeGateway, provider: providers.Provider
) -> None:
    warn()
    provider.moods = ["garbage"] * 20
    gateway = by_name(name)
    run(gateway)
    assert state() == ("dead", "no_answer")
    assert len(provider.taken) == 2
    provider.moods = []
    assert operations.requeue(by="staff:zhuren", now=NOW + timedelta(hours=3)) == 1
    run(gateway, since=NOW + timedelta(hours=3), hours=1)
    assert Message.objects.get().state == "sent"


def test_a_late_receipt_stops_a_message_that_already_waited_to_be_sent_again(
    by_name: MakeGateway, provider: providers.Provider
) -> None:
    warn()
    provider.moods = ["close"]
    gateway = by_name("mas")
    operations.drain(now=NOW, gateway=gateway)
    number = Message.objects.get().pk
    late = NOW + timedelta(minutes=11)
    operations.settle(now=late, gateway=gateway)
    assert Message.objects.get().state == "queued"
    operations.receive("mas", [Report(PHONE, delivered=True, code="DELIVRD", message_id=number)], now=late)
    run(gateway, since=late, hours=1)
    assert Message.objects.get().state == "delivered"
    assert len(provider.taken) == 1


def test_what_is_too_late_is_not_sent_again(by_name: MakeGateway, provider: providers.Provider) -> None:
    login_code()
    provider.moods = ["lost"]
    run(by_name("mas"), hours=1)
    assert Message.objects.get().state == "expired"
    assert provider.taken == []


@pytest.mark.parametrize("name", NAMES)
def test_a_receipt_that_is_faster_than_our_own_note_is_kept_and_matched(
    name: str, by_name: MakeGateway, provider: providers.Provider
) -> None:
    warn()
    gateway = by_name(name)
    earlier = providers.Taken("n-1", PHONE, "", "", str(Message.objects.get().pk))
    operations.push(name, providers.report_of(name, earlier), now=NOW)
    operations.drain(now=NOW, gateway=gateway)
    assert len(provider.taken) == 1
    assert Message.objects.get().state == "delivered"


def test_a_receipt_that_crossed_our_note_is_matched_by_the_job() -> None:
    message = warn()
    operations.receive("mas", [Report(PHONE, delivered=True, code="DELIVRD", reference="g-9")], now=NOW)
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=NOW, gateway="mas", receipt="g-9", attempts=1)
    assert operations.match_kept(since=NOW - timedelta(days=1)) == 1
    assert state() == ("delivered", "")
    assert operations.match_kept(since=NOW - timedelta(days=1)) == 0


@pytest.mark.parametrize("name", NAMES)
def test_duplicates_strangers_and_wrong_phones_harm_nothing(
    name: str, by_name: MakeGateway, provider: providers.Provider
) -> None:
    message = warn()
    operations.drain(now=NOW, gateway=by_name(name))
    stranger = providers.Taken("n-77", "13900000000", "", "", "999999")
    wrong_phone = providers.Taken("n-1", "13900000000", "", "", str(message.pk))
    for taken in (stranger, stranger, wrong_phone):
        operations.push(name, providers.report_of(name, taken), now=NOW)
    assert state() == ("sent", "")
    for _again in range(3):
        push(name, provider)
    assert state() == ("delivered", "")
    assert Receipt.objects.count() == 3
    push(name, provider, delivered=False, code="EXPIRED")
    assert state() == ("delivered", "")


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"null", b"3", b'"x"', b"[1]", b"[" * 100_000, b"\xff\xfe"],
)
@pytest.mark.parametrize("name", [*NAMES, "http"])
def test_a_body_that_cannot_be_read_is_refused(name: str, body: bytes) -> None:
    with pytest.raises(reports.NotAReport):
        operations.push(name, body, now=NOW)
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("name", [*NAMES, "http"])
def test_an_entry_without_phone_or_number_is_left_out(name: str) -> None:
    operations.push(name, b'[{}, {"mobile": "x"}, {"phone_number": 5, "biz_id": []}]', now=NOW)
    assert not Receipt.objects.exists()


def test_a_gateway_without_receipts_is_unknown() -> None:
    with pytest.raises(KeyError):
        operations.push("console", b"[]", now=NOW)


def test_the_http_gateways_own_shape_names_our_number() -> None:
    message = warn()
    Message.objects.update(state="sent", sent_at=NOW, gateway="http", attempts=1)
    said = {
        "id": message.pk,
        "phone": "+8613812345678",
        "delivered": False,
        "code": "UNDELIV",
        "at": "2026-11-27T09:01:00",
    }
    assert operations.push("http", json.dumps(said).encode(), now=NOW) == {"received": True}
    assert state() == ("failed", "UNDELIV")
    assert Message.objects.get().reported_at == instant("2026-11-27 09:01:00")


def test_receipts_hold_no_phone_in_clear_and_are_forgotten_in_time() -> None:
    operations.receive("mas", [Report(PHONE, delivered=True, code="DELIVRD", reference="g")], now=NOW)
    assert PHONE not in str(Receipt.objects.values_list().get())
    operations.forget_old(now=NOW + timedelta(days=184))
    assert not Receipt.objects.exists()


def test_a_dead_message_is_forgotten_in_time_like_the_others() -> None:
    warn()
    Message.objects.update(state="dead", error="HTTP 500")
    assert operations.forget_old(now=NOW + timedelta(days=183)) == 0
    assert operations.forget_old(now=NOW + timedelta(days=184)) == 1


def test_the_quiet_hours_hold_back_what_the_evening_left_and_cost_no_attempt(by_name: MakeGateway) -> None:
    warn()
    gateway = by_name("mas")
    assert operations.drain(now=instant("2026-11-27 22:00:00"), gateway=gateway) == operations.Drained(held=1)
    waiting = Message.objects.get()
    assert (waiting.state, waiting.due_at, waiting.attempts) == ("queued", instant("2026-11-28 07:30:00"), 0)
    assert operations.drain(now=instant("2026-11-28 07:30:00"), gateway=gateway).sent == 1


def test_a_login_code_goes_before_a_thousand_warnings(by_name: MakeGateway, provider: providers.Provider) -> None:
    for number in range(30):
        warn(number)
    login_code()
    operations.drain(now=NOW, gateway=by_name("mas"), limit=1)
    assert "验证码" in provider.taken[0].content


def test_the_list_is_narrowed_by_state_kind_day_phone_and_pages_by_key() -> None:
    for number in range(5):
        warn(number, f"1380000000{number}")
    login_code()
    wanted = queries.Wanted
    everything = queries.listed(wanted(), limit=10)
    assert [row.id for row in everything] == sorted((row.id for row in everything), reverse=True)
    assert len(queries.listed(wanted(template="login_code"), limit=10)) == 1
    assert [row.phone for row in queries.listed(wanted(phone="13800000003"), limit=10)] == ["13800000003"]
    assert len(queries.listed(wanted(before=everything[2].id), limit=10)) == 3
    assert queries.listed(wanted(day=instant("2026-11-26 00:00:00").date()), limit=10) == []
    assert len(queries.listed(wanted(day=NOW.date(), state="queued"), limit=10)) == 6
    assert queries.figures(NOW.date()) == queries.Figures({"queued": 6}, 0)

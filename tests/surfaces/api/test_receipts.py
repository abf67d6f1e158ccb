"""Where providers push their receipts: who knows the secret may, and hears what it wants to hear."""

import json
from datetime import datetime

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.providers import Taken, report_of
from yueban.domain.notices.models import Message, Receipt
from yueban.kernel import crypto
from yueban.kernel.clock import TZ

pytestmark = pytest.mark.django_db

SECRET = "a-secret-of-20-chars"
PHONE = "13812345678"
NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)


@pytest.fixture(autouse=True)
def _secret(settings: Settings) -> None:
    settings.SMS_RECEIPT_SECRET = SECRET


def sent(gateway: str) -> Message:
    return Message.objects.create(
        event="booked:1",
        template="booked",
        phone_index=crypto.blind_index("phone", PHONE),
        phone_sealed=crypto.seal(PHONE),
        body_sealed=crypto.seal("x"),
        state="sent",
        attempts=1,
        created_at=NOW,
        due_at=NOW,
        sent_at=NOW,
        gateway=gateway,
        receipt="n-1",
    )


def push(gateway: str, body: bytes, secret: str = SECRET) -> tuple[int, bytes]:
    answer = Client().post(f"/api/receipts/{gateway}/{secret}", body, content_type="application/json")
    return answer.status_code, answer.content


@pytest.mark.parametrize(
    ("gateway", "heard"),
    [
        ("aliyun", {"code": 0, "msg": "接收成功"}),
        ("tencent", {"result": 0, "errmsg": "OK"}),
        ("mas", {"success": True}),
    ],
)
def test_r4_1_each_provider_hears_what_it_takes_as_received(gateway: str, heard: dict[str, object]) -> None:
    message = sent(gateway)
    status, said = push(gateway, report_of(gateway, Taken("n-1", PHONE, "", "", str(message.pk))))
    assert (status, json.loads(said)) == (200, heard)
    message.refresh_from_db()
    assert message.state == "delivered"


@pytest.mark.parametrize("secret", ["wrong", "", "a-secret-of-20-char", "密"])
def test_a_wrong_secret_is_an_address_that_is_not_there(secret: str) -> None:
    message = sent("mas")
    assert push("mas", report_of("mas", Taken("n-1", PHONE, "", "")), secret)[0] == 404
    message.refresh_from_db()
    assert message.state == "sent"
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("secret", ["", "short"])
def test_without_a_long_secret_nobody_may(settings: Settings, secret: str) -> None:
    settings.SMS_RECEIPT_SECRET = secret
    assert push("mas", b"{}", secret or "x")[0] == 404


@pytest.mark.parametrize("gateway", ["console", "file", "pigeon"])
def test_a_gateway_without_receipts_is_not_there(gateway: str) -> None:
    assert push(gateway, b"[]")[0] == 404


@pytest.mark.parametrize("body", [b"", b"x", b"\xff", b"[1]", b"[" * 100_000])
def test_garbage_is_refused(body: bytes) -> None:
    assert push("aliyun", body)[0] == 400


def test_a_body_beyond_measure_is_refused() -> None:
    assert push("aliyun", b'["' + b"x" * 300_000 + b'"]')[0] == 413


def test_looking_changes_nothing() -> None:
    assert Client().get(f"/api/receipts/mas/{SECRET}").status_code == 405


@pytest.mark.parametrize(
    "entry",
    [
        {"success": ["true"]},
        {"success": {}, "biz_id": "n\0-2"},
        {"err_code": "bad\0code", "biz_id": "n-3"},
        {"err_code": "\ud800", "biz_id": "n-4"},
        {"report_time": "0001-01-01 00:00:00", "biz_id": "n-5"},
        {"report_time": "9999-12-31 23:59:59", "biz_id": "n-6"},
    ],
)
def test_odd_values_in_a_receipt_are_no_fault_of_ours_and_can_be_read_again(entry: dict[str, object]) -> None:
    status, _said = push("aliyun", json.dumps([{"phone_number": PHONE, "biz_id": "n-2"} | entry]).encode())
    assert status == 200
    kept = Receipt.objects.get()
    assert "\0" not in kept.reference + kept.code
    assert 2000 <= kept.reported_at.year < 2200

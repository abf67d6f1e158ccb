"""阿里云, 腾讯云 and 云MAS against a server that checks each signature by itself, and may lose its voice (R4.1)."""

import sys
from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from tests import providers
from yueban.domain.notices import gateways
from yueban.domain.notices.gateways import Gateway, Known, Outgoing, Rejected, Uncertain, Undelivered, aliyun
from yueban.kernel.clock import TZ

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)
VARIABLES = {"when": "11月30日周一09:30-10:30", "centre": "县政务服务中心", "matter": "“身份证”&补领+ ~*"}
MESSAGE = Outgoing(42, "booked", "13812345678", "【沈丘政务】您已预约“身份证”&补领\n", NOW, VARIABLES)
NAMES = ["aliyun", "tencent", "mas"]


@pytest.fixture(params=NAMES)
def gateway(request: pytest.FixtureRequest, by_name: Callable[[str], Gateway]) -> Gateway:
    return by_name(request.param)


def test_r4_1_the_bytes_are_signed_as_the_provider_prescribes(gateway: Gateway, provider: providers.Provider) -> None:
    assert gateway.send(MESSAGE) == "n-1"
    assert provider.forged == []
    (taken,) = provider.taken
    content = {"aliyun": VARIABLES, "tencent": list(VARIABLES.values()), "mas": "您已预约“身份证”&补领\n"}
    template = providers.MAS_SIGN if gateway.name == "mas" else "SMS_1"
    ours = "" if gateway.name == "mas" else "42"
    assert (taken.phone, taken.template, taken.content, taken.ours) == (
        "13812345678",
        template,
        content[gateway.name],
        ours,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_key_is_refused_and_told_by_its_code(
    provided: Settings, provider: providers.Provider, name: str
) -> None:
    provided.SMS_GATEWAY, provided.SMS_KEY_SECRET = name, "another"
    codes = {"aliyun": "SignatureDoesNotMatch", "tencent": "AuthFailure.SignatureFailure", "mas": "IllegalMac"}
    with pytest.raises(Undelivered, match=codes[name]) as refused:
        gateways.configured().send(MESSAGE)
    assert not isinstance(refused.value, Rejected | Uncertain)
    assert provider.taken == []
    assert len(provider.forged) == 1


@pytest.mark.parametrize("mood", ["hang", "lost", "close", "garbage", "broken"])
def test_an_answer_that_cannot_be_read_is_uncertain_and_asked_for_once(
    gateway: Gateway, provider: providers.Provider, mood: str
) -> None:
    provider.moods = [mood]
    with pytest.raises(Uncertain):
        gateway.send(MESSAGE)
    assert len(provider.taken) == (mood != "lost")
    assert provider.moods == []


def test_a_provider_that_cannot_be_reached_certainly_has_nothing(provided: Settings) -> None:
    provided.SMS_ENDPOINT = "http://127.0.0.1:9"
    for name in NAMES:
        gateways.configured.cache_clear()
        provided.SMS_GATEWAY = name
        with pytest.raises(Undelivered) as failed:
            gateways.configured().send(MESSAGE)
        assert not isinstance(failed.value, Uncertain), name


@pytest.mark.parametrize(
    ("name", "code", "kind"),
    [
        ("aliyun", "isv.BUSINESS_LIMIT_CONTROL", Undelivered),
        ("aliyun", "isv.MOBILE_NUMBER_ILLEGAL", Rejected),
        ("tencent", "LimitExceeded.PhoneNumberDailyLimit", Undelivered),
        ("tencent", "InvalidParameterValue.IncorrectPhoneNumber", Rejected),
        ("mas", "InvalidUsrOrPwd", Undelivered),
        ("mas", "InvalidMessage", Rejected),
    ],
)
def test_a_refusal_is_tried_again_unless_it_is_about_this_message(
    provided: Settings, provider: providers.Provider, name: str, code: str, kind: type[Undelivered]
) -> None:
    provided.SMS_GATEWAY = name
    provider.moods, provider.refusal = ["refuse"], code
    with pytest.raises(Undelivered, match=code) as refused:
        gateways.configured().send(MESSAGE)
    assert type(refused.value) is kind


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_kind_without_an_approved_text_is_told_at_once(
    provided: Settings, provider: providers.Provider, name: str
) -> None:
    provided.SMS_GATEWAY, provided.SMS_TEMPLATES = name, "{}"
    with pytest.raises(Rejected, match="no_template"):
        gateways.configured().send(MESSAGE)
    assert provider.taken == []


def test_aliyun_is_asked_what_it_knows(provided: Settings, provider: providers.Provider) -> None:
    provided.SMS_GATEWAY = "aliyun"
    gateway = gateways.configured()
    assert isinstance(gateway, aliyun.AliyunGateway)
    assert gateway.ask(MESSAGE, handed_at=NOW) is None
    gateway.send(MESSAGE)
    known = gateway.ask(MESSAGE, handed_at=NOW)
    assert isinstance(known, Known)
    assert known.report is not None
    assert (known.report.delivered, known.report.message_id) == (True, 42)


@pytest.mark.parametrize("name", NAMES)
def test_a_gateway_without_its_keys_says_which_are_missing(provided: Settings, name: str) -> None:
    provided.SMS_GATEWAY, provided.SMS_KEY_SECRET = name, ""
    with pytest.raises(ImproperlyConfigured, match="YUEBAN_SMS_KEY_SECRET"):
        gateways.configured()


@pytest.mark.parametrize(
    ("name", "sdk"), [("aliyun", "alibabacloud_dysmsapi20170525.client"), ("tencent", "tencentcloud")]
)
def test_a_gateway_without_its_sdk_says_what_to_install(
    provided: Settings, monkeypatch: pytest.MonkeyPatch, name: str, sdk: str
) -> None:
    provided.SMS_GATEWAY = name
    monkeypatch.delitem(sys.modules, f"yueban.domain.notices.gateways.{name}", raising=False)
    for module in [each for each in sys.modules if each.startswith(sdk)]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, sdk, None)
    with pytest.raises(ImproperlyConfigured, match=rf"pip install 'yueban\[{name}\]'"):
        gateways.configured()


@pytest.mark.parametrize("templates", ["x", "[]", '{"carrier_pigeon": "SMS_1"}'])
def test_templates_that_cannot_be_read_are_refused(provided: Settings, templates: str) -> None:
    provided.SMS_GATEWAY, provided.SMS_TEMPLATES = "aliyun", templates
    with pytest.raises(ImproperlyConfigured, match="YUEBAN_SMS_TEMPLATES"):
        gateways.configured()

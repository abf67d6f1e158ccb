"""阿里云短信服务 (Dysmsapi SendSms) by its official SDK, `pip install yueban[aliyun]`.

It keeps the texts: we send the code of an approved one and its variables. It does not drop repetitions, but can be asked
what it knows of a phone (QuerySendDetails), and gives our number (OutId) back there and in its receipts: so an uncertain
message is asked for, not guessed. The SDK itself never tries twice.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings

from yueban.domain.notices.gateways import approved
from yueban.domain.notices.gateways.base import Known, Outgoing, Report, Uncertain, Undelivered
from yueban.domain.notices.gateways.reached import never_left
from yueban.kernel.wall import TZ

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # theirs, at import
    from alibabacloud_dysmsapi20170525.client import Client
    from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest
    from alibabacloud_tea_openapi.exceptions import ClientException, ThrottlingException
    from alibabacloud_tea_openapi.models import Config
    from darabonba.runtime import RuntimeOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

_FAILED, _DELIVERED = 2, 3  # SendStatus; 1 is on its way
_DETAILS = 50


@dataclass(frozen=True)
class AliyunGateway:
    """One call a message."""

    client: Client
    codes: Mapping[str, str]
    sign_name: str
    timeout: float
    parallel: int = 8
    harmless_twice: bool = False
    patience: timedelta = timedelta(minutes=2)
    name: ClassVar[str] = "aliyun"
    runtime: RuntimeOptions = field(default_factory=lambda: RuntimeOptions(autoretry=False))

    def send(self, message: Outgoing) -> str:
        """Send and give the BizId."""
        request = SendSmsRequest(
            phone_numbers=message.phone,
            sign_name=self.sign_name,
            template_code=approved.code_of(self.codes, message.template),
            template_param=json.dumps(message.variables, ensure_ascii=False, separators=(",", ":")),
            out_id=str(message.id),
        )
        return str(self._called(self.client.send_sms_with_options, request).biz_id)

    def ask(self, message: Outgoing, *, handed_at: datetime) -> Known | None:
        """Look for our number among what was sent to this phone on that day, or the next where it was midnight."""
        days = {instant.astimezone(TZ).strftime("%Y%m%d") for instant in (handed_at, message.at)}
        for day in sorted(days):
            for detail in self._details(message.phone, day):
                if detail.out_id == str(message.id):
                    return Known(_report(detail, message))
        return None

    def _details(self, phone: str, day: str) -> list[Any]:
        request = QuerySendDetailsRequest(phone_number=phone, send_date=day, page_size=_DETAILS, current_page=1)
        found = self._called(self.client.query_send_details_with_options, request).sms_send_detail_dtos
        return list(found.sms_send_detail_dto or []) if found else []

    def _called(self, call: Callable[..., Any], request: Any) -> Any:
        """Call, and give the body of an answer that says OK."""
        try:
            body = call(request, self.runtime).body
        except (ClientException, ThrottlingException) as error:  # an answer of 4xx with a code: it was not taken
            raise approved.refusal(str(error.code)) from error
        except Exception as error:  # the SDK wraps a broken network, garbage and 5xx in kinds of its own
            raise (Undelivered if never_left(error) else Uncertain)(type(error).__name__) from error
        if body is None or not body.code:
            raise Uncertain("no code in the answer")
        if body.code != "OK":
            raise approved.refusal(str(body.code))
        return body


def _report(detail: Any, message: Outgoing) -> Report | None:
    if detail.send_status not in {_FAILED, _DELIVERED}:
        return None
    delivered = detail.send_status == _DELIVERED
    return Report(message.phone, delivered, str(detail.err_code or ""), message_id=message.id)


def from_settings() -> AliyunGateway:
    """Make the gateway of `SMS_KEY_…`, `SMS_TEMPLATES` and `SMS_ENDPOINT`; raise ImproperlyConfigured."""
    key_id, secret = approved.needed("SMS_KEY_ID", "SMS_KEY_SECRET")
    scheme, host = approved.endpoint("dysmsapi.aliyuncs.com")
    config = Config(
        access_key_id=key_id,
        access_key_secret=secret,
        endpoint=host,
        protocol=scheme,
        connect_timeout=int(settings.SMS_HTTP_TIMEOUT * 1000),
        read_timeout=int(settings.SMS_HTTP_TIMEOUT * 1000),
    )
    timeout = 2 * settings.SMS_HTTP_TIMEOUT
    return AliyunGateway(Client(config), approved.codes(), approved.sign_name(), timeout)

"""腾讯云短信 (SendSms 2021-01-11) by its official SDK, `pip install yueban[tencent]`.

It keeps the texts: we send the code of an approved one and its variables in the order of our own text. It neither drops
repetitions nor surely gives our number back (SessionContext in receipts is opened on request), so an uncertain message
waits for a receipt of its phone. The SDK itself never tries twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from yueban.domain.notices.gateways import approved
from yueban.domain.notices.gateways.base import Outgoing, Uncertain, Undelivered
from yueban.domain.notices.gateways.reached import never_left

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class TencentGateway:
    """One call a message."""

    client: SmsClient
    app_id: str
    codes: Mapping[str, str]
    sign_name: str
    timeout: float
    parallel: int = 8
    harmless_twice: bool = False
    patience: timedelta = timedelta(minutes=10)
    name: ClassVar[str] = "tencent"

    def send(self, message: Outgoing) -> str:
        """Send and give the SerialNo."""
        request = SendSmsRequest()
        request.PhoneNumberSet = [f"+86{message.phone}"]
        request.SmsSdkAppId = self.app_id
        request.SignName = self.sign_name
        request.TemplateId = approved.code_of(self.codes, message.template)
        request.TemplateParamSet = list(message.variables.values())
        request.SessionContext = str(message.id)
        return self._serial(request)

    def _serial(self, request: SendSmsRequest) -> str:
        try:
            (status,) = self.client.SendSms(request).SendStatusSet
            code, serial = str(status.Code), str(status.SerialNo)
        except TencentCloudSDKException as error:
            raise _refused(error) from error
        except Exception as error:  # whatever garbage makes of the SDK's reading
            raise Uncertain(type(error).__name__) from error
        if code != "Ok":
            raise approved.refusal(code)
        return serial


def _refused(error: TencentCloudSDKException) -> Undelivered:
    """Tell the provider's own refusals, which carry its request's number, from what the SDK made of a broken network."""
    code = str(error.code)
    if error.requestId and not code.startswith("InternalError"):
        return approved.refusal(code)
    return Undelivered(code) if never_left(error) else Uncertain(code)


def from_settings() -> TencentGateway:
    """Make the gateway of `SMS_KEY_…`, `SMS_APP_ID`, `SMS_REGION` and `SMS_ENDPOINT`; raise ImproperlyConfigured."""
    key_id, secret, app_id = approved.needed("SMS_KEY_ID", "SMS_KEY_SECRET", "SMS_APP_ID")
    scheme, host = approved.endpoint("sms.tencentcloudapi.com")
    http = HttpProfile(protocol=scheme, endpoint=host, reqTimeout=settings.SMS_HTTP_TIMEOUT)
    logging.getLogger("tencentcloud_sdk_common").setLevel(logging.WARNING)  # at DEBUG it writes phones down
    client = SmsClient(Credential(key_id, secret), settings.SMS_REGION, ClientProfile(httpProfile=http))
    timeout = 2 * settings.SMS_HTTP_TIMEOUT
    return TencentGateway(client, app_id, approved.codes(), approved.sign_name(), timeout)

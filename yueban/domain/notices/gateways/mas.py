"""中国移动云MAS (norsubmit): the http gateway with 云MAS's body and its check sum.

The body is JSON in Base64. `mac` is the MD5 of company, account, password, phone, text, signature's code and extension,
one behind the other, as 云MAS prescribes. It takes the whole text and adds the signature itself. It has no number of ours
to give back: receipts are matched by its `msgGroup`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from typing_extensions import override

from yueban.domain.notices.gateways import approved
from yueban.domain.notices.gateways.base import Uncertain
from yueban.domain.notices.gateways.http import HttpGateway

if TYPE_CHECKING:
    import httpx

    from yueban.domain.notices.gateways.base import Outgoing

ENDPOINT = "http://112.35.1.155:1992/sms/norsubmit"


@dataclass(frozen=True)
class MasGateway(HttpGateway):
    """One request a message."""

    company: str = ""
    account: str = ""
    password: str = ""
    sign: str = ""
    serial: str = ""
    name: ClassVar[str] = "mas"

    @override
    def content(self, message: Outgoing) -> bytes:
        """Give the Base64 of the JSON with its check sum."""
        text = message.text.removeprefix(settings.SMS_SIGNATURE)
        signed = [self.company, self.account, self.password, message.phone, text, self.sign, self.serial]
        names = ("ecName", "apId", "secretKey", "mobiles", "content", "sign", "addSerial")
        fields = dict(zip(names, signed, strict=True)) | {"mac": _md5("".join(signed))}
        return base64.b64encode(json.dumps(fields, ensure_ascii=False).encode())

    @override
    def understood(self, answer: httpx.Response) -> str:
        """Give the msgGroup; a `rspcod` other than success is a refusal."""
        try:
            said = json.loads(answer.text)
            accepted, group, code = said.get("success") is True, said.get("msgGroup"), str(said.get("rspcod") or "")
        except (ValueError, AttributeError) as error:
            raise Uncertain("unreadable") from error
        if accepted and group:
            return str(group)[:100]
        if code and code != "success":
            raise approved.refusal(code)
        raise Uncertain("unreadable")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # what the provider prescribes


def from_settings() -> MasGateway:
    """Make the gateway of `SMS_MAS_…` and `SMS_KEY_…`; raise ImproperlyConfigured."""
    company, account, password, sign = approved.needed(
        "SMS_MAS_COMPANY", "SMS_KEY_ID", "SMS_KEY_SECRET", "SMS_MAS_SIGN"
    )
    return MasGateway(
        url=settings.SMS_ENDPOINT or ENDPOINT,
        body="",
        headers={"Content-Type": "application/json"},
        timeout=settings.SMS_HTTP_TIMEOUT,
        company=company,
        account=account,
        password=password,
        sign=sign,
        serial=settings.SMS_MAS_SERIAL,
    )

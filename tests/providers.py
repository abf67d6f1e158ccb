"""An SMS provider for tests: one local server that speaks as 阿里云, 腾讯云 and 云MAS do.

It computes each signature itself from what came over the wire, keeps what it took, and can lose its voice: `moods` says,
request by request, what happens. What it took it reports as each provider would.
"""

import base64
import gc
import hashlib
import hmac
import json
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from typing_extensions import override

KEY_ID, SECRET = "AKID-of-tests", "secret-of-tests"
COMPANY, MAS_SIGN, MAS_SERIAL = "样例集团", "SIGN01", "01"
TOOK_IT = ("ok", "hang", "close", "garbage", "broken")
"""Moods in which the message was taken; in `lost` and `refuse` it was not."""


@dataclass
class Taken:
    """A message that the provider took and will send."""

    number: str
    phone: str
    template: str
    content: Any
    ours: str = ""


@dataclass
class Provider:
    """What was taken, what was refused for a bad signature, and how the next requests are met."""

    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)
    asked: int = 0
    moods: list[str] = field(default_factory=list)
    hangs: float = 1.0
    refusal: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, phone: str, template: str, content: Any, ours: str = "") -> str:
        """Keep a message and number it."""
        with self.lock:
            number = f"n-{len(self.taken) + 1}"
            self.taken.append(Taken(number, phone, template, content, ours))
            return number

    def mood(self) -> str:
        """How this request is met."""
        with self.lock:
            return self.moods.pop(0) if self.moods else "ok"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def parts_of(authorization: str) -> dict[str, str]:
    """`ALGORITHM Credential=…, SignedHeaders=…, Signature=…` as a dictionary."""
    _algorithm, _space, rest = authorization.partition(" ")
    return dict(each.strip().split("=", 1) for each in rest.split(","))


def headers_of(signed: str, headers: dict[str, str]) -> str:
    return "".join(f"{name}:{headers[name].strip()}\n" for name in signed.split(";"))


def acs3_holds(method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
    """ACS3-HMAC-SHA256, as 阿里云 describes its V3 signature."""
    found = parts_of(headers["authorization"])
    url = urlsplit(path)
    pairs = sorted(parse_qsl(url.query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
    signed = found["SignedHeaders"]
    canonical = "\n".join([method, url.path, query, headers_of(signed, headers), signed, sha256(body)])
    wanted = mac(SECRET.encode(), f"ACS3-HMAC-SHA256\n{sha256(canonical.encode())}").hex()
    complete = {"host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce"} <= set(signed.split(";"))
    whole = headers["x-acs-content-sha256"] == sha256(body)
    return complete and whole and found["Credential"] == KEY_ID and found["Signature"] == wanted


def tc3_holds(headers: dict[str, str], body: bytes) -> bool:
    """TC3-HMAC-SHA256, as 腾讯云 describes its V3 signature."""
    found = parts_of(headers["authorization"])
    key_id, _slash, scope = found["Credential"].partition("/")
    day, service, _end = scope.split("/")
    signed = found["SignedHeaders"]
    canonical = "\n".join(["POST", "/", "", headers_of(signed, headers), signed, sha256(body)])
    text = f"TC3-HMAC-SHA256\n{headers['x-tc-timestamp']}\n{scope}\n{sha256(canonical.encode())}"
    key = mac(mac(mac(f"TC3{SECRET}".encode(), day), service), "tc3_request")
    return key_id == KEY_ID and service == "sms" and found["Signature"] == mac(key, text).hex()


def mas_holds(said: dict[str, str]) -> bool:
    """云MAS: the MD5 of seven fields, one behind the other."""
    order = ("ecName", "apId", "secretKey", "mobiles", "content", "sign", "addSerial")
    text = "".join(said[name] for name in order)
    whose = (said["ecName"], said["apId"], said["secretKey"]) == (COMPANY, KEY_ID, SECRET)
    return whose and said["mac"] == hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Speaking(BaseHTTPRequestHandler):
    """Speaks as whichever provider the request is for."""

    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if "x-acs-action" in headers:
            self._aliyun(headers, body)
        elif "x-tc-action" in headers:
            self._tencent(headers, body)
        else:
            self._mas(body)

    def _aliyun(self, headers: dict[str, str], body: bytes) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query)) | dict(parse_qsl(body.decode()))
        if not acs3_holds("POST", self.path, headers, body):
            self.provider.forged.append(unquote(self.path))
            self._say({"Code": "SignatureDoesNotMatch", "Message": "no", "RequestId": "r"}, 400)
        elif headers["x-acs-action"] == "QuerySendDetails":
            self._details(asked)
        else:
            self._meet(
                lambda: self.provider.take(
                    asked["PhoneNumbers"], asked["TemplateCode"], json.loads(asked["TemplateParam"]), asked["OutId"]
                ),
                lambda number: {"Code": "OK", "Message": "OK", "BizId": number, "RequestId": "r"},
                lambda code: ({"Code": code, "Message": "no", "RequestId": "r"}, 200),
            )

    def _details(self, asked: dict[str, str]) -> None:
        self.provider.asked += 1
        found = [
            {"OutId": each.ours, "PhoneNum": each.phone, "SendStatus": 3, "ErrCode": "DELIVERED"}
            for each in self.provider.taken
            if each.phone == asked["PhoneNumber"]
        ]
        details = {"SmsSendDetailDTO": found}
        self._say({"Code": "OK", "Message": "OK", "TotalCount": str(len(found)), "SmsSendDetailDTOs": details})

    def _tencent(self, headers: dict[str, str], body: bytes) -> None:
        said = json.loads(body)
        if not tc3_holds(headers, body):
            self.provider.forged.append(self.path)
            self._say(
                {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "no"}, "RequestId": "r"}}
            )
            return
        phone = said["PhoneNumberSet"][0]

        def answer(code: str, number: str) -> dict[str, Any]:
            status = {"SerialNo": number, "PhoneNumber": phone, "Fee": 1, "SessionContext": said["SessionContext"]}
            return {"Response": {"SendStatusSet": [status | {"Code": code, "Message": code}], "RequestId": "r"}}

        self._meet(
            lambda: self.provider.take(
                phone.removeprefix("+86"), said["TemplateId"], said["TemplateParamSet"], said["SessionContext"]
            ),
            lambda number: answer("Ok", number),
            lambda code: (answer(code, ""), 200),
        )

    def _mas(self, body: bytes) -> None:
        said = json.loads(base64.b64decode(body))
        if not mas_holds(said):
            self.provider.forged.append(said["mobiles"])
            self._say({"rspcod": "IllegalMac", "msgGroup": "", "success": False})
            return
        self._meet(
            lambda: self.provider.take(said["mobiles"], said["sign"], said["content"]),
            lambda number: {"rspcod": "success", "msgGroup": number, "success": True},
            lambda code: ({"rspcod": code, "msgGroup": "", "success": False}, 200),
        )

    def _meet(self, take: Any, accepted: Any, refused: Any) -> None:
        mood = self.provider.mood()
        if mood == "refuse":
            self._say(*refused(self.provider.refusal))
            return
        number = take() if mood in TOOK_IT else ""
        if mood in {"hang", "lost"}:
            time.sleep(self.provider.hangs)  # longer than the gateway waits
        if mood in {"hang", "lost", "close"}:
            self.close_connection = True
        elif mood == "garbage":
            self._write(b"<html>\xff\x00</html>", 200)
        elif mood == "broken":
            self._write(b"oops", 500)
        else:
            self._say(accepted(number))

    def _say(self, said: dict[str, Any], status: int = 200) -> None:
        self._write(json.dumps(said).encode(), status)

    def _write(self, content: bytes, status: int) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.send_header("connection", "close")  # the SDKs keep connections for ever
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, *_args: Any) -> None:
        """Stay quiet."""


class Listening(ThreadingHTTPServer):
    """Many may come at once, and nobody waits for one that hangs."""

    request_queue_size = 128
    daemon_threads = True
    block_on_close = False


@contextmanager
def speaking() -> Iterator[Provider]:
    """A provider that listens."""
    provider = Provider()
    handler = type("Handler", (Speaking,), {"provider": provider})
    server = Listening(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        with warnings.catch_warnings(action="ignore", category=ResourceWarning):
            gc.collect()  # what an SDK left open after a timeout is closed here, not in another test


def report_of(
    gateway: str, taken: Taken, *, delivered: bool = True, code: str = "", at: str = "2026-11-27 09:00:05"
) -> bytes:
    """What the provider pushes about a message that it took."""
    code = code or ("DELIVRD" if delivered else "UNDELIV")
    shapes: dict[str, dict[str, Any]] = {
        "aliyun": {
            "phone_number": taken.phone,
            "send_time": at,
            "report_time": at,
            "success": delivered,
            "err_code": code,
            "err_msg": "…",
            "sms_size": "1",
            "biz_id": taken.number,
            "out_id": taken.ours,
        },
        "tencent": {
            "user_receive_time": at,
            "nationcode": "86",
            "mobile": taken.phone,
            "report_status": "SUCCESS" if delivered else "FAIL",
            "errmsg": code,
            "description": "…",
            "sid": taken.number,
        },
        "mas": {
            "errorCode": code,
            "mobile": taken.phone,
            "msgGroup": taken.number,
            "receiveDate": at.translate({45: None, 58: None, 32: None}),
            "reportStatus": "CM:0000" if delivered else "CM:0999",
            "submitDate": at.translate({45: None, 58: None, 32: None}),
        },
    }
    entry = shapes[gateway]
    return json.dumps(entry if gateway == "mas" else [entry], ensure_ascii=False).encode()

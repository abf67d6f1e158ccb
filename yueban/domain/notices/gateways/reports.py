"""Reading what providers push as receipts (状态报告), and what each wants to hear in answer.

No SDK is needed for it. What cannot be read raises NotAReport; a single entry without a phone or a number is left out,
since the provider would push the whole again for ever.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from yueban.domain.notices.gateways.base import Report
from yueban.kernel.wall import TZ, in_our_years

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PHONE_DIGITS: Final = 11


class NotAReport(ValueError):
    """What was pushed cannot be read."""


def read(gateway: str, body: bytes) -> list[Report]:
    """Give the reports of a pushed body; raise NotAReport, and KeyError for a gateway without receipts."""
    reader = _READERS[gateway]
    try:
        pushed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAReport(type(error).__name__) from error
    entries = pushed if isinstance(pushed, list) else [pushed]
    if not all(isinstance(entry, dict) for entry in entries):
        raise NotAReport("reports are objects")
    found = (reader(entry) for entry in entries)
    return [report for report in found if report.phone and (report.reference or report.message_id)]


def answer(gateway: str) -> dict[str, Any]:
    """Give what the provider takes as 「received」."""
    return ANSWERS[gateway]


def _aliyun(entry: Mapping[str, Any]) -> Report:
    return Report(
        phone=_phone(entry.get("phone_number")),
        delivered=entry.get("success") in [True, "true"],
        code=_text(entry, "err_code"),
        reference=_text(entry, "biz_id"),
        message_id=_number(entry.get("out_id")),
        at=_moment(entry.get("report_time"), "%Y-%m-%d %H:%M:%S"),
    )


def _tencent(entry: Mapping[str, Any]) -> Report:
    return Report(
        phone=_phone(entry.get("mobile")),
        delivered=entry.get("report_status") == "SUCCESS",
        code=_text(entry, "errmsg"),
        reference=_text(entry, "sid"),
        message_id=_number(entry.get("ext")),
        at=_moment(entry.get("user_receive_time"), "%Y-%m-%d %H:%M:%S"),
    )


def _mas(entry: Mapping[str, Any]) -> Report:
    """Read 云MAS's: `CM:0000` and `DELIVRD` stand in either of two fields, by province."""
    codes = {_text(entry, "reportStatus"), _text(entry, "errorCode")} - {""}
    return Report(
        phone=_phone(entry.get("mobile")),
        delivered=bool(codes & {"CM:0000", "DELIVRD"}),
        code=_text(entry, "errorCode") or _text(entry, "reportStatus"),
        reference=_text(entry, "msgGroup"),
        at=_moment(entry.get("receiveDate"), "%Y%m%d%H%M%S"),
    )


def _http(entry: Mapping[str, Any]) -> Report:
    """Read our own: `{"id": 42, "receipt": "abc", "phone": "…", "delivered": true, "code": "DELIVRD", "at": ISO}`."""
    return Report(
        phone=_phone(entry.get("phone")),
        delivered=entry.get("delivered") is True,
        code=_text(entry, "code"),
        reference=_text(entry, "receipt"),
        message_id=_number(entry.get("id")),
        at=_moment(entry.get("at"), ""),
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return _storable(str(value))[:100] if isinstance(value, str | int) else ""


def _storable(text: str) -> str:
    """Drop what the database does not take: NUL, and halves of a pair."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _phone(value: object) -> str:
    digits = str(value or "").strip().removeprefix("+")
    local = digits.removeprefix("86") if len(digits) > _PHONE_DIGITS else digits
    return local if len(local) == _PHONE_DIGITS and local.isdecimal() and local.isascii() else ""


def _number(value: object) -> int:
    written = str(value or "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= 18 else 0  # noqa: PLR2004  a bigint


def _moment(value: object, form: str) -> datetime | None:
    """Read a time, in the county's zone where it names none; `form` is empty for ISO. None for none, and for no year of ours."""
    try:
        found = datetime.strptime(str(value), form) if form else datetime.fromisoformat(str(value))  # noqa: DTZ007
    except ValueError:
        return None
    at = found if found.tzinfo else found.replace(tzinfo=TZ)
    return at if in_our_years(at) else None


_READERS: Final[dict[str, Callable[[Mapping[str, Any]], Report]]] = {
    "aliyun": _aliyun,
    "tencent": _tencent,
    "mas": _mas,
    "http": _http,
}
ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "aliyun": {"code": 0, "msg": "接收成功"},
    "tencent": {"result": 0, "errmsg": "OK"},
    "mas": {"success": True},
    "http": {"received": True},
}

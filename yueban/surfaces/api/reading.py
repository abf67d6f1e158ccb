"""From the bytes of a request to plain values: UTF-8 JSON, of a size and depth that harm nobody."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from ninja.parser import Parser
from typing_extensions import override

from yueban.kernel.errors import FieldError, gettext_noop
from yueban.surfaces.api.problems import Problem, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

JSON_TYPE: Final = "application/json"
_ODD_CHARACTERS: Final = gettext_noop("含有不能保存的字符。")
_UNSTORABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_KEPT: Final = "_yueban_json"


class JsonBody(Parser):
    """Reads the body once; raises a 400, 415 or 422 problem."""

    @override
    def parse_body(self, request: HttpRequest) -> Any:
        """Answer the JSON value of the body."""
        kept = getattr(request, _KEPT, None)
        if kept is None:
            kept = _parse(request)
            setattr(request, _KEPT, kept)
        return kept


def _parse(request: HttpRequest) -> Any:
    kind, _semicolon, parameters = request.META.get("CONTENT_TYPE", "").lower().partition(";")
    if kind.strip() != JSON_TYPE or ("charset" in parameters and "utf-8" not in parameters):
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "wrong_type")
    try:
        value = json.loads(request.body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed") from None
    if b"\\u" in request.body or b"\x7f" in request.body:
        _refuse_odd_characters(value)
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _refuse_odd_characters(value: Any) -> None:
    errors = [FieldError(".".join(path), "bad_characters", _ODD_CHARACTERS) for path in _odd(value, ())]
    if errors:
        raise invalid(errors)


def _odd(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Answer where a text holds what PostgreSQL or a printer cannot: control characters, halves of pairs."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _odd(key, (*path, "?"))
            yield from _odd(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _odd(item, (*path, str(position)))


UNKNOWN: Final = gettext_noop("没有这一项，请检查拼写。")
SENTENCES: Final = {
    "missing": gettext_noop("缺少这一项。"),
    "extra_forbidden": UNKNOWN,
    "string_too_long": gettext_noop("内容太长。"),
    "string_pattern_mismatch": gettext_noop("写法不对。"),
    "literal_error": gettext_noop("不是可用的选项。"),
    "too_small": gettext_noop("数值太小。"),
    "too_large": gettext_noop("数值太大。"),
    "wrong_type": gettext_noop("类型不对。"),
}
_CODES: Final = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "bad_form",
    "literal_error": "bad_choice",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
}


def field_errors(errors: list[dict[str, Any]]) -> list[FieldError]:
    """Answer what pydantic found as our errors; the place in the request (`body`, `query`) is no part of the field."""
    found = []
    for error in errors:
        code = _CODES.get(error["type"], "wrong_type")
        sentence = SENTENCES.get(error["type"]) or SENTENCES.get(code) or SENTENCES["wrong_type"]
        path = [str(part) for part in error["loc"][1:] if part not in {"body", "asked"}]
        found.append(FieldError(".".join(path) or "body", code, _(sentence)))
    return found

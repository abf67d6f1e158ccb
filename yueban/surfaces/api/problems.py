"""RFC 9457: every answer that is no success is an `application/problem+json` with the clause that decided."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yueban.domain.regulation.queries import explain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yueban.domain.regulation.rules import Reason
    from yueban.kernel.errors import FieldError

CONTENT_TYPE: Final = "application/problem+json"

TITLES: Final = {
    "malformed": gettext_lazy("请求无法读取"),
    "not_authorised": gettext_lazy("缺少令牌，或令牌无效"),
    "forbidden": gettext_lazy("没有权限"),
    "unknown": gettext_lazy("没有找到"),
    "not_allowed": gettext_lazy("不支持这种请求方式"),
    "refused": gettext_lazy("按预约制度不能办理"),
    "conflict": gettext_lazy("现在不能这样做"),
    "too_large": gettext_lazy("请求太大"),
    "wrong_type": gettext_lazy("请求体必须是 UTF-8 编码的 JSON"),
    "invalid": gettext_lazy("填写的内容有误"),
    "too_many": gettext_lazy("请求太频繁"),
    "failed": gettext_lazy("系统出错，请稍后再试"),
}


class Problem(Exception):
    """What went wrong, as a status and a kind of TITLES; it can be raised, and it can be rendered."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str = "",
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the answer needs; `members` are further members of the problem object."""
        super().__init__(status, kind)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.members = members or {}
        self.headers = headers or {}

    @property
    def body(self) -> str:
        """The JSON text of the answer."""
        title = str(TITLES[self.kind])
        content = {
            "type": f"/api/docs#{self.kind}",
            "title": title,
            "status": int(self.status),
            "detail": self.detail or title,
            **self.members,
        }
        return json.dumps(content, ensure_ascii=False)

    def response(self) -> HttpResponse:
        """The answer."""
        return answer(self.status, self.body, self.headers)


def answer(status: int, body: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Answer with the body of a problem. Refusals are daily work: Django need not log each as a warning."""
    response = HttpResponse(body, status=int(status), content_type=CONTENT_TYPE, headers=dict(headers or {}))
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  the mark of django.utils.log
    return response


def invalid(errors: Iterable[FieldError], *, prefix: str = "") -> Problem:
    """422: each error with its field (`applicant.phone`), code and sentence."""
    named = [error.within(prefix) if prefix else error for error in errors]
    said = [{"field": e.field, "code": e.code, "message": e.text(_)} for e in named]
    detail = " ".join(str(each["message"]) for each in said)
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, {"errors": said})


def refused(reasons: Iterable[Reason]) -> Problem:
    """409: every reason with its clause and sentence, the most basic first."""
    said = [{"code": why.code, "clause": why.clause, "message": explain(why)} for why in reasons]
    return Problem(HTTPStatus.CONFLICT, "refused", " ".join(str(each["message"]) for each in said), {"refusals": said})


def conflict(code: str, detail: str) -> Problem:
    """409 for what is no refusal of the regulation but a hall's state: `counter_busy`, `move_refused` …"""
    return Problem(HTTPStatus.CONFLICT, "conflict", detail, {"refusals": [], "code": code})


def unknown(name: str = "") -> Problem:
    """404; `name` is the field or thing that does not exist, or is not the asker's to see."""
    members: dict[str, Any] = (
        {"errors": [{"field": name, "code": "unknown", "message": _("没有找到这一项。")}]} if name else {}
    )
    return Problem(HTTPStatus.NOT_FOUND, "unknown", members=members)


def not_authorised() -> Problem:
    """401."""
    return Problem(HTTPStatus.UNAUTHORIZED, "not_authorised", headers={"WWW-Authenticate": 'Bearer realm="yueban"'})


def forbidden(detail: str) -> Problem:
    """403."""
    return Problem(HTTPStatus.FORBIDDEN, "forbidden", detail)


def too_many(retry_after: int, detail: str) -> Problem:
    """429, with the seconds after which it is worth trying again."""
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many", detail, headers={"Retry-After": str(retry_after)})

"""The API itself: who may enter, and how every exception is answered."""

from __future__ import annotations

import functools
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse, UnreadablePostError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.security import HttpBearer
from typing_extensions import override

from yueban.domain.booking.queries import UnknownAppointment, UnknownPlace
from yueban.domain.booking.rules import IllegalTransition
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.directory import queries as directory
from yueban.domain.people.rules import NotAuthorised, TooManyRequests
from yueban.domain.queueing import rules as hall
from yueban.domain.regulation.rules import Clause, RefusalCode, Refused, reason
from yueban.kernel.errors import FieldError, InvalidInput
from yueban.surfaces.api import problems
from yueban.surfaces.api.problems import Problem
from yueban.surfaces.api.reading import UNKNOWN, JsonBody, field_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

_LONGEST_NAME = 40
_log = structlog.get_logger(__name__)

DESCRIPTION = """
约办 (Yueban): book an hour at a government service hall. 沈丘县政务服务统一预约平台开放接口。

Every request carries `Authorization: Bearer <token>`: a channel's token (`yueban channel add`) or, where said, a token of
a member of staff (`yueban staff token`). Times are ISO 8601 with `+08:00`. Errors are `application/problem+json`
(RFC 9457): 409 refusals name the clause of the regulation, 422 names each field. `Accept-Language: en` gives the
sentences in English. `POST /appointments` takes an `Idempotency-Key`.
"""


class Api(NinjaAPI):
    """Ours: operations are named by their functions, which are all different."""

    @override
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Give `book`, `call_next` …"""
        return operation.view_func.__name__


api = Api(
    title="约办开放接口 Yueban API",
    version="1.0.0",
    description=DESCRIPTION,
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url=None,
    parser=JsonBody(),
)


def speak(request: HttpRequest) -> None:
    """Use the caller's language in this thread: Chinese unless English is preferred."""
    wanted = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    translation.activate("en" if wanted[:2].lower() == "en" else "zh-hans")


class Bearer(HttpBearer):
    """`Authorization: Bearer …` as OpenAPI documents it; who the token must belong to is the function's matter."""

    def __init__(self, find: Callable[[HttpRequest], Any]) -> None:
        """Take the function that answers the caller or raises."""
        super().__init__()
        self.find = find

    @override
    def __call__(self, request: HttpRequest) -> Any:
        """Answer the caller, who becomes `request.auth`; only then is the query looked at."""
        caller = self.find(request)
        if request.META.get("QUERY_STRING"):
            refuse_unknown_query(request)
        return caller

    @override
    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Never asked: `__call__` answers."""
        raise NotImplementedError


_QUERY = "_yueban_query"


def refuse_unknown_query(request: HttpRequest) -> None:
    """Raise a 422 problem for parameters that the endpoint does not have: a slip of the pen should not go unseen."""
    known: frozenset[str] = getattr(request, _QUERY, frozenset())
    errors = [FieldError(name[:_LONGEST_NAME], "unknown_field", UNKNOWN) for name in request.GET if name not in known]
    if errors:
        raise problems.invalid(errors)


def enclosed(view: Callable[..., HttpResponse], known: Mapping[str, frozenset[str]]) -> Callable[..., HttpResponse]:
    """Speak the caller's language, know the query by method, and answer a wrong method as a problem too."""

    @functools.wraps(view)
    def within(request: HttpRequest, **parts: Any) -> HttpResponse:
        speak(request)
        setattr(request, _QUERY, known.get(request.method or "", frozenset()))
        response = view(request, **parts)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = {"Allow": response.headers.get("Allow", "")}
            return Problem(HTTPStatus.METHOD_NOT_ALLOWED, "not_allowed", headers=allowed).response()
        return response

    return within


@csrf_exempt
def unknown_route(request: HttpRequest, **_parts: Any) -> HttpResponse:
    """404 for every other address under /api/."""
    speak(request)
    return problems.unknown().response()


# ---- exceptions to answers ----------------------------------------------------------------------------------------


def answers(*kinds: type[Exception]) -> Callable[[Callable[[Any], Problem]], Callable[[Any], Problem]]:
    """Register what an exception is answered with."""

    def register(make: Callable[[Any], Problem]) -> Callable[[Any], Problem]:
        for kind in kinds:
            api.add_exception_handler(kind, lambda _request, error: make(error).response())
        return make

    return register


@answers(Problem)
def _problem(error: Problem) -> Problem:
    return error


@answers(Refused)
def _refused(error: Refused) -> Problem:
    return problems.refused(error.reasons)


@answers(InvalidInput)
def _invalid(error: InvalidInput) -> Problem:
    return problems.invalid(error.errors)


@answers(ValidationError)
def _not_valid(error: ValidationError) -> Problem:
    return problems.invalid(field_errors(error.errors))


@answers(HttpError)
def _http(error: HttpError) -> Problem:
    if isinstance(error.__cause__, Problem):
        return error.__cause__
    return problems.not_authorised() if error.status_code == HTTPStatus.UNAUTHORIZED else _malformed(error)


@answers(UnreadablePostError)
def _malformed(_error: Exception) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "malformed")


@answers(RequestDataTooBig)
def _too_big(_error: RequestDataTooBig) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")


@answers(NotAuthorised)
def _stranger(_error: NotAuthorised) -> Problem:
    return problems.not_authorised()


@answers(TooManyRequests)
def _too_many(error: TooManyRequests) -> Problem:
    return problems.too_many(error.retry_after, _(error.message) % error.details)


@answers(Http404)
def _not_found(_error: Http404) -> Problem:
    return problems.unknown()


@answers(UnknownPlace)
def _place(error: UnknownPlace) -> Problem:
    return problems.unknown(error.field)


@answers(UnknownAppointment)
def _appointment(_error: UnknownAppointment) -> Problem:
    return problems.unknown("code")


@answers(directory.UnknownCentre)
def _centre(_error: Exception) -> Problem:
    return problems.unknown("centre")


@answers(directory.UnknownDepartment)
def _department(_error: Exception) -> Problem:
    return problems.unknown("department")


@answers(directory.UnknownMatter)
def _matter(_error: Exception) -> Problem:
    return problems.unknown("matter")


@answers(directory.UnknownQueue, hall.UnknownQueue)
def _queue(_error: Exception) -> Problem:
    return problems.unknown("queue")


@answers(directory.UnknownCounter, hall.UnknownCounter)
def _counter(_error: Exception) -> Problem:
    return problems.unknown("counter")


@answers(hall.UnknownTicket)
def _ticket(_error: Exception) -> Problem:
    return problems.unknown("ticket")


@answers(hall.AlreadyWaiting)
def _already_waiting(_error: Exception) -> Problem:
    return problems.refused([reason(RefusalCode.ALREADY_TICKETED, Clause.R5_3)])


CONFLICTS: Final[dict[type[Exception], tuple[str, Any]]] = {
    hall.CounterBusy: ("counter_busy", gettext_lazy("这个窗口还有正在办理的号，请先办结、过号或挂起。")),
    hall.TooManyRecalls: ("too_many_recalls", gettext_lazy("已经重呼多次，请办理过号。")),
    hall.CoolingDown: ("cooling_down", gettext_lazy("刚刚叫过，请稍等几秒再重呼。")),
    hall.AlreadyParked: ("already_parked", gettext_lazy("已挂起一个号，请先办完它。")),
    hall.OutsideBands: ("queue_closed", gettext_lazy("这个队列现在不取号。请看大厅公告的取号时间，或问导服台。")),
    hall.QuotaUsed: ("quota_used", gettext_lazy("这个时段的现场号已经取完。您可以预约以后的时间，或问导服台。")),
    hall.QueueingError: ("move_refused", gettext_lazy("号票现在的状态不能这样操作，可能已被别的窗口处理。")),
    IllegalTransition: ("move_refused", gettext_lazy("号票现在的状态不能这样操作，可能已被别的窗口处理。")),
}
"""What a hall's state does not allow now: the code of the conflict, and the words."""


@answers(*CONFLICTS)
def _conflict(error: Exception) -> Problem:
    code, words = next(CONFLICTS[kind] for kind in type(error).__mro__ if kind in CONFLICTS)
    return problems.conflict(code, str(words))


@answers(UnknownDay)
def _unknown_day(_error: UnknownDay) -> Problem:
    return problems.refused([reason(RefusalCode.BEYOND_HORIZON)])


@answers(Exception)
def _failed(error: Exception) -> Problem:
    _log.error("An API request failed", exc_info=error)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "failed")

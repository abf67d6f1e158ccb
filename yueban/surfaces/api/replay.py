"""Idempotency-Key: the same request under the same key gets the same status and body, another one 422."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse

from yueban.domain.booking.operations import Booking, Idempotency
from yueban.domain.booking.queries import UnknownPlace
from yueban.domain.people import operations as people
from yueban.domain.people import queries as persons
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock, crypto
from yueban.kernel.constraints import constraint_name
from yueban.kernel.errors import FieldError, InvalidInput, gettext_noop
from yueban.surfaces.api import problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from yueban.domain.people.queries import KeptResponse
    from yueban.domain.people.rules import AdmittedChannel

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 200
_BAD_KEY: Final = gettext_noop("Idempotency-Key 应当是 1 到 200 个可见的 ASCII 字符。")
_REUSED: Final = gettext_noop("这个 Idempotency-Key 已用于另一个请求。")

DOCUMENTED: Final[dict[str, Any]] = {
    "parameters": [
        {
            "in": "header",
            "name": HEADER,
            "required": False,
            "description": "Names this request; repeated with the same body it gets the same answer and books nothing.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
        }
    ]
}


def key_of(request: HttpRequest) -> str | None:
    """Give the request's key, None without one. Raises `InvalidInput`."""
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is not None and not (0 < len(key) <= LONGEST and all("!" <= letter <= "~" for letter in key)):
        raise InvalidInput(HEADER, "bad_key", _BAD_KEY)
    return key


def once(
    channel: AdmittedChannel,
    key: str,
    asked: str,
    render: Callable[[Booking], str],
    write: Callable[[Idempotency], object],
) -> HttpResponse:
    """Book under a key. The guarded statement itself writes the answer, so a key costs no further round trip.

    Whatever goes wrong is looked up first: it may be the second try of a request that was answered long ago.
    """
    digest = crypto.fingerprint("request", asked)
    said: list[str] = []

    def remembered(made: Booking) -> str:
        said.append(render(made))
        return said[-1]

    try:
        write(Idempotency(channel.id, key, digest, remembered))
        return _answer(HTTPStatus.CREATED, said[-1])
    except (Refused, UnknownPlace) as error:
        kept = persons.kept_response(channel.id, key)
        if kept is None:
            kept = _keep(channel, key, digest, error)
        if kept is None:
            raise
        return _again(kept, asked)
    except Exception as error:
        kept = persons.kept_response(channel.id, key) if constraint_name(error) == "response_once_a_key" else None
        if kept is None:
            raise
        return _again(kept, asked)


def _keep(channel: AdmittedChannel, key: str, digest: bytes, error: Exception) -> KeptResponse | None:
    """Keep a refusal too: the same status and body. What names something unknown is not kept, it may exist tomorrow."""
    if not isinstance(error, Refused):
        return None
    body = problems.refused(error.reasons).body
    return people.keep_response(
        channel.id, key, request_digest=digest, status=HTTPStatus.CONFLICT, body=body, now=clock.now()
    )


def _again(kept: KeptResponse, asked: str) -> HttpResponse:
    if not crypto.same_fingerprint(kept.request_digest, "request", asked):
        return problems.invalid([FieldError(HEADER, "key_reused", _REUSED)]).response()
    return _answer(kept.status, kept.body)


def _answer(status: int, body: str) -> HttpResponse:
    if status == HTTPStatus.CREATED:
        return HttpResponse(body, status=status, content_type="application/json")
    return problems.answer(status, body)

"""Any provider that takes a message by one HTTP request, described wholly by settings.

`$phone`, `$text`, `$id` and `$template` are filled into URL and body, escaped for where they stand: percent-encoded
in the URL, as JSON or form values in the body by its Content-Type. `$id` lets the provider refuse a repetition.

What certainly failed: nobody listens, the status is 3xx, 4xx or 503, or the answer matches `refused`. Everything else that
is no success may have been sent (ADR 225).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from string import Template
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote, quote_plus

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from yueban.domain.notices.gateways.base import Outgoing, Uncertain, Undelivered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _json_value(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


@dataclass(frozen=True)
class HttpGateway:
    """One request a message; it is delivered when the status is 2xx and the body matches `success`."""

    url: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    success: str = ""
    refused: str = ""
    timeout: float = 5.0
    method: str = "POST"
    parallel: int = 8
    harmless_twice: bool = False
    patience: timedelta = timedelta(minutes=10)
    name: ClassVar[str] = "http"
    client: httpx.Client = field(default_factory=lambda: httpx.Client(follow_redirects=False))

    def send(self, message: Outgoing) -> str:
        """Send the request; what did not succeed is Undelivered, or Uncertain when it may have been sent."""
        try:
            answer = self.client.request(
                self.method,
                _filled(self.url, message, lambda text: quote(text, safe="")),
                content=self.content(message),
                headers=dict(self.headers),
                timeout=self.timeout,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise Undelivered(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise Uncertain(type(error).__name__) from error
        return self._receipt(answer)

    def content(self, message: Outgoing) -> bytes:
        """Give the bytes of the body."""
        return _filled(self.body, message, self._escape()).encode()

    def _escape(self) -> Callable[[str], str]:
        kinds = [value for name, value in self.headers.items() if name.lower() == "content-type"]
        if kinds and "json" in kinds[0]:
            return _json_value
        return quote_plus if kinds and "form" in kinds[0] else str

    def _receipt(self, answer: httpx.Response) -> str:
        if not answer.is_success:
            certain = answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR or answer.status_code in _NOT_TAKEN
            raise (Undelivered if certain else Uncertain)(f"HTTP {answer.status_code}")
        return self.understood(answer)

    def understood(self, answer: httpx.Response) -> str:
        """Give the provider's number out of an answer of 2xx; raise Undelivered."""
        if self.refused and (refusal := re.search(self.refused, answer.text)):
            raise Undelivered(_group(refusal) or f"HTTP {answer.status_code}")
        match = re.search(self.success, answer.text)
        if match is None:
            raise Uncertain(f"HTTP {answer.status_code} without the success pattern")
        return _group(match) or f"http:{answer.status_code}"


_NOT_TAKEN = frozenset({httpx.codes.SERVICE_UNAVAILABLE})


def _group(match: re.Match[str]) -> str:
    return (match.group(1) or "")[:100] if match.groups() else ""


def _filled(text: str, message: Outgoing, escape: Callable[[str], str]) -> str:
    values = {"phone": message.phone, "text": message.text, "id": str(message.id), "template": message.template}
    return Template(text).substitute({name: escape(value) for name, value in values.items()})


def _names(text: str) -> set[str]:
    template = Template(text)
    if not template.is_valid():
        raise ValueError("a $ that is no name is written $$")
    return set(template.get_identifiers())


def from_settings() -> HttpGateway:
    """Make the gateway of `SMS_HTTP_…`; raise ImproperlyConfigured when a setting cannot be read."""
    if not settings.SMS_HTTP_URL:
        raise ImproperlyConfigured("YUEBAN_SMS_URL must be set for the http gateway")
    try:
        headers = json.loads(settings.SMS_HTTP_HEADERS)
        re.compile(settings.SMS_HTTP_SUCCESS)
        re.compile(settings.SMS_HTTP_REFUSED)
        names = _names(settings.SMS_HTTP_URL) | _names(settings.SMS_HTTP_BODY)
    except (ValueError, re.error) as error:
        raise ImproperlyConfigured(f"the http gateway's settings cannot be read: {error}") from error
    if unknown := names - {"phone", "text", "id", "template"}:
        raise ImproperlyConfigured(f"the http gateway knows no {', '.join(sorted(unknown))}")
    return HttpGateway(
        url=settings.SMS_HTTP_URL,
        body=settings.SMS_HTTP_BODY,
        headers=headers,
        success=settings.SMS_HTTP_SUCCESS,
        refused=settings.SMS_HTTP_REFUSED,
        harmless_twice=settings.SMS_HTTP_HARMLESS,
        timeout=settings.SMS_HTTP_TIMEOUT,
        method=settings.SMS_HTTP_METHOD,
    )

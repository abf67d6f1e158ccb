"""Any provider that takes a message by one HTTP request, described wholly by settings.

`$phone`, `$text`, `$id` and `$template` are filled into URL and body, escaped for where they stand: percent-encoded
in the URL, as JSON or form values in the body by its Content-Type. `$id` lets the provider refuse a repetition.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from string import Template
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote, quote_plus

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from yueban.domain.notices.gateways.base import Outgoing, Undelivered

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
    timeout: float = 5.0
    method: str = "POST"
    parallel: int = 8
    name: ClassVar[str] = "http"
    client: httpx.Client = field(default_factory=lambda: httpx.Client(follow_redirects=False))

    def send(self, message: Outgoing) -> str:
        """Send the request; anything but the described success is tried again."""
        try:
            answer = self.client.request(
                self.method,
                _filled(self.url, message, lambda text: quote(text, safe="")),
                content=_filled(self.body, message, self._escape()).encode(),
                headers=dict(self.headers),
                timeout=self.timeout,
            )
        except httpx.HTTPError as error:
            raise Undelivered(type(error).__name__) from error
        return self._receipt(answer)

    def _escape(self) -> Callable[[str], str]:
        kinds = [value for name, value in self.headers.items() if name.lower() == "content-type"]
        if kinds and "json" in kinds[0]:
            return _json_value
        return quote_plus if kinds and "form" in kinds[0] else str

    def _receipt(self, answer: httpx.Response) -> str:
        if not answer.is_success:
            raise Undelivered(f"HTTP {answer.status_code}")
        match = re.search(self.success, answer.text)
        if match is None:
            raise Undelivered(f"HTTP {answer.status_code} without the success pattern")
        return match.group(1)[:100] if match.groups() and match.group(1) else f"http:{answer.status_code}"


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
        timeout=settings.SMS_HTTP_TIMEOUT,
        method=settings.SMS_HTTP_METHOD,
    )

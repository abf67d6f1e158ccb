"""What providers of approved texts need of each kind: the code of its text there (`YUEBAN_SMS_TEMPLATES`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from yueban.domain.notices.gateways.base import Rejected, Undelivered
from yueban.domain.notices.rules import HOPELESS, NO_TEMPLATE, Template

if TYPE_CHECKING:
    from collections.abc import Mapping


def codes() -> dict[str, str]:
    """Read the codes by kind; raise ImproperlyConfigured for anything but an object of known kinds."""
    try:
        read = json.loads(settings.SMS_TEMPLATES)
        return {Template(kind).value: str(code) for kind, code in read.items()}
    except (ValueError, AttributeError) as error:
        raise ImproperlyConfigured(f'YUEBAN_SMS_TEMPLATES is JSON such as {{"booked": "SMS_1"}}: {error}') from error


def code_of(known: Mapping[str, str], template: str) -> str:
    """Give the code of a kind; raise Rejected when the operator has none yet."""
    if template not in known:
        raise Rejected(NO_TEMPLATE)
    return known[template]


def refusal(code: str) -> Undelivered:
    """Make the exception of a provider's refusal by its code."""
    return Rejected(code) if code in HOPELESS else Undelivered(code)


def needed(*names: str) -> list[str]:
    """Give settings that a gateway cannot do without; raise ImproperlyConfigured with the variables that are missing."""
    missing = [f"YUEBAN_{name}" for name in names if not getattr(settings, name)]
    if missing:
        raise ImproperlyConfigured(f"the {settings.SMS_GATEWAY} gateway needs {', '.join(missing)}")
    return [getattr(settings, name) for name in names]


def endpoint(usual: str) -> tuple[str, str]:
    """Give scheme and host of the provider, or those of `YUEBAN_SMS_ENDPOINT` (`https://host`, `host`)."""
    named = settings.SMS_ENDPOINT or usual
    parts = urlsplit(named if "://" in named else f"https://{named}")
    return parts.scheme, parts.netloc


def sign_name() -> str:
    """Give the signature without its brackets, as these providers want it."""
    return str(settings.SMS_SIGNATURE).strip("【】")

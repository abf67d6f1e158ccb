"""Ways out of the house for a message, one module each. `YUEBAN_SMS_GATEWAY` names the one in use."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from yueban.domain.notices.gateways.base import (
    Asking,
    Gateway,
    Known,
    Outgoing,
    Rejected,
    Report,
    Uncertain,
    Undelivered,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Asking",
    "Gateway",
    "Known",
    "Outgoing",
    "Rejected",
    "Report",
    "Uncertain",
    "Undelivered",
    "configured",
    "in_use",
    "ready",
]

_NAMES = ("console", "file", "http", "mas", "aliyun", "tencent")
NONE = "none"


def in_use() -> bool:
    """Tell whether messages leave at all; with `none` they wait in the outbox until a gateway is chosen."""
    return bool(settings.SMS_GATEWAY != NONE)


def ready() -> None:
    """Raise ImproperlyConfigured for settings by which no message would ever leave: a name, a key or an SDK is missing."""
    if in_use():
        configured()


@functools.cache
def configured() -> Gateway:
    """Give the gateway of the settings; raise ImproperlyConfigured when there is none of that name."""
    if settings.SMS_GATEWAY not in _NAMES:
        raise ImproperlyConfigured(f"YUEBAN_SMS_GATEWAY is {settings.SMS_GATEWAY!r}, none of {', '.join(_NAMES)}")
    try:
        module = import_module(f"{__name__}.{settings.SMS_GATEWAY}")
    except ModuleNotFoundError as error:
        missing = f"pip install 'yueban[{settings.SMS_GATEWAY}]'"
        raise ImproperlyConfigured(f"the {settings.SMS_GATEWAY} gateway needs its SDK: {missing}") from error
    from_settings: Callable[[], Gateway] = module.from_settings
    return from_settings()

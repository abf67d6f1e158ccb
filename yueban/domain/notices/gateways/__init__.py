"""Ways out of the house for a message, one module each. `YUEBAN_SMS_GATEWAY` names the one in use."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from yueban.domain.notices.gateways.base import Gateway, Outgoing, Undelivered

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Gateway", "Outgoing", "Undelivered", "configured"]

_NAMES = ("console", "file", "http")


@functools.cache
def configured() -> Gateway:
    """Give the gateway of the settings; raise ImproperlyConfigured when there is none of that name."""
    if settings.SMS_GATEWAY not in _NAMES:
        raise ImproperlyConfigured(f"YUEBAN_SMS_GATEWAY is {settings.SMS_GATEWAY!r}, none of {', '.join(_NAMES)}")
    from_settings: Callable[[], Gateway] = import_module(f"{__name__}.{settings.SMS_GATEWAY}").from_settings
    return from_settings()

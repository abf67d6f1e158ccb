"""The events application: the display's stream, and the heartbeat of its process while it reads the feed."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yueban.config.settings")
django.setup(set_prefix=False)

from yueban.config import heartbeat  # noqa: E402  after setup
from yueban.surfaces.display import stream  # noqa: E402  after setup

Message = MutableMapping[str, Any]


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Hand over to the stream; the lifespan of the process is also that of its heartbeat."""
    if scope["type"] == "lifespan":
        async with heartbeat.beating("events", healthy=lambda: stream.hub.fresh):
            await stream.application(scope, receive, send)
    else:
        await stream.application(scope, receive, send)

"""The event stream behind every screen of a hall: server-sent events with resume, as a small ASGI application.

`GET /events?centre=CODE&after=POSITION` (or `Last-Event-ID`). One thread a process LISTENs, gives committed events
their position, and hands them to the clients' bounded queues; whoever is too slow is cut off and resumes by position,
so a slow screen costs nobody else and loses nothing. Only what a hall may hear leaves here: never a name.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import DatabaseError

from yueban.domain.audit import queries as audit
from yueban.domain.queueing import queries as queueing
from yueban.kernel import clock
from yueban.surfaces.display.hub import KINDS, Client, Hub, encode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Handlers = dict[signal.Signals, Any]

HEARTBEAT = 5.0
REPLAY = 500
"""A screen that missed more is told to load its page anew instead of hearing an hour of calls."""

RESET = b"event: reset\ndata: {}\n\n"
RETRY = b"retry: 2000\n\n"

hub = Hub()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """The ASGI entry: lifespan and HTTP."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    beating: asyncio.Future[None] | None = None
    before: Handlers = {}
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub.start(asyncio.get_running_loop())
            beating = asyncio.ensure_future(_beat())
            before = _end_streams_on_signals(asyncio.get_running_loop())
            await send({"type": "lifespan.startup.complete"})
        else:
            if beating is not None:
                beating.cancel()
            await hub.stop()
            for number, handler in before.items():
                signal.signal(number, handler)
            await send({"type": "lifespan.shutdown.complete"})
            return


def _end_streams_on_signals(loop: asyncio.AbstractEventLoop) -> Handlers:
    """End the streams when the process is told to stop: the server waits for them before it ends the lifespan.

    Gives the handlers that were there before, to be put back when the lifespan ends.

    asyncio hears of a signal by its wake-up descriptor, not by the handler that we set here, so the server's own
    handling goes on as before.
    """
    before: Handlers = {}
    if threading.current_thread() is not threading.main_thread():
        return before
    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.getsignal(number)
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(hub.end_streams))
        signal.siginterrupt(number, False)  # noqa: FBT003 - as asyncio has it
    return before


async def _beat() -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
        hub.beat(_tick())


async def _http(scope: Message, receive: Receive, send: Send) -> None:
    path = scope["path"].rstrip("/")
    if scope["method"] != "GET":
        await _answer(send, 405, b"")
    elif path == "/healthz":
        await _answer(send, 200 if hub.fresh else 503, b"ok" if hub.fresh else b"no database")
    elif path.endswith("/events"):
        await _events(scope, receive, send)
    else:
        await _answer(send, 404, b"")


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _events(scope: Message, receive: Receive, send: Send) -> None:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    code = query.get("centre", [""])[0][:50]
    try:
        hall = await hub.read(lambda: queueing.hall(code))
        after = _position(headers.get("last-event-id") or query.get("after", [""])[0])
    except ValueError:
        await _answer(send, 400, b"after is no position")
    except DatabaseError:
        await _answer(send, 503, b"no database")
    else:
        if hall is None:
            await _answer(send, 404, b"no such centre")
            return
        await send({"type": "http.response.start", "status": 200, "headers": _stream_headers(headers)})
        await _stream(send, receive, hall.id, after)


_LONGEST_POSITION = 18


def _position(text: str) -> int | None:
    """The position after which to begin, None to begin now. Raises ValueError."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_POSITION):
        raise ValueError(text)
    return int(text)


def _missed(centre_id: int, after: int) -> list[tuple[int, bytes]]:
    """What a returning client missed, encoded with positions; one more than REPLAY says that it is too much."""
    events = audit.after(after, limit=REPLAY + 1, centre_id=centre_id, kinds=KINDS)
    return [(event.position or 0, encode(event)) for event in events]


def _stream_headers(request: dict[str, str]) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"Origin"),
    ]
    origin = request.get("origin", "")
    if _trusted(origin, request.get("host", "")):
        headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
    return headers


def _trusted(origin: str, host: str) -> bool:
    """A page of the same host (its port is another process), or of a configured origin."""
    try:
        same = urlsplit(origin).hostname == urlsplit(f"//{host}").hostname
    except ValueError:  # "http://[" is no address at all
        return False
    return bool(origin) and (same or origin in settings.CSRF_TRUSTED_ORIGINS)


async def _stream(send: Send, receive: Receive, centre_id: int, after: int | None) -> None:
    """Replay, then follow, until the client goes, falls behind, or the process stops."""
    client = hub.join(centre_id)
    gone = asyncio.ensure_future(_disconnected(receive))
    gone.add_done_callback(lambda _: client.cut())
    try:
        await _send(send, RETRY + _tick())
        seen = client.joined_at if after is None else await _replay(send, centre_id, after)
        if seen is not None:
            await _follow(send, client, seen)
    except (OSError, DatabaseError):
        pass  # the screen comes back with its last position
    finally:
        hub.leave(client)
        gone.cancel()
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _replay(send: Send, centre_id: int, after: int) -> int | None:
    """Send what came after a position; its last one, or None when the page must load anew."""
    missed = await hub.read(lambda: _missed(centre_id, after))
    if len(missed) > REPLAY:
        await _send(send, RESET)
        return None
    if missed:
        await _send(send, b"".join(block for _, block in missed))
    return missed[-1][0] if missed else after


async def _follow(send: Send, client: Client, seen: int) -> None:
    while not client.ended:
        taken = [each for each in await client.take() if not each[0] or each[0] > seen]
        if taken and not client.ended:
            await _send(send, b"".join(block for _, block in taken))
            seen = max(seen, *(position for position, _ in taken))


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _tick() -> bytes:
    """A comment for proxies and an event for pages (which cannot read comments), both with the server's time."""
    now = clock.now().isoformat(timespec="milliseconds")
    return f": {now}\nevent: clock\ndata: {json.dumps({'now': now})}\n\n".encode()

"""Many screens that listen to one hall, in one process of their own."""

from __future__ import annotations

import re
import select
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bench.crowd import FORK
from bench.stack import NotMeasured
from bench.wire import Http, get

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import TracebackType
    from typing import Self

    from bench.stack import Stack

_HEARD = re.compile(rb'"kind": ?"ticket\.(?:called|finished)", ?"at": ?"([^"]+)"')
_PATIENCE = 60


@dataclass(frozen=True)
class Delivery:
    """Milliseconds from the instant of an event (read before it was written) to its arrival at a screen."""

    arrivals: int
    p50: float
    p99: float
    worst: float


class Listeners:
    """A process that holds the streams while the block runs."""

    def __init__(self, stack: Stack, centre: str, count: int) -> None:
        """Nothing is connected yet."""
        self._ours, theirs = FORK.Pipe()
        self._process = FORK.Process(target=_listen, args=(stack, centre, count, theirs), daemon=True)

    def __enter__(self) -> Self:
        """Wait until all are connected."""
        self._process.start()
        self._hear()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """End it."""
        self._process.kill()
        self._process.join()

    def stop(self) -> Delivery:
        """Hear a moment longer, then give what arrived."""
        self._ours.send(None)
        late = self._hear()
        if not late:
            raise NotMeasured("No event reached a screen")
        late.sort()
        return Delivery(len(late), late[len(late) // 2], late[int(len(late) * 0.99)], late[-1])

    def _hear(self) -> list[float]:
        if not self._ours.poll(_PATIENCE):
            raise NotMeasured("The listeners could not connect")
        heard: list[float] = self._ours.recv()
        return heard


def _listen(stack: Stack, centre: str, count: int, pipe: Connection) -> None:
    with ExitStack() as held:
        poll = select.epoll()
        streams: dict[int, tuple[Http, bytearray]] = {}
        for _ in range(count):
            http = held.enter_context(Http(stack.events))
            http.socket.sendall(get(f"/events?centre={centre}"))
            streams[http.socket.fileno()] = (http, bytearray())
        for number, (http, _heard) in streams.items():
            http.socket.recv(65536)  # head, and the first tick: it follows now
            http.socket.setblocking(False)  # noqa: FBT003
            poll.register(number, select.EPOLLIN)
        time.sleep(0.5)
        pipe.send([])
        pipe.send(_late(stack, _hear(poll, streams, pipe)))


def _hear(
    poll: select.epoll, streams: dict[int, tuple[Http, bytearray]], pipe: Connection
) -> list[tuple[float, bytes]]:
    """Read until told to stop, and a second longer: machine ticks and what came then."""
    heard: list[tuple[float, bytes]] = []
    until = float("inf")
    while time.monotonic() < until:
        if until == float("inf") and pipe.poll():
            until = time.monotonic() + 1
        for number, _event in poll.poll(0.2):
            got = streams[number][0].socket.recv(65536)
            heard.append((time.clock_gettime(time.CLOCK_BOOTTIME), got))
            if not got:
                poll.unregister(number)
    return heard


def _late(stack: Stack, heard: list[tuple[float, bytes]]) -> list[float]:
    """How late each event was: the stack's simulated clock ticks with the machine's."""
    start, anchor = datetime.fromisoformat(stack.clock), float(stack.environment["YUEBAN_CLOCK_ANCHOR"])
    return [
        1000 * (tick - anchor - (datetime.fromisoformat(at.decode()) - start).total_seconds())
        for tick, got in heard
        for at in _HEARD.findall(got)
    ]

"""The event stream: what happens arrives, what was missed is sent again, and nothing of a person leaves."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import pytest
from django.db import connection

from tests.factories import Hall, instant, make_hall, request_for
from yueban.domain.audit import operations as audit
from yueban.domain.audit.rules import Recorded
from yueban.domain.booking import operations as booking
from yueban.domain.queueing import operations
from yueban.surfaces.display import stream
from yueban.surfaces.display.hub import BACKLOG, Client, Hub, encode
from yueban.surfaces.display.stream import REPLAY

pytestmark = pytest.mark.django_db(transaction=True)

NOW = instant("2026-11-30 09:30")
PATIENCE = 5.0


class Listener:
    """One open stream, read as an EventSource would."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.events: list[tuple[int, dict[str, Any]]] = []
        self.names: list[str] = []
        self.body = ""
        self.ended = asyncio.Event()
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        text = message["body"].decode()
        self.body += text
        for block in filter(None, text.split("\n\n")):
            self._read(block)
        if not message.get("more_body"):
            self.ended.set()

    def _read(self, block: str) -> None:
        name = re.search(r"^event: (.+)$", block, re.MULTILINE)
        position = re.search(r"^id: (\d+)$", block, re.MULTILINE)
        data = re.search(r"^data: (.+)$", block, re.MULTILINE)
        if name:
            self.names.append(name[1])
        if position and data:
            self.events.append((int(position[1]), json.loads(data[1])))

    @property
    def kinds(self) -> list[str]:
        return [data["kind"] for _, data in self.events]


@asynccontextmanager
async def listening(query: str, **headers: str) -> AsyncIterator[Listener]:
    """Open a stream and leave it at the end."""
    listener = Listener()
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/events",
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    task = asyncio.ensure_future(stream.application(scope, listener.receive, listener.send))
    try:
        await until(lambda: listener.status > 0)
        yield listener
    finally:
        listener.gone.set()
        await asyncio.wait_for(task, PATIENCE)


@asynccontextmanager
async def process() -> AsyncIterator[None]:
    """The events process, from startup to shutdown of its lifespan."""
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    answers: list[str] = []

    async def send(message: Any) -> None:
        answers.append(message["type"])

    stream.hub = Hub()
    task = asyncio.ensure_future(stream.application({"type": "lifespan"}, messages.get, send))
    await messages.put({"type": "lifespan.startup"})
    await until(lambda: stream.hub.fresh)
    try:
        yield
    finally:
        await messages.put({"type": "lifespan.shutdown"})
        await asyncio.wait_for(task, PATIENCE)
        assert answers == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.005)


def call_one(hall: Hall, counter: int = 0) -> None:
    """A walk-in comes and is called; whoever was at the counter is finished before."""
    operations.issue(hall.queue.pk, by="test", now=NOW)
    called = operations.call_next(hall.counters[counter].pk, by="test", now=NOW)
    assert called is not None
    operations.missed(called.ticket_id, by="test", now=NOW)


def call_many(hall: Hall, times: int) -> None:
    for _ in range(times):
        call_one(hall)


async def story(act: Callable[[], Any]) -> Any:
    """Let something happen in the hall, in a thread with a connection of its own."""

    def run() -> Any:
        with closing(connection):
            return act()

    return await asyncio.to_thread(run)


def test_a_call_arrives_with_its_number_and_counter_and_nothing_of_the_person() -> None:
    hall = make_hall()
    code = booking.book(request_for(hall, hall.slot(10)), by="test", now=instant("2026-11-26 12:00")).code
    operations.take_ticket(code, remote=False, by="test", now=NOW)

    async def listen() -> Listener:
        async with process(), listening("centre=hall") as listener:
            await story(lambda: operations.call_next(hall.counters[1].pk, by="staff:secret", now=NOW))
            await until(lambda: "ticket.called" in listener.kinds)
            return listener

    listener = asyncio.run(listen())
    (data,) = (data for _, data in listener.events if data["kind"] == "ticket.called")
    assert data | {"ticket": 0} == {
        "kind": "ticket.called",
        "at": "2026-11-30T09:30:00+08:00",
        "ticket": 0,
        "label": "YA001",
        "queue": "q",
        "counter": 2,
        "area": "A区",
        "booked": True,
    }
    assert "secret" not in listener.body


def test_another_centre_hears_nothing_of_it() -> None:
    hall = make_hall()
    make_hall(code="elsewhere")

    async def listen() -> tuple[Listener, Listener]:
        async with process(), listening("centre=hall") as here, listening("centre=elsewhere") as there:
            await story(lambda: call_one(hall))
            await until(lambda: "ticket.missed" in here.kinds)
            return here, there

    here, there = asyncio.run(listen())
    assert (here.kinds, there.kinds) == (["ticket.issued", "counter.open", "ticket.called", "ticket.missed"], [])


@pytest.mark.parametrize("by", ["query", "header"])
def test_what_was_missed_is_sent_again_in_order_and_nothing_twice(by: str) -> None:
    hall = make_hall()
    for _ in range(3):
        call_one(hall)
    audit.sequence()

    async def listen() -> Listener:
        resume = listening("centre=hall&after=2") if by == "query" else listening("centre=hall", last_event_id="2")
        async with process(), resume as listener:
            await until(lambda: listener.events)
            await story(lambda: call_one(hall))
            await until(lambda: listener.kinds.count("ticket.missed") == 4)
            return listener

    positions = [position for position, _ in asyncio.run(listen()).events]
    assert positions == sorted(set(positions))
    assert positions[0] == 3


def test_a_stream_that_ends_while_calls_go_on_loses_none_of_them() -> None:
    hall = make_hall()

    async def listen() -> list[dict[str, Any]]:
        heard: list[tuple[int, dict[str, Any]]] = []
        async with process():
            calling = asyncio.create_task(story(lambda: call_many(hall, 40)))
            while not calling.done() or len([1 for _, d in heard if d["kind"] == "ticket.called"]) < 40:
                after = heard[-1][0] if heard else 0
                async with listening(f"centre=hall&after={after}") as listener:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await listener.ended.wait()
                heard += listener.events
            await calling
        return [data for _, data in heard]

    called = [data["label"] for data in asyncio.run(listen()) if data["kind"] == "ticket.called"]
    assert called == [f"A{n:03d}" for n in range(1, 41)]


def test_who_missed_too_much_is_told_to_load_the_page_anew() -> None:
    hall = make_hall()
    for _ in range(REPLAY + 1):
        operations.issue(hall.queue.pk, by="test", now=NOW)
    audit.sequence()

    async def listen() -> Listener:
        async with process(), listening("centre=hall&after=0") as listener:
            await asyncio.wait_for(listener.ended.wait(), PATIENCE)
            return listener

    listener = asyncio.run(listen())
    assert (listener.names, listener.events) == (["clock", "reset"], [])


def test_the_server_says_its_time_to_proxies_and_to_pages() -> None:
    make_hall()

    async def listen() -> Listener:
        async with process(), listening("centre=hall") as listener:
            stream.hub.beat(stream._tick())
            await until(lambda: len(listener.names) == 2)
            return listener

    listener = asyncio.run(listen())
    assert listener.names == ["clock", "clock"]
    assert re.search(r"^: 2\d{3}-\d\d-\d\dT.*\+08:00$", listener.body, re.MULTILINE)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("centre=nowhere", 404),
        ("", 404),
        ("centre=%00", 404),
        ("centre=hall&after=x", 400),
        ("centre=hall&after=" + "9" * 30, 400),
    ],
)
def test_bad_addresses_get_a_plain_answer(query: str, status: int) -> None:
    make_hall()

    async def listen() -> int:
        async with process(), listening(query) as listener:
            return listener.status

    assert asyncio.run(listen()) == status


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("http://hall.example:8000", True), ("https://evil.example", False), ("null", False), ("http://[", False)],
)
def test_only_pages_of_the_same_host_may_read_it(origin: str, allowed: bool) -> None:  # noqa: FBT001
    make_hall()

    async def listen() -> Listener:
        async with process(), listening("centre=hall", host="hall.example:8001", origin=origin) as listener:
            return listener

    headers = asyncio.run(listen()).headers
    assert headers.get("access-control-allow-origin") == (origin if allowed else None)


def test_stopping_ends_every_stream_at_once() -> None:
    make_hall()

    async def listen() -> bool:
        async with process():
            opened = listening("centre=hall")
            listener = await opened.__aenter__()
        ended = listener.ended.is_set()
        await opened.__aexit__(None, None, None)
        return ended

    assert asyncio.run(listen())


def test_who_does_not_keep_up_is_cut_off_and_costs_nobody_memory() -> None:
    async def overwhelm() -> tuple[bool, int]:
        client = Client(1, 0)
        for position in range(1, BACKLOG + 2):
            client.offer(position, b"x")
        return client.ended, len(await client.take())

    assert asyncio.run(overwhelm()) == (True, BACKLOG)


def test_only_public_fields_of_an_event_leave() -> None:
    event = Recorded(
        1, 1, NOW, "ticket.called", "staff:secret", data={"label": "A001", "why": "secret", "name": "secret"}
    )
    assert b"secret" not in encode(event)


def test_the_processs_own_signal_handlers_are_back_when_it_has_ended() -> None:
    def handlers() -> list[object]:
        return [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    async def live() -> list[object]:
        async with process():
            return handlers()

    before = handlers()
    assert asyncio.run(live()) != before
    assert handlers() == before

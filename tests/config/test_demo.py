"""`yueban demo` as a visitor meets it: a hall at work, with room for a person, that heals and ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stack import Stack, eventually

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def demo() -> Iterator[Stack]:
    """A demonstration on a Tuesday; a second is a minute."""
    running = Stack(clock="2026-11-24T08:55:00+08:00", opens=("demo", "--rate", "60", "--seed", "5"))
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="module")
def feed(demo: Stack) -> str:
    """The token of somebody who may read everything that happens."""
    return demo.secret_of("channel", "add", "test-feed", "--kind", "upstream")


def ask(stack: Stack, method: str, path: str, token: str, body: object = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=20)
    try:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else None
    finally:
        connection.close()


def events(stack: Stack, token: str) -> list[dict[str, Any]]:
    """Everything that has happened."""
    found: list[dict[str, Any]] = []
    cursor, more = "0", True
    while more:
        status, page = ask(stack, "GET", f"/api/v1/events?limit=1000&after={cursor}", token)
        assert status == http.client.OK, page
        found, cursor, more = found + page["events"], page["cursor"], page["more"]
    return found


def calls(stack: Stack, token: str) -> list[dict[str, Any]]:
    return [event for event in events(stack, token) if event["kind"] == "ticket.called"]


def crowd(stack: Stack) -> int:
    """The process of the crowd."""
    assert stack.process is not None
    tasks = Path(f"/proc/{stack.process.pid}/task/{stack.process.pid}/children").read_text().split()
    found = [int(pid) for pid in tasks if Path(f"/proc/{pid}/comm").read_text().strip() == "yueban-crowd"]
    assert len(found) == 1, stack.log[-2000:]
    return found[0]


def test_the_hall_is_at_work_when_the_addresses_are_printed(demo: Stack, feed: str) -> None:
    eventually(lambda: "is ready" in demo.log)
    assert "their names begin with 样例" in demo.log
    happened = events(demo, feed)
    kinds = {event["kind"] for event in happened}
    assert {"appointment.booked", "ticket.issued", "ticket.called", "ticket.finished", "counter.open"} <= kinds
    booked_before = [e for e in happened if e["kind"] == "appointment.booked" and e["at"] < "2026-11-24"]
    assert len(booked_before) > 300
    assert min(e["at"] for e in happened if e["kind"] == "ticket.called") >= "2026-11-24T08:30"


def test_it_goes_on_by_itself(demo: Stack, feed: str) -> None:
    before = len(calls(demo, feed))
    eventually(lambda: len(calls(demo, feed)) >= before + 10, 60, otherwise=lambda: demo.log[-2000:])


def test_a_person_can_work_a_counter_that_was_left_free(demo: Stack, feed: str) -> None:
    free = demo.log.partition("Counters ")[2].partition(" are left")[0].split(", ")
    assert len(free) == 5
    clerk = demo.secret_of("staff", "token", "clerk")
    token = demo.secret_of("channel", "add", "test-web", "--kind", "web")
    _, centre = ask(demo, "GET", "/api/v1/centres/sq-county", token)
    ids = {str(counter["number"]): counter["id"] for counter in centre["counters"]}
    called: dict[str, Any] = {}

    def somebody_came() -> bool:
        for number in free:
            status, ticket = ask(demo, "POST", f"/api/v1/counters/{ids[number]}/call-next", clerk)
            if status == http.client.OK:
                called.update(ticket)
                return True
        return False

    eventually(somebody_came, 60)
    before = len(calls(demo, feed))
    eventually(lambda: len(calls(demo, feed)) >= before + 5, 60)
    status, _ = ask(demo, "POST", f"/api/v1/tickets/{called['id']}/finish", clerk, {"outcome": "completed"})
    assert status == http.client.OK
    at_free = [each for each in events(demo, feed) if str(each["data"].get("counter")) in free]
    assert {each["by"] for each in at_free} == {"staff:clerk"}


def test_a_crashed_crowd_comes_back_to_the_same_hall(demo: Stack, feed: str) -> None:
    before = crowd(demo)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: "crowd was ended by SIGKILL; starting it again in" in demo.log)
    eventually(lambda: demo.log.count("simulated clerks work at sq-county") == 2, 60)
    assert crowd(demo) != before
    so_far = len(calls(demo, feed))
    eventually(lambda: len(calls(demo, feed)) >= so_far + 10, 60, otherwise=lambda: demo.log[-2000:])


def test_every_invariant_holds_while_it_lives(demo: Stack) -> None:
    assert "✗" not in demo.command("check").stderr


def test_it_ends_in_good_order_and_begins_the_next_day(demo: Stack, feed: str) -> None:
    assert demo.stop() == 0
    assert "Traceback" not in demo.log
    demo.clock = ""
    demo.start()
    assert demo.get("/readyz")[1]["now"] >= "2026-11-25T08:55"
    assert max(event["at"] for event in calls(demo, feed)) >= "2026-11-25T08:30"
    assert demo.command("check").returncode == 0

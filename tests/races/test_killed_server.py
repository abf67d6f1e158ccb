"""The server dies in the middle of bookings: whoever was answered 201 has a booking afterwards, and the tables agree."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import phone, resident
from tests.stack import Stack, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.race, pytest.mark.xdist_group("stack")]

CENTRE, MATTER = "sq-county", "gongan-idcard-renew"
CLIENTS, ENOUGH = 8, 60


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    running = Stack(settings={"YUEBAN_CERTIFICATE_RATE": "10000"})
    try:
        yield running.start()
    finally:
        running.close()


@dataclass
class Clients:
    """Clients that book as fast as they are answered, until the server is gone."""

    port: int
    token: str
    slots: list[int]
    confirmed: dict[str, str] = field(default_factory=dict)
    odd: list[tuple[int, str]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, first: int) -> None:
        for n in range(first, 100_000, CLIENTS):
            if self.stopped.is_set():
                return
            try:
                status, body = self.book(n)
            except (OSError, http.client.HTTPException, ValueError):
                return  # the server died before it answered: nothing was promised
            if status >= http.client.INTERNAL_SERVER_ERROR:
                return  # the database died first: an error promises nothing either
            if status == http.client.CREATED:
                self.confirmed[body["code"]] = body["starts_at"]
            elif status not in {http.client.CONFLICT, http.client.TOO_MANY_REQUESTS}:
                self.odd.append((status, str(body)))

    def book(self, n: int) -> tuple[int, dict[str, Any]]:
        certificate = resident(n)
        body = {
            "centre": CENTRE,
            "matter": MATTER,
            "slot": self.slots[n % len(self.slots)],
            "applicant": {
                "name": "样例申请人",
                "certificate": {"kind": certificate.kind.value, "number": certificate.number},
                "phone": phone(n),
            },
        }
        return ask(self.port, "POST", "/api/v1/appointments", self.token, body, **{"Idempotency-Key": f"kill-{n}"})


def ask(
    port: int, method: str, path: str, token: str, body: object = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    """Ask the API over real HTTP; give status and JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers
        connection.request(method, path, json.dumps(body) if body is not None else None, sent)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def kill_everything(stack: Stack) -> None:
    """As a power cut does: the database's postmaster and the supervisor are gone without a word."""
    postmaster = int((stack.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    assert stack.process is not None
    os.kill(postmaster, signal.SIGKILL)
    stack.process.kill()
    stack.process.wait(30)
    eventually(lambda: not Path(f"/proc/{postmaster}/cmdline").exists(), 30)


def test_a_server_killed_while_booking_loses_no_confirmed_booking(own_stack: Stack) -> None:
    token = own_stack.secret_of("channel", "add", "race", "--kind", "web")
    path = f"/api/v1/availability?centre={CENTRE}&matter={MATTER}&from=2026-11-27&days=14"
    _, found = ask(own_stack.port, "GET", path, token)
    slots = [slot["id"] for slot in found["slots"] if slot["open"]]
    clients = Clients(own_stack.port, token, slots)
    threads = [threading.Thread(target=clients.run, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(clients.confirmed) >= ENOUGH, 60, otherwise=lambda: str(clients.odd[:3]))
    kill_everything(own_stack)
    clients.stopped.set()
    for thread in threads:
        thread.join(30)
    own_stack.start()
    assert clients.odd == []
    for code, starts_at in clients.confirmed.items():
        status, kept = ask(own_stack.port, "GET", f"/api/v1/appointments/{code}", token)
        assert (status, kept.get("starts_at"), kept.get("status")) == (http.client.OK, starts_at, "booked")
    checked = own_stack.command("check", check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr

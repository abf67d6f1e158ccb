"""400 clients, each with a connection of its own, want one of 10 places of the running product at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.races.test_killed_server import CENTRE, MATTER, Clients, ask
from tests.stack import Stack
from yueban.config import database

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.race

CLIENTS, PLACES = 400, 10


@pytest.fixture
def running() -> Iterator[Stack]:
    made = Stack()
    try:
        yield made.start()
    finally:
        made.close()


def test_400_clients_over_http_get_exactly_10_places_and_never_a_5xx(running: Stack) -> None:
    token = running.secret_of("channel", "add", "rush", "--kind", "app")
    path = f"/api/v1/availability?centre={CENTRE}&matter={MATTER}&from=2026-11-30&days=1"
    _, found = ask(running.port, "GET", path, token)
    slot = found["slots"][0]["id"]
    with database.connect(running.data) as connection:
        connection.execute("UPDATE calendar_slot SET planned = %s, capacity = %s WHERE id = %s", [PLACES, PLACES, slot])
    clients, together = Clients(running.port, token, [slot]), threading.Barrier(CLIENTS)
    told: list[tuple[int, str]] = []

    def act(n: int) -> None:
        together.wait(60)
        status, body = clients.book(n)
        told.append((status, " ".join(why["code"] for why in body.get("refusals", []))))

    crowd = [threading.Thread(target=act, args=(n,)) for n in range(CLIENTS)]
    for client in crowd:
        client.start()
    for client in crowd:
        client.join(60)
    assert Counter(told) == {(201, ""): PLACES, (409, "slot_full"): CLIENTS - PLACES}
    checked = running.command("check", check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr

"""Whatever stands in a form or an address of staff, the answer is one of ours: never a fault of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.factories import instant
from tests.surfaces.test_who_may import ASKS, STATED, World, holders, make_world, placed
from yueban.domain.people.rules import REACHES, Reach
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

SURFACES = Path(__file__).resolve().parents[2] / "yueban" / "surfaces"
TRIED = [name for name in sorted(set(ASKS) & set(STATED)) if name.partition(":")[0] in {"desk", "office", "staff"}]
ODD = [
    "a\0b",
    "9" * 5000,
    "9" * 18,
    "0001-01-01T00:00+08:00",
    "9999-12-31T23:59",
    "9999-12-31",
    "²",
    "m:\0",
    "//evil.example",
]
NAMED = re.compile(r"""(?:\bname="|(?:POST|GET|post|data|said)\.get(?:list)?\(f?")([a-z][\w-]*)""")
DONE = ("", "book", "arrange", "move", "take", "cancel", "save")


@pytest.fixture(autouse=True)
def _thursday_morning() -> Iterator[None]:
    before = clock.simulate(clock.frozen(instant("2026-11-26 09:00")))
    yield
    clock.simulate(before)


def fields_of(surface: str) -> list[str]:
    """The fields that its pages send or read."""
    files = [*(SURFACES / surface).rglob("*.py"), *(SURFACES / surface).rglob("*.html")]
    return sorted({name for each in files for name in NAMED.findall(each.read_text(encoding="utf-8"))})


def insider(name: str, world: World) -> Client:
    """Somebody whose page it is."""
    role = holders(STATED[name])[-1]
    client = placed(role, world.hall, world.hall.matter.department_id)
    if REACHES[role] is Reach.COUNTY:
        client.post(reverse("staff:workplace"), {"centre": world.hall.centre.code})
    return client


def address(name: str, world: World) -> str:
    parts = {part: what[1:] if what[:1] == "=" else world.ids[what] for part, what in ASKS[name].parts.items()}
    return reverse(name, kwargs=parts)


def status(client: Client, path: str, fields: dict[str, Any] | None = None) -> int:
    """Ask, and leave the world as it was."""
    with transaction.atomic():
        answer = client.get(path) if fields is None else client.post(path, fields)
        transaction.set_rollback(True)
    return answer.status_code


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:24])
def test_no_field_of_a_form_of_staff_brings_the_server_down(odd: str) -> None:
    world = make_world()
    for name in TRIED:
        client, path = insider(name, world), address(name, world)
        fields = dict.fromkeys(fields_of(name.partition(":")[0]), odd)
        for done in DONE if "desk" in name and not ASKS[name].post else ("",):
            assert status(client, path, fields | {"do": done}) < 500, (name, done)


@pytest.mark.parametrize("odd", ["0", "9" * 19, "9" * 4400, "a%00b", "x" * 300, "0001-01-01", "9999-12-31"])
def test_no_address_of_staff_brings_the_server_down(odd: str) -> None:
    world = make_world()
    for name in TRIED:
        for what in ASKS[name].parts.values():
            told = str(what[1:] if what[:1] == "=" else world.ids[what])
            path = address(name, world).replace(f"/{told}", f"/{odd}", 1)
            client = insider(name, world)
            assert max(status(client, path), status(client, path, {})) < 500, path

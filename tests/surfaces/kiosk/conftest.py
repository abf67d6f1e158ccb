"""A terminal of a hall, at half past nine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall
from yueban.kernel import clock, crypto


@pytest.fixture(autouse=True)
def _half_past_nine() -> Iterator[None]:
    before = clock.simulate(clock.frozen(instant("2026-11-30 09:30")))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture
def terminal(hall: Hall) -> Client:
    """A browser that was made the terminal of the hall."""
    made = Client()
    made.cookies["kiosk"] = crypto.sign(f"kiosk:{hall.centre.code}")
    return made

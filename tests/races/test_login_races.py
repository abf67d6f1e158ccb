"""Many guesses at once: the lock counts them all (等保 2.0)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from tests.crowd import rush
from tests.factories import instant
from yueban.domain.audit.models import Event
from yueban.domain.people import operations
from yueban.domain.people.models import Staff
from yueban.domain.people.operations import NewStaff
from yueban.domain.people.rules import LOCK_MINUTES, LOCKED, LOGIN_FAILURES, WRONG_LOGIN, LoginRefused, Role

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

NOW = instant("2026-11-27 09:00")
RIGHT = "right-right-right"
PROCESSES = 16


@pytest.fixture(autouse=True)
def _an_account(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    operations.add_staff(NewStaff("li", Role.CLERK), by="test", now=NOW, password=RIGHT)


def knock(password: str) -> str:
    try:
        operations.log_in("li", password, now=NOW)
    except LoginRefused as refused:
        return refused.message
    return "in"


def test_sixteen_guesses_at_once_are_five_failures_and_a_lock() -> None:
    told = Counter(rush(PROCESSES, lambda n: knock(f"guess-{n}")))
    assert told == {WRONG_LOGIN: LOGIN_FAILURES - 1, LOCKED: PROCESSES - LOGIN_FAILURES + 1}
    found = Staff.objects.get()
    assert (found.failures, found.locked_until) == (LOGIN_FAILURES, NOW + timedelta(minutes=LOCK_MINUTES))
    kinds = Counter(Event.objects.filter(kind__startswith="staff.lo").values_list("kind", flat=True))
    assert kinds == {"staff.login_failed": LOGIN_FAILURES - 1, "staff.locked": 1}
    assert knock(RIGHT) == LOCKED


def test_a_right_password_among_guesses_gets_in_only_before_the_lock() -> None:
    told = rush(PROCESSES, lambda n: knock(RIGHT if n == 0 else f"guess-{n}"))
    failed = Event.objects.filter(kind__in=["staff.login_failed", "staff.locked"]).count()
    # the right one sets the count back: at most 4 guesses before it and 5 after it were ever compared
    assert told[0] in {"in", LOCKED}
    assert failed <= (LOGIN_FAILURES - 1) * (told[0] == "in") + LOGIN_FAILURES
    assert Staff.objects.get().locked_until is not None

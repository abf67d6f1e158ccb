"""Named constraints become domain errors; races are tried again. On a real PostgreSQL."""

import pytest
from django.db import IntegrityError, OperationalError, connection

from yueban.kernel import constraints

pytestmark = pytest.mark.django_db


class SlotFull(Exception):
    """What the domain says."""


def violate(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE narrow (n int) ON COMMIT DROP")
        cursor.execute(f"ALTER TABLE narrow ADD CONSTRAINT {name} CHECK (n < 1)")
        cursor.execute("INSERT INTO narrow VALUES (1)")


def fail_with(sqlstate: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{sqlstate}'; END $$")


def test_the_name_of_a_violated_constraint_is_read() -> None:
    with pytest.raises(IntegrityError) as raised:
        violate("narrow_is_narrow")
    assert constraints.constraint_name(raised.value) == "narrow_is_narrow"
    assert constraints.sqlstate(raised.value) == "23514"
    assert constraints.constraint_name(ValueError()) is None


def test_a_named_constraint_becomes_its_domain_error() -> None:
    with pytest.raises(SlotFull), constraints.translate({"slot_full": SlotFull}):
        violate("slot_full")


def test_another_constraint_passes_unchanged() -> None:
    with pytest.raises(IntegrityError), constraints.translate({"slot_full": SlotFull}):
        violate("narrow_is_narrow")


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
@pytest.mark.django_db(transaction=True)
def test_a_lost_race_is_tried_again(sqlstate: str) -> None:
    tries: list[int] = []

    @constraints.retrying(attempts=5)
    def book() -> str:
        tries.append(1)
        if len(tries) < 3:
            fail_with(sqlstate)
        return "booked"

    assert book() == "booked"
    assert len(tries) == 3


@pytest.mark.django_db(transaction=True)
def test_the_last_failure_of_a_race_is_raised() -> None:
    tries: list[int] = []

    @constraints.retrying(attempts=3)
    def book() -> None:
        tries.append(1)
        fail_with("40P01")

    with pytest.raises(OperationalError):
        book()
    assert len(tries) == 3


@pytest.mark.django_db(transaction=True)
def test_another_failure_is_not_tried_again() -> None:
    tries: list[int] = []

    @constraints.retrying()
    def book() -> None:
        tries.append(1)
        raise SlotFull

    with pytest.raises(SlotFull):
        book()
    assert len(tries) == 1

"""The log: recorded, ordered, sealed, never changed."""

from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from yueban.domain.audit import operations, queries
from yueban.domain.audit.models import Event, Seal
from yueban.kernel.clock import TZ

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 16, 29, 30, tzinfo=TZ)


def record(kind: str = "appointment.booked", **details: int) -> int:
    return operations.record(kind=kind, by="applicant", at=NOW, **details)  # type: ignore[arg-type]


def tamper(statement: str) -> None:
    """Change rows as somebody who owns the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_n1_the_history_of_an_appointment_is_what_happened_to_it_in_order() -> None:
    record(appointment_id=7)
    record(appointment_id=8)
    operations.record(
        kind="appointment.cancelled",
        by="staff:li",
        at=NOW,
        appointment_id=7,
        clause="R4.3",
        reason="停电",
        data={"late": False},
    )
    first, second = queries.history(7)
    assert (first.kind, first.by, first.at, first.position) == ("appointment.booked", "applicant", NOW, None)
    assert (second.clause, second.reason, second.data) == ("R4.3", "停电", {"late": False})


def test_the_feed_shows_an_event_once_it_has_its_position() -> None:
    record()
    assert queries.after(0, limit=10) == []
    assert operations.sequence() == 1
    assert operations.sequence() == 0
    assert [event.position for event in queries.after(0, limit=10)] == [1]
    assert queries.last_position() == 1


def test_the_newest_event_of_somebody_says_when_they_were_last_seen() -> None:
    assert queries.latest_of("applicant") is None
    record()
    operations.record(kind="appointment.booked", by="staff:li", at=NOW.replace(hour=18))
    assert queries.latest_of("applicant") == NOW


def test_the_feed_resumes_and_can_be_narrowed() -> None:
    for centre in (1, 2, 1):
        record(centre_id=centre)
    record("ticket.called", centre_id=1)
    operations.sequence()
    assert [event.position for event in queries.after(1, limit=2)] == [2, 3]
    assert [event.position for event in queries.after(0, limit=9, centre_id=1)] == [1, 3, 4]
    assert [event.position for event in queries.after(0, limit=9, kinds=["ticket.called"])] == [4]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'x'",
        "UPDATE audit_event SET data = '{\"x\": 1}'",
        "UPDATE audit_event SET position = position + 1",
        "UPDATE audit_event SET seal_id = NULL",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET digest = ''",
        "DELETE FROM audit_seal",
    ],
)
def test_what_was_recorded_is_never_changed(statement: str) -> None:
    record()
    operations.sequence()
    operations.seal(now=NOW)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_all_events_are_sealed_once_and_the_seals_hold() -> None:
    for _ in range(3):
        record()
    operations.sequence()
    assert queries.unsealed() == 3
    assert operations.seal(now=NOW) == 3
    assert operations.seal(now=NOW) == 0
    record()
    operations.sequence()
    assert operations.seal(now=NOW) == 1
    assert list(Seal.objects.order_by("last").values_list("first", "last")) == [(1, 3), (4, 4)]
    assert queries.verify() == []
    assert queries.broken_invariants() == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_event SET reason = 'x' WHERE position = 2", "over positions 1 to 3 has been changed"),
        ("DELETE FROM audit_event WHERE position = 3", "over positions 1 to 3 has 2 events"),
        ("UPDATE audit_seal SET first = 3 WHERE first = 4", "over positions 3 to 4 does not continue the one before"),
    ],
)
def test_a_broken_seal_is_reported(statement: str, problem: str) -> None:
    for _ in range(3):
        record()
    operations.sequence()
    operations.seal(now=NOW)
    record()
    operations.sequence()
    operations.seal(now=NOW)
    tamper(statement)
    assert problem in queries.verify()[0]


def test_a_hole_in_the_feed_is_reported() -> None:
    record()
    record()
    operations.sequence()
    tamper("DELETE FROM audit_event WHERE position = 1")
    assert queries.broken_invariants() == ["the feed has 1 events up to position 2"]


def test_the_sequencer_continues_over_its_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_SEQUENCE_BATCH", 2)
    for _ in range(5):
        record()
    assert operations.sequence() == 5
    assert list(Event.objects.order_by("id").values_list("position", flat=True)) == [1, 2, 3, 4, 5]

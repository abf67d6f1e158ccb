"""Keys are rotated: everything readable, nobody twice, nothing left under the old key."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from yueban.domain.notices import operations as notices
from yueban.domain.notices import queries as outbox
from yueban.domain.notices.models import Message
from yueban.domain.people import operations, queries
from yueban.domain.people.models import LoginCode, Person
from yueban.kernel import crypto
from yueban.kernel.certificates import Certificate, citizen_check, parse_certificate
from yueban.kernel.clock import TZ
from yueban.kernel.constraints import constraint_name

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path) -> Iterator[None]:
    path = tmp_path / "keys.json"
    crypto.create_keys(path)
    crypto.use_keys(path)
    yield
    crypto.use_keys(None)
    shutil.rmtree(tmp_path)


def certificate(number: int) -> Certificate:
    first17 = f"41162419900101{number:03}"
    return parse_certificate("resident_id", first17 + citizen_check(first17))


def add(number: int) -> Person:
    known = certificate(number)
    return Person.objects.create(
        certificate_kind=known.kind,
        certificate_index=queries.certificate_index(known),
        certificate_sealed=crypto.seal(known.number),
        seen_at=NOW,
    )


def key_ids(table: str, column: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT get_byte({column}, 0) FROM {table}")  # noqa: S608 - our own names
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_persons_are_found_and_read_under_the_new_key_alone() -> None:
    ids = [add(number).pk for number in range(3)]
    steps: list[tuple[int, int]] = []
    assert operations.rotate_keys(crypto.add_key(), progress=lambda done, total: steps.append((done, total))) == 3
    assert steps == [(3, 3)]
    assert crypto.retire_others() == [1]
    assert [queries.person_of(certificate(number)) for number in range(3)] == ids
    assert key_ids("people_person", "certificate_index") == key_ids("people_person", "certificate_sealed") == {2}
    assert crypto.unseal(bytes(Person.objects.get(pk=ids[0]).certificate_sealed)) == certificate(0).number
    assert queries.broken_invariants() == []


@pytest.mark.django_db
def test_a_request_that_indexed_with_the_old_key_is_refused_by_name() -> None:
    add(1)
    stale = queries.certificate_index(certificate(1))
    operations.rotate_keys(crypto.add_key())
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Person.objects.create(certificate_kind="x", certificate_index=stale, certificate_sealed=b"", seen_at=NOW)
    assert constraint_name(refused.value) == queries.CURRENT_KEY


@pytest.mark.django_db
def test_a_rotation_can_follow_a_rotation() -> None:
    add(1)
    for _ in range(3):
        operations.rotate_keys(crypto.add_key())
        crypto.retire_others()
    assert key_ids("people_person", "certificate_index") == {4}
    assert queries.person_of(certificate(1)) is not None


@pytest.mark.django_db(transaction=True)
def test_a_rotation_that_fails_changes_nothing() -> None:
    add(1)
    broken = add(2)
    good = bytes(broken.certificate_sealed)
    Person.objects.filter(pk=broken.pk).update(certificate_sealed=b"\x01" + bytes(40))
    with pytest.raises(crypto.Unreadable):
        operations.rotate_keys(crypto.add_key())
    assert crypto.key_ring().current.id == 1
    assert queries.person_of(certificate(1)) is not None
    add(3)
    Person.objects.filter(pk=broken.pk).update(certificate_sealed=good)
    assert operations.rotate_keys(crypto.add_key()) == 3
    with connection.cursor() as cursor:  # the constraint outlives the flush of this test's rows
        cursor.execute(f"ALTER TABLE people_person DROP CONSTRAINT {queries.CURRENT_KEY}")


@pytest.mark.django_db
def test_the_outbox_is_sealed_anew_and_open_codes_end() -> None:
    notices.send_login_code("13812345678", now=NOW)
    text = outbox.counts() and crypto.unseal(Message.objects.get().body_sealed)
    operations.rotate_keys(crypto.add_key())
    assert notices.rotate_keys() == 1
    assert notices.rotate_keys() == 0
    crypto.retire_others()
    row = Message.objects.get()
    assert (crypto.unseal(row.phone_sealed), crypto.unseal(row.body_sealed)) == ("13812345678", text)
    assert bytes(row.phone_index) == crypto.blind_index("phone", "13812345678")
    assert not LoginCode.objects.exists()

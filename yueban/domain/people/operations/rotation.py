"""Sealing and indexing anew under another key (architecture: Keys).

The certificate index identifies a person, so there must never be two of one person under two keys. All persons are
moved in one transaction that locks their table; a check constraint names the only key id that may be written, so a
request that computed its index just before is refused by name and tried again with the new key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from psycopg import sql

from yueban.domain.people.models import LoginCode
from yueban.domain.people.queries import CURRENT_KEY, certificate_index
from yueban.kernel import crypto
from yueban.kernel.certificates import Certificate, CertificateKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.backends.utils import CursorWrapper

_BATCH = 500


def rotate_keys(fresh: int, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Move all persons to the key `fresh` and make it the current one; give how many persons.

    Bookings wait meanwhile (about 30 µs a person). When it fails, nothing has changed; run it again.
    """
    old = crypto.key_ring().current.id
    _pin(old, only_if_missing=True)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE people_person IN ACCESS EXCLUSIVE MODE")
            # From here to the commit everybody else seals with the fresh key too, and waits for the lock.
            crypto.make_current(fresh)
            cursor.execute(f"ALTER TABLE people_person DROP CONSTRAINT {CURRENT_KEY}")
            moved = _move_all(cursor, progress)
            _pin(fresh)
            LoginCode.objects.all().delete()  # minutes old at most; nobody is locked out by asking again
    except BaseException:
        crypto.make_current(old)
        raise
    return moved


def _move_all(cursor: CursorWrapper, progress: Callable[[int, int], None] | None) -> int:
    cursor.execute("SELECT id, certificate_kind, certificate_sealed FROM people_person ORDER BY id")
    people = cursor.fetchall()
    for start in range(0, len(people), _BATCH):
        batch = people[start : start + _BATCH]
        cursor.executemany(_MOVE_PERSON, [_moved(*row) for row in batch])
        if progress is not None:
            progress(start + len(batch), len(people))
    return len(people)


_MOVE_PERSON = "UPDATE people_person SET certificate_index = %s, certificate_sealed = %s WHERE id = %s"


def _moved(person: int, kind: str, sealed: bytes) -> tuple[bytes, bytes, int]:
    number = crypto.unseal(sealed)
    return certificate_index(Certificate(CertificateKind(kind), number)), crypto.seal(number), person


def _pin(key: int, *, only_if_missing: bool = False) -> None:
    """Let the database refuse certificate indexes under any other key."""
    with connection.cursor() as cursor:
        if only_if_missing and _pinned(cursor):
            return
        cursor.execute(
            sql.SQL("ALTER TABLE people_person ADD CONSTRAINT {} CHECK (get_byte(certificate_index, 0) = {})").format(
                sql.Identifier(CURRENT_KEY), sql.Literal(key)
            )
        )


def _pinned(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [CURRENT_KEY])
    return cursor.fetchone() is not None


def rekey(
    table: str, *, sealed: Sequence[str], index: str, of: str, progress: Callable[[int, int], None] | None = None
) -> int:
    """Seal columns of a table anew and index the phone in column `of`, in batches that each commit; give how many rows.

    Only rows that are under another key are touched, so it can be stopped and run again.
    """
    total, done = _count_stale(table, [*sealed, index]), 0
    while batch := _rekey_batch(table, sealed, index, of):
        done += batch
        if progress is not None:
            progress(done, max(total, done))
    return done


def _stale(columns: Sequence[str]) -> sql.Composable:
    key = sql.Literal(crypto.key_ring().current.id)
    return sql.SQL(" OR ").join(
        sql.SQL("get_byte({}, 0) <> {}").format(sql.Identifier(column), key) for column in columns
    )


def _count_stale(table: str, columns: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(table), _stale(columns)))
        return int(cursor.fetchone()[0])


@transaction.atomic
def _rekey_batch(table: str, sealed: Sequence[str], index: str, of: str) -> int:
    names = sql.SQL(", ").join(map(sql.Identifier, sealed))
    read = sql.SQL("SELECT id, {} FROM {} WHERE {} ORDER BY id LIMIT {} FOR UPDATE").format(
        names, sql.Identifier(table), _stale([*sealed, index]), sql.Literal(_BATCH)
    )
    sets = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in [*sealed, index])
    write = sql.SQL("UPDATE {} SET {} WHERE id = %s").format(sql.Identifier(table), sets)
    with connection.cursor() as cursor:
        cursor.execute(read)
        rows = cursor.fetchall()
        cursor.executemany(write, [_resealed(row, list(sealed).index(of)) for row in rows])
    return len(rows)


def _resealed(row: tuple[Any, ...], phone: int) -> tuple[Any, ...]:
    number, *blobs = row
    clear = [crypto.unseal(blob) for blob in blobs]
    return (*map(crypto.seal, clear), crypto.blind_index("phone", clear[phone]), number)

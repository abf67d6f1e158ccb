"""Copies are opened one at a time; who of the staff looked at which is in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.booking import queries as booking
from yueban.domain.prereview.copies import CONTENT_TYPES, ENDINGS, Kind
from yueban.domain.prereview.models import HandedIn
from yueban.domain.prereview.operations.holding import write_history
from yueban.kernel import crypto

if TYPE_CHECKING:
    from datetime import datetime


class UnknownCopy(LookupError):
    """There is no such copy of this appointment, or it was deleted."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A copy in clear: its type is what our check found, its name is ours."""

    kind: Kind
    content: bytes
    name: str

    @property
    def content_type(self) -> str:
        """What it is served as."""
        return CONTENT_TYPES[self.kind]


@transaction.atomic
def open_for_staff(code: str, copy_id: int, *, by: str, now: datetime) -> Opened:
    """Open a copy for a reviewer and record that it was; the caller has checked the permission there.

    Raises `UnknownCopy` and `UnknownAppointment`.
    """
    opened = open_for_applicant(code, copy_id, now=now)
    write_history(booking.by_code(code, now=now), "copy_opened", by=by, at=now, copy=copy_id)
    return opened


def open_for_applicant(code: str, copy_id: int, *, now: datetime) -> Opened:
    """Open a copy for whom it belongs to; the caller has checked who that is."""
    appointment = booking.by_code(code, now=now)
    found = HandedIn.objects.filter(pk=copy_id, review__appointment=appointment.id).first()
    if found is None:
        raise UnknownCopy(copy_id)
    kind = Kind(found.kind)
    name = f"{appointment.code}-{found.material + 1}-{found.pk}.{ENDINGS[kind]}"
    return Opened(kind, crypto.unseal_bytes(found.content_sealed), name)

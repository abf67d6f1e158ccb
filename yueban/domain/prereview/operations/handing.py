"""Copies come and go: checked before anything is locked, stored whole or not at all."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.booking import queries as booking
from yueban.domain.people.operations import admission
from yueban.domain.prereview.copies import read_copy
from yueban.domain.prereview.models import HandedIn, Review
from yueban.domain.prereview.operations.holding import held, open_appointment, write_history
from yueban.domain.prereview.rules import ALREADY, COPIES_A_MINUTE, FULL, GONE, MOST_COPIES, TOO_FAST
from yueban.kernel import crypto
from yueban.kernel.constraints import translate
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.prereview.copies import Copy


def hand_in(code: str, *, material: int, content: bytes, by: str, now: datetime, replacing: int | None = None) -> None:
    """Store a copy of one material, in the place of another one when `replacing` names it.

    Raises `InvalidInput` with the reason beside the field (`closed`, `wrong_type`, `too_large`, … ), `TooManyRequests`
    past so many in a minute, `UnknownAppointment`; then nothing is stored and nothing deleted.
    """
    appointment = open_appointment(code, now=now)
    admission.bound(b"u%d" % appointment.id, most=COPIES_A_MINUTE, message=TOO_FAST)
    copy = read_copy(content)
    with translate({"copy_once_a_material": lambda: InvalidInput("file", "already", ALREADY)}), transaction.atomic():
        appointment = open_appointment(code, now=now)
        review = held(appointment)
        if not 0 <= material < len(review.materials):
            raise InvalidInput("file", "gone", GONE)
        if replacing is not None and not _delete(review, replacing, material):
            raise InvalidInput("file", "gone", GONE)
        _store(review, material, copy, hashlib.sha256(content).hexdigest(), now)
        what = "handed_in" if replacing is None else "replaced"
        write_history(appointment, what, by=by, at=now, material=material, kind=copy.kind, size=len(copy.content))


@transaction.atomic
def carry_over(old_code: str, new_code: str, *, by: str, now: datetime) -> bool:
    """Give the review and its copies to the appointment that was booked in place of a cancelled one (R4.3).

    What was found stands, so nobody hands anything in twice; False when there is nothing to carry. Raises `Closed` and
    `UnknownAppointment`.
    """
    old, new = booking.by_code(old_code, now=now), open_appointment(new_code, now=now)
    carried = Review.objects.filter(appointment=old.id).update(appointment=new.id) == 1
    if carried:
        write_history(new, "carried_over", by=by, at=now)
    return carried


def _store(review: Review, material: int, copy: Copy, digest: str, now: datetime) -> None:
    HandedIn.objects.create(
        review=review,
        material=material,
        place=_free_place(review),
        kind=copy.kind,
        size=len(copy.content),
        content_sealed=crypto.seal_bytes(copy.content),
        fingerprint=crypto.fingerprint("copy", digest),
        at=now,
    )
    _changed(review, now)


def _free_place(review: Review) -> int:
    taken = set(HandedIn.objects.filter(review=review).values_list("place", flat=True))
    free = next((place for place in range(1, MOST_COPIES + 1) if place not in taken), None)
    if free is None:
        raise InvalidInput("file", "too_many", FULL, most=MOST_COPIES)
    return free


def _changed(review: Review, now: datetime) -> None:
    review.revision += 1
    review.handed_in_at = now
    review.save(update_fields=["revision", "handed_in_at"])


def _delete(review: Review, copy_id: int, material: int) -> bool:
    return HandedIn.objects.filter(pk=copy_id, review=review, material=material).delete()[0] == 1


@transaction.atomic
def take_back(code: str, copy_id: int, *, by: str, now: datetime) -> bool:
    """Delete a copy for good; False when it is not there any more. Raises `Closed` and `UnknownAppointment`."""
    appointment = open_appointment(code, now=now)
    review = held(appointment)
    gone = HandedIn.objects.filter(pk=copy_id, review=review).delete()[0] == 1
    if gone:
        review.revision += 1
        review.save(update_fields=["revision"])
        write_history(appointment, "taken_back", by=by, at=now)
    return gone

"""Seal and index the phones of appointments anew after the current key has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.booking.models import Appointment
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable

_BATCH = 500


def rotate_keys(*, progress: Callable[[int, int], None] | None = None) -> int:
    """Re-seal the phone of every appointment that has one under the current key, in batches that each commit; give how many."""
    with_phone = Appointment.objects.exclude(phone_sealed=b"")
    total, done, last = with_phone.count(), 0, 0
    while batch := list(with_phone.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        with transaction.atomic():
            for appointment in batch:
                _reseal(appointment)
        last, done = batch[-1].pk, done + len(batch)
        if progress is not None:
            progress(done, total)
    return done


def _reseal(appointment: Appointment) -> None:
    phone = crypto.unseal(appointment.phone_sealed)
    Appointment.objects.filter(pk=appointment.pk).update(
        phone_sealed=crypto.seal(phone), phone_index=crypto.blind_index("phone", phone)
    )

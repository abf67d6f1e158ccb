"""Seal and index what is personal of appointments and calls anew after the current key has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from yueban.domain.booking.models import Appointment, CallRequest
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

_BATCH = 500


def rotate_keys(*, progress: Callable[[int, int], None] | None = None) -> int:
    """Re-seal every appointment that has a phone, and every call, in batches that each commit; give how many."""
    with_phone, calls = Appointment.objects.exclude(phone_sealed=b""), CallRequest.objects.all()
    total = with_phone.count() + calls.count()
    told = progress or _nobody
    done = _rotate(with_phone, _reseal, lambda so_far: told(so_far, total))
    return done + _rotate(calls, _reseal_call, lambda so_far: told(done + so_far, total))


def _nobody(_done: int, _total: int) -> None:
    pass


def _rotate(rows: QuerySet[Any], reseal: Callable[[Any], None], progress: Callable[[int], None]) -> int:
    done, last = 0, 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        with transaction.atomic():
            for row in batch:
                reseal(row)
        last, done = batch[-1].pk, done + len(batch)
        progress(done)
    return done


def _reseal(appointment: Appointment) -> None:
    phone = crypto.unseal(appointment.phone_sealed)
    Appointment.objects.filter(pk=appointment.pk).update(
        phone_sealed=crypto.seal(phone), phone_index=crypto.blind_index("phone", phone)
    )


def _reseal_call(call: CallRequest) -> None:
    phone = crypto.unseal(call.phone_sealed)
    CallRequest.objects.filter(pk=call.pk).update(
        phone_sealed=crypto.seal(phone),
        phone_index=crypto.blind_index("phone", phone),
        name_sealed=crypto.seal(crypto.unseal(call.name_sealed)),
        note_sealed=crypto.seal(crypto.unseal(call.note_sealed)),
    )

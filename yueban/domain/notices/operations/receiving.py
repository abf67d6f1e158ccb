"""Receipts (状态报告): what providers report is kept first and matched then, whichever comes first, report or note.

A report finds its message by our number where the provider gives it back, else by the provider's; always with the same
phone. One that finds none is kept: it is looked at again when a sending is noted, when an uncertain message is settled
and by a job, so that no order of events loses it. Repetitions are the same row. 「delivered」 is never taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yueban.domain.notices.gateways import reports
from yueban.domain.notices.models import Message, Receipt
from yueban.domain.notices.rules import State
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from yueban.domain.notices.gateways import Report

_MAY_FAIL = [State.SENDING, State.UNKNOWN, State.SENT]
_LONGEST_CODE = 60


def push(gateway: str, body: bytes, *, now: datetime) -> dict[str, Any]:
    """Take a pushed body, and give what the provider takes as 「received」.

    Raises NotAReport for what cannot be read, KeyError for a gateway without receipts.
    """
    receive(gateway, reports.read(gateway, body), now=now)
    return reports.answer(gateway)


def receive(gateway: str, told: Iterable[Report], *, now: datetime) -> int:
    """Keep what a provider reports and apply what is understood; give how many were new."""
    return sum(_keep(gateway, report, now) for report in told)


def _keep(gateway: str, report: Report, now: datetime) -> bool:
    kept = Receipt(
        gateway=gateway,
        reference=report.reference[:100],
        message_ref=report.message_id,
        phone_index=crypto.blind_index("phone", report.phone),
        delivered=report.delivered,
        code=report.code[:_LONGEST_CODE],
        reported_at=report.at or now,
        received_at=now,
    )
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError:  # receipt_once: the provider repeats itself
        return False
    _match(kept, crypto.blind_indexes("phone", report.phone))
    return True


def match_kept(*, since: datetime) -> int:
    """Look again at the receipts received since then that nobody understood; give how many are understood now."""
    waiting = Receipt.objects.filter(message_id=None, received_at__gte=since).order_by("id")
    return sum(_match(receipt, [bytes(receipt.phone_index)]) for receipt in waiting.iterator())


def match_reference(gateway: str, reference: str) -> None:
    """Apply the receipts that came before the provider's number was noted; none from one that pushes none."""
    if not reference or gateway not in reports.ANSWERS:
        return
    for receipt in Receipt.objects.filter(message_id=None, gateway=gateway, reference=reference):
        _match(receipt, [bytes(receipt.phone_index)])


def claim_stray(message: Message) -> bool:
    """Take a receipt that nobody understood for this uncertain message: same gateway and phone, since it was handed over.

    True when there was one.
    """
    if message.handed_at is None:
        return False
    strays = Receipt.objects.filter(message_id=None, gateway=message.gateway, phone_index=bytes(message.phone_index))
    stray = strays.filter(received_at__gte=message.handed_at).order_by("id").first()
    return stray is not None and _apply(stray, message.pk)


def _match(receipt: Receipt, phone_indexes: list[bytes]) -> bool:
    found = Message.objects.filter(
        phone_index__in=phone_indexes, attempts__gte=1
    )  # another house may share the account
    if receipt.message_ref:
        found = found.filter(pk=receipt.message_ref)
    else:
        found = found.filter(gateway=receipt.gateway, receipt=receipt.reference).exclude(receipt="")
    message = found.first()
    return message is not None and _apply(receipt, message.pk)


@transaction.atomic
def _apply(receipt: Receipt, message_id: int) -> bool:
    """Note what became of the message; False when somebody else was faster with this receipt."""
    if not Receipt.objects.filter(pk=receipt.pk, message_id=None).update(message_id=message_id):
        return False
    message = Message.objects.filter(pk=message_id)
    told = {"reported_at": receipt.reported_at, "leased_until": None}
    if receipt.delivered:
        message.exclude(state=State.DELIVERED).update(state=State.DELIVERED, error="", **told)
    else:
        message.filter(state__in=_MAY_FAIL).update(state=State.FAILED, error=receipt.code, **told)
    return True

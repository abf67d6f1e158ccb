"""Copies are kept until some days after the visit and no longer, and sealed under the current key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.prereview import queries
from yueban.domain.prereview.models import HandedIn
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_BATCH = 100


def forget_old(*, now: datetime) -> int:
    """Delete copies `YUEBAN_COPY_DAYS` after their service date, and those of withdrawn appointments; give how many."""
    last_kept = now.date() - timedelta(days=settings.COPY_DAYS)
    gone = 0
    while batch := queries.expired(last_kept=last_kept, limit=_BATCH):
        with transaction.atomic():
            gone += HandedIn.objects.filter(pk__in=batch).delete()[0]
    if gone:
        audit.record(kind="prereview.forgotten", by="system:prereview", at=now, clause="R3.5", data={"copies": gone})
    return gone


def rotate_keys(*, progress: Callable[[int, int], None] | None = None) -> int:
    """Seal every copy under the current key, each in its own transaction; give how many."""
    ids = list(HandedIn.objects.order_by("pk").values_list("pk", flat=True))
    for done, copy_id in enumerate(ids, start=1):
        _reseal(copy_id)
        if progress is not None:
            progress(done, len(ids))
    return len(ids)


@transaction.atomic
def _reseal(copy_id: int) -> None:
    for copy in HandedIn.objects.select_for_update().filter(pk=copy_id):
        copy.content_sealed = crypto.seal_bytes(crypto.unseal_bytes(copy.content_sealed))
        copy.save(update_fields=["content_sealed"])

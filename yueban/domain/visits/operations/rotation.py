"""Seal addresses, evidence and wishes anew after the current key has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.visits.models import Visit
from yueban.kernel import crypto

if TYPE_CHECKING:
    from collections.abc import Callable

_SEALED = ("evidence_sealed", "address_sealed", "wish_sealed")


def rotate_keys(*, progress: Callable[[int, int], None] | None = None) -> int:
    """Re-seal every visit under the current key, each in its own transaction; give how many."""
    ids = list(Visit.objects.order_by("id").values_list("id", flat=True))
    for done, identity in enumerate(ids, start=1):
        _reseal(identity)
        if progress is not None:
            progress(done, len(ids))
    return len(ids)


@transaction.atomic
def _reseal(identity: int) -> None:
    row = Visit.objects.select_for_update().values(*_SEALED).get(pk=identity)
    fresh = {name: crypto.seal(crypto.unseal(sealed)) for name, sealed in row.items() if sealed is not None}
    Visit.objects.filter(pk=identity).update(**fresh)

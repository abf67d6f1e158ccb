"""The terminals of the halls, and the one that a cookie belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yueban.domain.queueing.models import Terminal
from yueban.kernel import ids

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class TerminalView:
    """A terminal: asking (no centre yet), at work, or retired."""

    id: int
    code: str
    name: str
    centre_id: int | None
    centre_code: str
    printer_id: int | None
    asked_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str
    retired: bool


def terminal_of(token: str) -> TerminalView | None:
    """The terminal that keeps this token, None for a token that nobody gave out (any more)."""
    found = Terminal.objects.select_related("centre").filter(token_digest=ids.token_digest(token)).first()
    return _view(found) if found else None


def terminals(centre_ids: Collection[int]) -> list[TerminalView]:
    """The terminals at work in some centres."""
    live = Terminal.objects.select_related("centre").filter(centre_id__in=centre_ids, retired_at=None)
    return [_view(each) for each in live.order_by("centre__order", "name", "id")]


def _view(row: Terminal) -> TerminalView:
    return TerminalView(
        row.pk,
        row.code,
        row.name,
        row.centre_id,
        row.centre.code if row.centre else "",
        row.printer_id,
        row.asked_at,
        row.confirmed_at,
        row.confirmed_by,
        row.retired_at is not None,
    )

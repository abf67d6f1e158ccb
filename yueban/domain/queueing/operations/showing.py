"""What became of a text that was sent to a window screen; `config.screens` sends, here it is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.audit import operations as audit
from yueban.domain.queueing.models import Screen

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.queueing.queries import ScreenView

LONGEST_ERROR = 200


def note_shown(screen: ScreenView, *, position: int, now: datetime) -> None:
    """The screen has the text of `screen`, which covers the calls up to a position of the feed."""
    Screen.objects.filter(pk=screen.id).update(
        position=position, shown=screen.text, shown_at=now, failed_at=None, error=""
    )
    if screen.error:
        _tell("screen.back", screen, now)


def note_dropped(screen: ScreenView, *, position: int) -> None:
    """The same text within a few seconds was not sent again; the calls up to a position are done with."""
    Screen.objects.filter(pk=screen.id).update(position=position)


def note_failed(screen: ScreenView, *, error: str, now: datetime) -> None:
    """The screen did not take it; said once, until it is back."""
    changed = Screen.objects.filter(pk=screen.id, failed_at=None).update(failed_at=now)
    Screen.objects.filter(pk=screen.id).update(error=error[:LONGEST_ERROR] or "unreachable")
    if changed:
        _tell("screen.failed", screen, now, reason=error[:LONGEST_ERROR])


def _tell(kind: str, screen: ScreenView, at: datetime, reason: str = "") -> None:
    data = {"counter": screen.counter, "screen": screen.id, "driver": screen.driver}
    audit.record(kind=kind, by="system:screens", at=at, centre_id=screen.centre_id, reason=reason, data=data)

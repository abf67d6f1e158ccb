"""The messages about visits: written in the transaction of what they tell of (R4.1), each with its link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yueban.domain.booking import operations as booking
from yueban.domain.notices import operations as notices
from yueban.domain.visits.rules import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.visits.queries import VisitView

KINDS: Final = {Kind.HOME: "上门办理", Kind.INSPECTION: "现场查验"}
"""Messages stay Chinese whatever language a page speaks."""


def tell(visit: VisitView, template: str, *, now: datetime, event: str = "", reason: str = "") -> bool:
    """Put a message into the outbox, once an event, and say whether it was; nobody is told where there is no telephone."""
    return booking.write_to(
        visit.appointment,
        event=event or f"{template}:{visit.id}:{visit.round}:{int(now.timestamp())}",
        template=template,
        now=now,
        kind=KINDS[visit.kind],
        team=visit.team,
        until=visit.expires_at or visit.starts_at,
        reason=reason,
        link=notices.link(visit.path),
    )

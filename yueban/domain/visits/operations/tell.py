"""The messages about visits: written in the transaction of what they tell of (R4.1), each with its link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yueban.domain.notices import operations as notices
from yueban.domain.visits.rules import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.visits.queries import VisitView

KINDS: Final = {Kind.HOME: "上门办理", Kind.INSPECTION: "现场查验"}
"""Messages stay Chinese whatever language a page speaks."""


def tell(visit: VisitView, template: str, *, now: datetime, event: str = "", reason: str = "") -> bool:
    """Put a message into the outbox, once an event, and say whether it was; nobody is told where there is no telephone."""
    if not visit.appointment.has_phone:
        return False
    return notices.enqueue(
        event=event or f"{template}:{visit.id}:{visit.round}:{int(now.timestamp())}",
        template=template,
        phone=visit.appointment.phone,
        appointment_id=visit.appointment.id,
        centre_id=visit.appointment.centre_id,
        now=now,
        kind=KINDS[visit.kind],
        code=visit.code,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        team=visit.team,
        matter=visit.appointment.matter_short_name,
        centre=visit.appointment.centre_short_name,
        hotline=visit.appointment.centre_phone,
        until=visit.expires_at or visit.starts_at,
        reason=reason,
        link=notices.link(visit.path),
    )

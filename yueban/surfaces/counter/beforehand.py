"""What is known beforehand of the person in hand: materials under pre-review, and the members of their package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yueban.domain.booking.queries.tasks import tasks_of
from yueban.domain.prereview import queries as prereview

if TYPE_CHECKING:
    from yueban.domain.queueing.queries import Line


def beforehand(hand: Line | None) -> dict[str, Any]:
    """Give the part of the console about the booking in hand; nothing for a walk-in (R3.5, R5.2)."""
    if hand is None or hand.appointment_id is None:
        return {"checklist": None, "package_tasks": []}
    return {
        "checklist": prereview.checklist(hand.appointment_id),
        "package_tasks": tasks_of(hand.appointment_id),
    }

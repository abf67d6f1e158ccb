"""Taking a rating."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.feedback.models import Rating
from yueban.domain.feedback.rules import AlreadyRated, Level, TooLateToRate, UnknownHandling, answers, reasons_of
from yueban.domain.queueing import queries as queueing
from yueban.kernel.constraints import translate

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

_ONCE = "feedback_rating_handling_id_key"


def rate(handling_id: int, *, level: Level, reasons: Collection[str] = (), by: str, now: datetime) -> None:
    """Keep what the person at the counter said (R5.5.3); reasons that do not belong to the level are left out.

    Raises UnknownHandling, TooLateToRate, AlreadyRated.
    """
    handling = queueing.handling(handling_id)
    if handling is None:
        raise UnknownHandling(handling_id)
    if not answers(handling.ended_at, now=now):
        raise TooLateToRate(handling_id)
    kept = [str(each) for each in reasons_of(level) if each in reasons]
    with translate({_ONCE: AlreadyRated}), transaction.atomic():
        Rating.objects.create(
            handling_id=handling.id,
            centre_id=handling.centre_id,
            counter_id=handling.counter_id,
            matter_id=handling.matter_id,
            staff_id=handling.staff_id,
            level=level,
            reasons=kept,
            rated_at=now,
        )
        # The event says that it was rated, not how: whoever is rated must not read it out of the hall's log.
        audit.record(kind="handling.rated", by=by, at=now, centre_id=handling.centre_id, ticket_id=handling.ticket_id)

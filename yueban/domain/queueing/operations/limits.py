"""When a queue gives numbers, and how many: its bands and quotas, and the booked places that nobody used."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from yueban.domain.queueing import queries
from yueban.domain.queueing.models import QueueBand, Ticket
from yueban.domain.queueing.rules import WALK_IN_SERIES, OutsideBands, QuotaUsed, TicketState, UnusedPlaces
from yueban.domain.regulation import queries as regulation
from yueban.kernel import wall

if TYPE_CHECKING:
    from yueban.domain.queueing.queries import QueueFacts

# Places of the band's slots that were booked for nobody who came; a slot counts once the centre's rule opens it.
UNUSED = """
SELECT coalesce(sum(s.capacity - (SELECT count(*) FROM booking_appointment a WHERE a.slot_id = s.id
    AND a.status IN ('arrived', 'ticketed', 'accepted', 'served', 'missed'))), 0)
FROM calendar_slot s WHERE s.queue_id = %(queue)s AND s.starts_at >= %(from)s AND s.starts_at < %(until)s
    AND CASE WHEN %(at_start)s THEN s.starts_at <= %(now)s ELSE s.ends_at + %(grace)s::interval < %(now)s END
"""


def check(queue: QueueFacts, *, now: datetime) -> None:
    """Refuse a walk-in's number outside the queue's bands or beyond their quota. Call it under the numbering's lock.

    The start of a band belongs to it, its end does not. Raises OutsideBands, QuotaUsed.
    """
    bands = list(QueueBand.objects.filter(queue_id=queue.id))
    if not bands:
        return
    clock = now.astimezone(wall.TZ).time()
    band = next((each for each in bands if each.starts <= clock < each.ends), None)
    if band is None:
        raise OutsideBands(queue.code)
    if band.quota is None:
        return
    day = now.astimezone(wall.TZ).date()
    since, until = wall.at(day, band.starts), wall.at(day, band.ends)
    given = Ticket.objects.filter(queue_id=queue.id, date=day, series=WALK_IN_SERIES, issued_at__range=(since, now))
    if given.exclude(state=TicketState.VOID).count() >= band.quota + _unused(queue, since, until, now):
        raise QuotaUsed(queue.code)


def _unused(queue: QueueFacts, since: datetime, until: datetime, now: datetime) -> int:
    rule = queries.hall_rules(queue.centre_id).unused
    if rule is UnusedPlaces.NEVER:
        return 0
    grace: timedelta = regulation.in_force(now.date()).parameters.grace
    at_start = rule is UnusedPlaces.SLOT_START
    span: dict[str, Any] = {
        "from": since,
        "until": until,
        "now": now,
        "grace": grace,
        "at_start": at_start,
        "queue": queue.id,
    }
    with connection.cursor() as cursor:
        cursor.execute(UNUSED, span)
        return int(cursor.fetchone()[0])

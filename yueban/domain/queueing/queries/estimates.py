"""Service times of the day and the counters that work on a queue, for the words about waiting."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from django.db import connection

from yueban.domain.calendar import queries as calendar
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.queueing.rules import Estimate, ServiceTimes, estimate, service_times

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

# A counter that serves several queues with people in them gives each a part of its time.
PACES = """
SELECT q.id, q.centre_id, q.service_minutes::float8 AS configured,
    coalesce(h.measured, 0) AS measured, coalesce(h.mean, 0) AS mean, coalesce(h.deviation, 0) AS deviation,
    coalesce(w.working, 0)::float8 AS working, coalesce(w.planned, 0)::float8 AS planned
FROM directory_queue q
LEFT JOIN LATERAL (
    SELECT count(*) AS measured, avg(m.minutes) AS mean, coalesce(stddev_samp(m.minutes), 0) AS deviation FROM (
        SELECT extract(epoch FROM h.ended_at - h.started_at)::float8 / 60 AS minutes
        FROM queueing_handling h WHERE h.queue_id = q.id AND h.date = %(date)s ORDER BY h.ended_at DESC LIMIT 50) m
) h ON true
LEFT JOIN LATERAL (
    SELECT sum(p.part) FILTER (WHERE p.open) AS working, sum(p.part) AS planned FROM (
        SELECT coalesce(s.state = 'open', false) AS open, 1.0 / greatest(1, (
            SELECT count(*) FROM directory_counterqueue o WHERE o.counter_id = cq.counter_id AND EXISTS (
                SELECT 1 FROM queueing_ticket t
                WHERE t.queue_id = o.queue_id AND t.date = %(date)s AND t.state = 'waiting')
        )) AS part
        FROM directory_counterqueue cq JOIN directory_counter c ON c.id = cq.counter_id AND c.active
        LEFT JOIN queueing_counterstate s ON s.counter_id = cq.counter_id
        WHERE cq.queue_id = q.id) p
) w ON true
WHERE q.id = ANY(%(queues)s)
"""
AHEAD = """
SELECT count(*) FROM queueing_ticket WHERE queue_id = %(queue)s AND date = %(date)s AND state = 'waiting'
    AND (due_at, number) < (%(due_at)s, %(number)s)
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a queue goes now, or from its opening on, which is so many minutes away."""

    times: ServiceTimes
    working: float
    opens_in: int = 0

    def after(self, ahead: int) -> Estimate:
        """How long somebody with that many ahead will wait."""
        served = estimate(ahead, self.times, self.working)
        return Estimate(*(each + self.opens_in for each in (served.minutes, served.low, served.high)))


def paces(queue_ids: Collection[int], *, date: date, now: datetime | None = None) -> dict[int, Pace]:
    """The pace of each queue on a day.

    Where no counter is open, the counters that will be count; and with `now` the minutes until the hall opens again.
    """
    with connection.cursor() as cursor:
        cursor.execute(PACES, {"queues": list(queue_ids), "date": date})
        return {row[0]: _pace(row[1], service_times(*row[2:6]), row[6:], now) for row in cursor.fetchall()}


def _pace(centre_id: int, times: ServiceTimes, counters: tuple[float, float], now: datetime | None) -> Pace:
    working, planned = counters
    if working:
        return Pace(times, working)
    return Pace(times, planned, _opens_in(centre_id, now) if now is not None else 0)


def _opens_in(centre_id: int, now: datetime) -> int:
    """Minutes until the centre opens today; 0 while it is open, and after its last session."""
    try:
        spans = calendar.open_spans(centre_id, now.date())
    except UnknownDay:
        return 0
    if any(opens <= now < closes for opens, closes in spans):
        return 0
    return next((ceil((opens - now).total_seconds() / 60) for opens, _ in spans if opens > now), 0)


def estimate_at(queue_id: int, *, due_at: datetime, number: int, now: datetime) -> Estimate:
    """How long somebody waits who takes this number with this key now."""
    with connection.cursor() as cursor:
        cursor.execute(AHEAD, {"queue": queue_id, "date": now.date(), "due_at": due_at, "number": number})
        waiting: int = cursor.fetchone()[0]
    return paces([queue_id], date=now.date(), now=now)[queue_id].after(waiting)

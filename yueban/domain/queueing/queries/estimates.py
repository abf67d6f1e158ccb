"""Service times of the day and the counters that work on a queue, for the words about waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from yueban.domain.queueing.rules import Estimate, ServiceTimes, estimate, service_times

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

# A counter that serves several queues with people in them gives each a part of its time.
PACES = """
SELECT q.id, q.service_minutes::float8 AS configured,
    coalesce(h.measured, 0) AS measured, coalesce(h.mean, 0) AS mean, coalesce(h.deviation, 0) AS deviation,
    coalesce(w.working, 0)::float8 AS working
FROM directory_queue q
LEFT JOIN LATERAL (
    SELECT count(*) AS measured, avg(m.minutes) AS mean, coalesce(stddev_samp(m.minutes), 0) AS deviation FROM (
        SELECT extract(epoch FROM h.ended_at - h.started_at)::float8 / 60 AS minutes
        FROM queueing_handling h WHERE h.queue_id = q.id AND h.date = %(date)s ORDER BY h.ended_at DESC LIMIT 50) m
) h ON true
LEFT JOIN LATERAL (
    SELECT sum(1.0 / greatest(1, (
        SELECT count(*) FROM directory_counterqueue o WHERE o.counter_id = cq.counter_id AND EXISTS (
            SELECT 1 FROM queueing_ticket t WHERE t.queue_id = o.queue_id AND t.date = %(date)s AND t.state = 'waiting')
    ))) AS working
    FROM directory_counterqueue cq JOIN queueing_counterstate s ON s.counter_id = cq.counter_id
    WHERE cq.queue_id = q.id AND s.state = 'open'
) w ON true
WHERE q.id = ANY(%(queues)s)
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a queue goes now."""

    times: ServiceTimes
    working: float

    def after(self, ahead: int) -> Estimate:
        """How long somebody with that many ahead will wait."""
        return estimate(ahead, self.times, self.working)


def paces(queue_ids: Collection[int], *, date: date) -> dict[int, Pace]:
    """The pace of each queue on a day."""
    with connection.cursor() as cursor:
        cursor.execute(PACES, {"queues": list(queue_ids), "date": date})
        return {row[0]: _pace(*row[1:]) for row in cursor.fetchall()}


def _pace(configured: float, measured: int, mean: float, deviation: float, working: float) -> Pace:
    return Pace(service_times(configured, measured, mean, deviation), working)


def estimate_for_next(queue_id: int, *, date: date) -> Estimate:
    """How long somebody would wait who took a number now."""
    waiting: Any = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM queueing_ticket WHERE queue_id = %s AND date = %s AND state = 'waiting'",
            [queue_id, date],
        )
        waiting = cursor.fetchone()[0]
    return paces([queue_id], date=date)[queue_id].after(int(waiting))

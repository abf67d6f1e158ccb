"""What the worker does for the calendar: slots for the day that has come into the horizon."""

import logging
from datetime import datetime

from procrastinate.contrib.django import app

from yueban.domain.calendar import operations, queries
from yueban.domain.calendar.rules import UnknownDay
from yueban.kernel import clock

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="calendar.generate", queueing_lock="calendar.generate", pass_context=False)
def generate(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Generate what is lacking.

    Every minute of real time, because the project's clock may run faster than it: on an ordinary day
    all but the first look after midnight find nothing to do.
    """
    now = clock.now()
    if queries.halls() and _due(now):
        _generate(now)


@app.periodic(cron="20 0 * * *")
@app.task(name="calendar.renew", queueing_lock="calendar.renew", pass_context=False)
def renew(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Once a night bring all slots to what timetables and counters say, and years to what is published."""
    now = clock.now()
    operations.seed_years(now=now)
    _generate(now)


def _due(now: datetime) -> bool:
    """Tell whether there is something to generate; on an unknown day the nightly run says why there is nothing."""
    return queries.working_days().knows(now.date()) and queries.generation_due(now=now)


def _generate(now: datetime) -> None:
    try:
        operations.generate_slots(now=now)
    except UnknownDay as unknown:
        log.warning("no slots can be generated: %s; import the notice of the year", unknown)

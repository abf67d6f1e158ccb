"""What the worker does for the calendar: slots for the day that has come into the horizon."""

from procrastinate.contrib.django import app

from yueban.domain.calendar import operations, queries
from yueban.kernel import clock


@app.periodic(cron="* * * * *")
@app.task(name="calendar.generate", queueing_lock="calendar.generate", pass_context=False)
def generate(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Generate what is lacking.

    Every minute of real time, because the project's clock may run faster than it: on an ordinary day
    all but the first look after midnight find nothing to do.
    """
    now = clock.now()
    if queries.halls() and queries.generation_due(now=now):
        operations.generate_slots(now=now)


@app.periodic(cron="20 0 * * *")
@app.task(name="calendar.renew", queueing_lock="calendar.renew", pass_context=False)
def renew(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Once a night bring all slots to what timetables and counters say, and years to what is published."""
    now = clock.now()
    operations.seed_years(now=now)
    operations.generate_slots(now=now)

"""What the worker does for visits: proposals lapse, and people are reminded the evening before."""

from procrastinate.contrib.django import app

from yueban.domain.notices import operations as notices
from yueban.domain.visits import operations
from yueban.kernel import clock


@app.periodic(cron="* * * * *")
@app.task(name="visits.lapse", queueing_lock="visits.lapse", pass_context=False)
def lapse(timestamp: int) -> int:  # noqa: ARG001 - procrastinate's real time; ours is the clock
    """End what waited too long."""
    return operations.lapse(now=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="visits.remind", queueing_lock="visits.remind", pass_context=False)
def remind(timestamp: int) -> int:  # noqa: ARG001 - procrastinate's real time; ours is the clock
    """Remind whoever is visited tomorrow; the event key sees to it that nobody hears it twice."""
    now = clock.now()
    return operations.remind(now=now) if notices.evening(now=now) else 0

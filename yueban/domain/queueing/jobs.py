"""What the worker does for the halls: close what yesterday left open."""

from datetime import timedelta

from procrastinate.contrib.django import app

from yueban.domain.queueing import operations
from yueban.kernel import clock


@app.periodic(cron="* * * * *")
@app.task(name="queueing.close_days", queueing_lock="queueing.close_days", pass_context=False)
def close_days(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Close the days before today.

    Every minute of real time, because a simulated clock may run faster, and a ticket of yesterday still holds its counter.
    """
    now = clock.now()
    operations.close_day(now.date() - timedelta(days=1), by="system:close_days", now=now)


@app.periodic(cron="* * * * * */20")
@app.task(name="queueing.drop_lapsed", queueing_lock="queueing.drop_lapsed", pass_context=False)
def drop_lapsed(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Drop the numbers that nobody printed."""
    operations.drop_lapsed(by="system:drop_lapsed", now=clock.now())

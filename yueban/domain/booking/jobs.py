"""What the worker does for booking by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yueban.domain.booking.operations import escalate_calls, lapse_urgent, remind, sweep_no_shows
from yueban.kernel import clock


@app.periodic(cron="* * * * *")
@app.task(name="booking.sweep_no_shows", queueing_lock="booking.sweep_no_shows", pass_context=False)
def sweep(timestamp: int) -> int:  # noqa: ARG001 - procrastinate's real time; ours is the clock
    """Mark the no-shows of this moment."""
    return sweep_no_shows(now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="booking.escalate_calls", queueing_lock="booking.escalate_calls", pass_context=False)
def escalate(timestamp: int) -> int:  # noqa: ARG001 - the same
    """Tell managers of the calls that are due soon or late at this moment (R4.1.2)."""
    return escalate_calls(now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="booking.lapse_urgent", queueing_lock="booking.lapse_urgent", pass_context=False)
def lapse(timestamp: int) -> int:  # noqa: ARG001 - the same
    """Reject the urgent requests whose hour came without an answer (R1.2)."""
    return lapse_urgent(now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="booking.remind", queueing_lock="booking.remind", pass_context=False)
def remind_tomorrows(timestamp: int) -> int:  # noqa: ARG001 - the same
    """Remind those who are expected tomorrow, in the evening (R4.1)."""
    return remind(now=clock.now())

"""What the worker does for pre-review by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yueban.domain.prereview.operations import forget_old
from yueban.kernel import clock


@app.periodic(cron="17 * * * *")
@app.task(name="prereview.forget_old", queueing_lock="prereview.forget_old", pass_context=False)
def forget(timestamp: int) -> int:  # noqa: ARG001 - procrastinate's real time; ours is the clock
    """Delete the copies that are kept no longer."""
    return forget_old(now=clock.now())

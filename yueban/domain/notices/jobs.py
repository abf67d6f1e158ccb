"""What the worker does for the outbox: empty it every two seconds, decide on what is uncertain, forget."""

from datetime import timedelta

from procrastinate.contrib.django import app

from yueban.domain.notices import gateways, operations
from yueban.kernel import clock


@app.periodic(cron="* * * * * */2")
@app.task(name="notices.drain", queueing_lock="notices.drain", pass_context=False)
def drain(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Send what is due."""
    if gateways.in_use():
        operations.drain_all(now=clock.now, gateway=gateways.configured())


@app.periodic(cron="* * * * * */20")
@app.task(name="notices.settle", queueing_lock="notices.settle", pass_context=False)
def settle(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Match receipts that came too early, and decide on messages whose receipt never came."""
    operations.match_kept(since=clock.now() - timedelta(days=3))
    if gateways.in_use():
        operations.settle(now=clock.now(), gateway=gateways.configured())


@app.periodic(cron="17 3 * * *")
@app.task(name="notices.forget_old", queueing_lock="notices.forget_old", pass_context=False)
def forget_old(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Delete messages past their time."""
    operations.forget_old(now=clock.now())

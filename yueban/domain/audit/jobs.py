"""What the worker does for the log: order it every five seconds, seal it every five minutes."""

from procrastinate.contrib.django import app

from yueban.domain.audit import operations
from yueban.kernel import clock


@app.periodic(cron="* * * * * */5")
@app.task(name="audit.sequence", queueing_lock="audit.sequence", pass_context=False)
def sequence(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Give new events their place in the feed."""
    operations.sequence()


@app.periodic(cron="*/5 * * * *")
@app.task(name="audit.seal", queueing_lock="audit.seal", pass_context=False)
def seal(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Seal what has its place."""
    operations.seal(now=clock.now())

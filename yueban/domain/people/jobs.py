"""What the worker does for people: forget what no longer counts."""

from procrastinate.contrib.django import app

from yueban.domain.people import operations


@app.periodic(cron="*/5 * * * *")
@app.task(name="people.forget_old", queueing_lock="people.forget_old", pass_context=False)
def forget_old(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Delete old rate windows and SMS codes."""
    operations.forget_old_rates()
    operations.forget_old_codes()

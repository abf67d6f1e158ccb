"""The worker process: jobs and periodic work by procrastinate, and the window screens. Forked by the supervisor."""

import asyncio

from procrastinate.contrib.django import app

from yueban.config import heartbeat, screens

CONCURRENCY = 4


async def work() -> None:
    """Take jobs until SIGINT or SIGTERM; a running job gets a few seconds to end."""
    async with heartbeat.beating("worker"), screens.kept():
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            async with app.open_async():
                await app.run_worker_async(
                    name="worker",
                    concurrency=CONCURRENCY,
                    shutdown_graceful_timeout=8,
                    delete_jobs="successful",
                    install_signal_handlers=True,
                )


def main() -> None:
    """Work until told to stop."""
    asyncio.run(work())

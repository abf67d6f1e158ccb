"""The worker process: jobs and periodic work by procrastinate, and the window screens. Forked by the supervisor."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from yueban.config import heartbeat, screens

CONCURRENCY = 4
QUEUE_SESSIONS = 2  # procrastinate's own; with its default of four most would idle, at 4 MB each


async def work() -> None:
    """Take jobs until SIGINT or SIGTERM; a running job gets a few seconds to end."""
    # Every thread that runs a job keeps a database session: no more threads than jobs.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CONCURRENCY))
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=QUEUE_SESSIONS)
    async with heartbeat.beating("worker"), screens.kept():
        with app.replace_connector(connector):
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

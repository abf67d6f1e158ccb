"""The worker process: jobs and periodic work by procrastinate. `python -m yueban.config.worker`."""

import asyncio
import os

import django

from yueban.config.processes import end_with_supervisor

CONCURRENCY = 4


async def work() -> None:
    """Take jobs until SIGINT or SIGTERM; a running job gets a few seconds to end."""
    from procrastinate.contrib.django import app

    from yueban.config import heartbeat

    async with heartbeat.beating("worker"):
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
    """Set up Django and work."""
    end_with_supervisor()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yueban.config.settings")
    django.setup()
    asyncio.run(work())


if __name__ == "__main__":
    main()

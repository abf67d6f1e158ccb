"""The web process: pages and API under granian WSGI. Forked by the supervisor."""

import os

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from yueban.config import logs
from yueban.config.processes import fork_workers_that_end_with_us

WORKERS = int(os.environ.get("YUEBAN_WEB_WORKERS", "3"))
THREADS = int(os.environ.get("YUEBAN_WEB_THREADS", "4"))


def main() -> None:
    """Serve until told to stop; a worker that crashes is started again."""
    fork_workers_that_end_with_us()
    Server(
        "yueban.config.wsgi:application",
        address=os.environ.get("YUEBAN_HOST", "127.0.0.1"),
        port=int(os.environ.get("YUEBAN_PORT", "8000")),
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        backlog=2048,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
        log_dictconfig=logs.settings(logs.kind_of(os.environ), os.environ.get("YUEBAN_LOG_LEVEL", "INFO")),
        log_access=False,
        websockets=False,
    ).serve()

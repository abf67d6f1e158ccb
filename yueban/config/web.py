"""The web process: pages and API under granian WSGI. `python -m yueban.config.web`.

The application is loaded before the workers are forked, so that they share its memory.
"""

import gc
import multiprocessing
import os

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from yueban.config import logs
from yueban.config.processes import die_with_parent, end_with_supervisor

WORKERS = int(os.environ.get("YUEBAN_WEB_WORKERS", "3"))
THREADS = int(os.environ.get("YUEBAN_WEB_THREADS", "4"))


def main() -> None:
    """Serve until told to stop; a worker that crashes is started again."""
    end_with_supervisor()
    multiprocessing.set_start_method("fork")
    import yueban.config.wsgi  # noqa: F401  shared by the workers

    os.register_at_fork(after_in_child=die_with_parent)
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every shared page
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


if __name__ == "__main__":
    main()

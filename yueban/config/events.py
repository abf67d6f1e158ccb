"""The events process: the stream to the screens under granian ASGI. Forked by the supervisor."""

import os

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from yueban.config import logs
from yueban.config.processes import fork_workers_that_end_with_us


def main() -> None:
    """Serve until told to stop; open streams are cut after a few seconds and resume by themselves."""
    fork_workers_that_end_with_us()
    Server(
        "yueban.config.asgi:application",
        address=os.environ.get("YUEBAN_HOST", "127.0.0.1"),
        port=int(os.environ.get("YUEBAN_EVENTS_PORT", "8001")),
        interface=Interfaces.ASGI,
        workers=1,
        backlog=2048,
        backpressure=2048,
        respawn_failed_workers=True,
        workers_kill_timeout=3,
        log_level=LogLevels.warning,
        log_dictconfig=logs.settings(logs.kind_of(os.environ), os.environ.get("YUEBAN_LOG_LEVEL", "INFO")),
        log_access=False,
        websockets=False,
    ).serve()

"""What the operating system does for a family of processes."""

import ctypes
import errno
import functools
import multiprocessing
import os
import signal
import socket
import sys

_SET_PARENT_DEATH_SIGNAL = 1
_SET_NAME = 15
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask the kernel to send this signal to the calling process when its parent ends, however it ends (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, number, 0, 0, 0)


def name_process(name: str) -> None:
    """Give the calling process the name that `ps` and `top` show (Linux, 15 bytes)."""
    if _LIBC is not None:
        _LIBC.prctl(_SET_NAME, name.encode(), 0, 0, 0)


def why_not_listen(host: str, port: int) -> str | None:
    """Why a server could not listen there now, in a few words; None when it could."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return "it is in use" if error.errno == errno.EADDRINUSE else str(error)
    return None


def environment_of(process: str, supervisor: int) -> dict[str, str]:
    """What a child is told: its name, also in its database sessions, and whose child it is."""
    return {"PGAPPNAME": f"yueban-{process}", "YUEBAN_PROCESS": process, "YUEBAN_SUPERVISOR": str(supervisor)}


def fork_workers_that_end_with_us() -> None:
    """Before granian starts: its workers are forked, sharing our memory, and are killed when we end in any way."""
    multiprocessing.set_start_method("fork", force=True)
    os.register_at_fork(after_in_child=functools.partial(die_with_parent, signal.SIGKILL))

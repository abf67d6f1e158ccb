"""What a stack costs: CPU seconds and memory of its processes, read from /proc (Linux).

The database's time is told apart by its sessions: what worker and events do meanwhile is not the price of a request,
so it is counted aside, and so are the benchmark's own questions.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")

_PPID, _FIRST_TIME, _LAST_TIME = 1, 11, 15  # fields of /proc/PID/stat behind the name


@dataclass(frozen=True, slots=True)
class Process:
    """One process: its parent, and its CPU seconds with those of children that ended."""

    parent: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds by whom they were spent."""

    app: float = 0.0
    database: float = 0.0
    aside: float = 0.0

    def __sub__(self, other: Cost) -> Cost:
        """What was spent since `other`."""
        return Cost(self.app - other.app, self.database - other.database, self.aside - other.aside)

    def __add__(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(self.app + other.app, self.database + other.database, self.aside + other.aside)

    def each(self, operations: int) -> Cost:
        """Milliseconds for one of so many operations."""
        share = 1000 / max(operations, 1)
        return Cost(self.app * share, self.database * share, self.aside * share)

    @property
    def total(self) -> float:
        """Application and database."""
        return self.app + self.database


def processes() -> dict[int, Process]:
    """Every process of the machine that can be read now."""
    found: dict[int, Process] = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:  # it just ended
                continue
            found[int(folder.name)] = Process(int(fields[_PPID]), sum(map(int, fields[_FIRST_TIME:_LAST_TIME])) / TICKS)
    return found


def family(root: int, known: Mapping[int, Process]) -> list[int]:
    """A process and all its descendants."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for pid, process in known.items():
        children[process.parent].append(pid)
    found = [root] if root in known else []
    for pid in found:
        found.extend(children[pid])
    return found


def seconds(pids: Iterable[int], known: Mapping[int, Process]) -> float:
    """CPU seconds of several processes."""
    return sum(known[pid].seconds for pid in pids if pid in known)


def name_of(pid: int) -> str:
    """What a process of ours calls itself: `yueban-web` …; children keep the name of their parent."""
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""


def memory(pids: Iterable[int]) -> float:
    """Proportional set size in MB (10⁶ bytes): a page that several share is counted once in all."""
    return sum(_proportional(pid) for pid in pids) / 1e6


def _proportional(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)

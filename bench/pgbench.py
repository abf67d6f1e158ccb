"""pgbench with the project's own write statement: what this machine's PostgreSQL can do at most."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.stack import NotMeasured
from yueban.config.guardian import binaries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.scenes import Load
    from bench.stack import Stack

_PARAMETER = re.compile(r"%\((\w+)\)s")
_DONE = re.compile(r"number of transactions actually processed: (\d+)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")
_RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Measured:
    """How many transactions, and how many a second."""

    done: int
    rate: float


def one_of(numbers: Sequence[int]) -> str:
    """SQL for the `:k`-th of these numbers."""
    return f"('{{{','.join(map(str, numbers))}}}'::bigint[])[:k]"


def script(statement: str, values: Mapping[str, str], *, choices: int) -> str:
    """The statement with SQL in place of its parameters; `:u` is new in each run, `:k` a choice."""
    missing = set(_PARAMETER.findall(statement)) - set(values)
    if missing:
        raise NotMeasured(f"The write statement has parameters that the benchmark does not know: {sorted(missing)}")
    sql = _PARAMETER.sub(lambda found: values[found[1]], statement).replace("%%", "%")
    lines = [line.strip() for line in sql.splitlines() if line.strip()]
    return (
        f"\\set n :n + 1\n\\set u :base + :client_id * 1000000 + :n\n\\set k random(1, {choices})\n{' '.join(lines)};\n"
    )


def run(stack: Stack, text: str, load: Load, *, base: int) -> Measured:
    """Run a script with prepared statements; `base` begins the numbers of this run."""
    path = stack.data / "write.sql"
    path.write_text(text, encoding="utf-8")
    variables = ["-D", "n=0", "-D", f"base={base}"]
    threads, seconds = min(load.clients, os.cpu_count() or 1), max(1, round(load.seconds))
    program = Path(binaries()) / "pgbench"
    command = [
        program,
        "-n",
        "-M",
        "prepared",
        "-c",
        load.clients,
        "-j",
        threads,
        "-T",
        seconds,
        *variables,
        "-f",
        path,
        "-h",
        stack.database_folder,
        "-U",
        "postgres",
    ]
    done = subprocess.run([*map(str, command), "yueban"], capture_output=True, text=True, check=False)
    found, rate, failed = _DONE.search(done.stdout), _RATE.search(done.stdout), _FAILED.search(done.stdout)
    if done.returncode or found is None or rate is None or (failed is not None and failed[1] != "0"):
        raise NotMeasured(f"pgbench failed:\n{done.stdout}\n{done.stderr[-1500:]}")
    return Measured(int(found[1]), float(rate[1]))

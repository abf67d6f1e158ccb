"""The one table: what was measured, what it cost, and the aims beside it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from bench.scenes import Duel, Figure


@dataclass(frozen=True)
class Aim:
    """What we want of a figure; `met` says whether it was reached in this run."""

    text: str
    met: bool


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    what: str
    measured: str
    app: str = ""
    database: str = ""
    total: str = ""
    aside: str = ""
    aims: tuple[Aim, ...] = ()


@dataclass
class Report:
    """Lines as they come."""

    lines: list[Line] = field(default_factory=list)

    def plain(self, what: str, measured: str, *aims: Aim) -> None:
        """A figure without a cost of its own."""
        self.lines.append(Line(what, measured, aims=aims))

    def figure(self, what: str, figure: Figure, *aims: Aim, unit: str = "/s", more: str = "") -> None:
        """A rate with its CPU milliseconds for each."""
        each = figure.cost.each(figure.done)
        app, database, total, aside = (f"{ms:.2f}" for ms in (each.app, each.database, each.total, each.aside))
        self.lines.append(Line(what, f"{number(figure.rate)}{unit}{more}", app, database, total, aside, aims))

    def table(self) -> Table:
        """All of it."""
        table = Table(title=f"Yueban on {machine()}", title_justify="left", pad_edge=False)
        for name in ("", "measured", "app ms", "db ms", "sum", "aside ms", "aim", ""):
            table.add_column(name, justify="left" if name in {"", "aim"} else "right", no_wrap=name != "")
        for line in self.lines:
            aims = "\n".join(aim.text for aim in line.aims)
            marks = "\n".join("[green]✓[/]" if aim.met else "[red]✗[/]" for aim in line.aims)
            table.add_row(line.what, line.measured, line.app, line.database, line.total, line.aside, aims, marks)
        return table

    @property
    def missed(self) -> list[str]:
        """The aims that were not reached."""
        return [
            f"{line.what}: {line.measured.replace(chr(10), ', ')}{line.total and f', {line.total} ms CPU'}; aim {aim.text}"
            for line in self.lines
            for aim in line.aims
            if not aim.met
        ]


def at_most(limit: float, value: float, unit: str) -> Aim:
    """An upper bound."""
    return Aim(f"≤ {limit:g} {unit}", value <= limit)


def at_least(limit: float, value: float, unit: str) -> Aim:
    """A lower bound."""
    return Aim(f"≥ {limit:g} {unit}", value >= limit)


def ratio(duel: Duel) -> str:
    """The median with the range of the rounds."""
    low, high = duel.ratios
    return f"{duel.ratio:.2f} of pgbench ({low:.2f}–{high:.2f})"


def number(value: float) -> str:
    """Thousands apart, no digits that mean nothing."""
    return f"{value:,.0f}".replace(",", "\u202f") if value >= 100 else f"{value:.1f}"  # noqa: PLR2004


def machine() -> str:
    """What it ran on: cores, load of others included in every rate."""
    model = next(
        (line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")), platform.machine()
    )
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []

"""`python -m bench.order`: the tables of docs/calling-order.md, drawn anew from the sample county's demand file.

The same seeds give the same tables on every machine; nothing is touched but memory.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from bench.order.day import Hall as Files
from bench.order.hall import Call, Hall, longest_overtaking
from bench.order.orders import ORDERS
from yueban.domain.directory.county import SAMPLE, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.order.day import Day

DAYS: Final = {
    "An ordinary Tuesday, 2026-06-09": date(2026, 6, 9),
    "A Monday at the month's end in the season of 居民医保, 2026-11-30": date(2026, 11, 30),
}
SEEDS: Final = 20
MINUTE: Final = timedelta(minutes=1)


@dataclass
class Waits:
    """What one order did to one kind of people, in minutes, over all seeds."""

    minutes: list[float] = field(default_factory=list)

    @override
    def __str__(self) -> str:
        """Mean, p90 and worst as three cells."""
        ordered = sorted(self.minutes)
        mean, p90 = sum(ordered) / len(ordered), ordered[int(0.9 * (len(ordered) - 1))]
        return f"{mean:.1f} | {p90:.0f} | {ordered[-1]:.0f}"


@dataclass
class Result:
    """One order on the days of all seeds."""

    booked: Waits = field(default_factory=Waits)
    walk_in: Waits = field(default_factory=Waits)
    overtaken: timedelta = timedelta()

    def add(self, calls: list[Call]) -> None:
        """Count one day."""
        for call in calls:
            (self.booked if call.ticket.booked else self.walk_in).minutes.append(call.waited / MINUTE)
        self.overtaken = max(self.overtaken, longest_overtaking(calls))


def compare(days: Sequence[Day]) -> dict[str, Result]:
    """Run every order on the same days: the same people, hours, handlings and breaks."""
    results: dict[str, Result] = {}
    for day in days:
        for kind in ORDERS:
            order = kind(day)
            calls = Hall(day, order).run()
            assert len(calls) == len(day.tickets), "somebody was never called"
            results.setdefault(order.name, Result()).add(calls)
    return results


def table(results: dict[str, Result]) -> str:
    """A Markdown table."""
    lines = [
        "| order | booked: mean | p90 | worst | walk-in: mean | p90 | worst | overtaken by who came later by |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, result in results.items():
        lines.append(f"| {name} | {result.booked} | {result.walk_in} | {result.overtaken / MINUTE:.0f} |")
    return "\n".join(lines)


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.order", description="The tables of docs/calling-order.md.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="days drawn for each table")
    seeds = parser.parse_args().seeds
    county = read(SAMPLE)
    assert county.demand is not None
    files = Files(county, county.demand)
    for title, on in DAYS.items():
        days = [files.day(on, seed) for seed in range(1, seeds + 1)]
        people = sum(len(day.tickets) for day in days)
        booked = sum(ticket.booked for day in days for ticket in day.tickets)
        print(f"### {title}\n\n{seeds} days, {people} people, {booked} of them booked; minutes.\n")
        print(table(compare(days)), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

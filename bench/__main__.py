"""`python -m bench`: the figures of docs/bench.md, measured anew on the real stack.

Nothing is asserted about speed: a machine that is busy with others measures less, and the CPU milliseconds tell why.
Exit status 0 when the measurement worked, 2 when it did not, 1 when a count was wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console

from bench import scenes
from bench.listeners import Listeners
from bench.report import Report, at_least, at_most, number, ratio
from bench.scenes import Applicants, Duel, Load
from bench.stack import NotMeasured, Stack
from bench.world import analyze, fill, prepare, remember

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.world import Hour, World

CLOCK = "2026-11-23T08:00:00+08:00"
"""A working Monday, halls about to open."""

WIDTH = 132
EVENTS = 50
"""A second, on the screens of one hall."""
CALLS = 25
"""A second, by all counters: twenty times what a county's hall does at its worst."""


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    seconds: float = 4.0
    rounds: int = 5
    clients: int = 16
    spread: int = 2000
    rushed: int = 5
    full: int = 100_000
    counters: int = 40
    waiting: int = 500
    listeners: int = 500
    days: int = 250
    year: int = 600_000

    @property
    def load(self) -> Load:
        """One round."""
        return Load(self.clients, self.seconds)

    @property
    def warming(self) -> Load:
        """Before a round: each process's first time is not measured."""
        return Load(self.clients, self.seconds / 3)


TINY = Size(
    seconds=0.5,
    rounds=1,
    clients=2,
    spread=20,
    rushed=2,
    full=300,
    counters=2,
    waiting=40,
    listeners=5,
    days=3,
    year=300,
)


@dataclass
class Run:
    """One whole measurement."""

    size: Size
    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    report: Report = field(default_factory=Report)
    people: Applicants = field(default_factory=Applicants)
    begun: float = field(default_factory=time.monotonic)
    accepted: int = 0

    def say(self, what: str) -> None:
        """Show what goes on."""
        self.console.print(f"{time.monotonic() - self.begun:6.1f} s  {what}", markup=False)

    def measure(self) -> list[str]:
        """Measure everything; what is wrong with the counts."""
        with Stack(CLOCK) as stack:
            self.opening(stack)
            self.say("Letting the load in")
            world = prepare(stack, spread=self.size.spread, rushed=self.size.rushed)
            few = self.availability(stack, world, "few bookings")
            self.bookings(stack, world)
            young = self.hall(stack, world)
            self.many(stack, world, few)
            self.memory(stack)
            self.year(stack, world, young)
            self.say("Checking the counts and every invariant")
            wrong = scenes.counts(stack, self.accepted)
            self.again(stack)
        return wrong

    def opening(self, stack: Stack) -> None:
        """From nothing to the first page."""
        self.say("Opening with an empty data folder")
        opened = stack.start()
        self.report.plain("run → first page, empty folder", f"{opened.page:.1f} s")
        self.report.plain("run → ready, empty folder", f"{opened.ready:.1f} s")

    def again(self, stack: Stack) -> None:
        """The same with everything there."""
        self.say("Stopping, and opening again")
        stack.stop()
        opened = stack.start()
        self.report.plain("run → first page, again", f"{opened.page:.1f} s")

    def availability(self, stack: Stack, world: World, when: str) -> scenes.Figure:
        """A fortnight."""
        self.say(f"Availability, {when}")
        scenes.availability(stack, world, self.size.warming)
        found = scenes.availability(stack, world, self.size.load)
        aim = at_most(0.9, found.cost.each(found.done).total, "ms CPU")
        self.report.figure(f"availability of a fortnight, {when}", found, aim)
        return found

    def bookings(self, stack: Stack, world: World) -> None:
        """Spread and rushing, each beside pgbench."""
        with stack.worker_paused():
            self.say("Bookings: warming up")
            warm = scenes.bookings(stack, world, world.spread, self.size.warming, people=self.people)
            self.accepted += warm.done
            analyze(stack)
            self.duel(stack, world, "spread over", world.spread, 0.25)
            self.duel(stack, world, "rushing on", world.rushed, 0.45)
        self.say("Sending the messages")
        sent = scenes.sending(stack, seconds=self.size.seconds * 1.5)
        self.report.figure("messages sent by the worker", sent)

    def duel(self, stack: Stack, world: World, how: str, hours: Sequence[Hour], aim: float) -> None:
        """One of the two; `aim` is the part of pgbench's rate."""
        size, where = self.size, f"{how} {len(hours)} slots"
        turns = scenes.duel(stack, world, hours, size.load, rounds=size.rounds, people=self.people)
        ours, theirs = [], []
        for api, bench in turns:
            ours.append(api)
            theirs.append(bench)
            self.say(
                f"Bookings {where}, round {len(ours)} of {size.rounds}: {api.rate:.0f}/s, pgbench {bench.rate:.0f}/s"
            )
        both, api, bench = Duel(tuple(ours), tuple(theirs)), scenes.total(ours), scenes.total(theirs)
        self.accepted += api.done + bench.done
        cost = api.cost.each(api.done).total
        aims = (at_most(1.6, cost, "ms CPU"), at_least(aim, both.ratio, "of pgbench"))
        self.report.figure(f"bookings {where}", api, *aims, more=f"\n{ratio(both)}")
        self.report.figure(f"pgbench, the same statement {where}", bench)

    def hall(self, stack: Stack, world: World) -> scenes.Figure:
        """Tickets, screens that listen, calls one after the other, and calls at a pace, which it gives."""
        size = self.size
        place = scenes.hall(stack, world, counters=size.counters)
        self.say(f"Tickets: {size.waiting * 2} walk-ins")
        self.report.figure("tickets issued", self.queue_up(stack, world, place, size.waiting * 2))
        self.say(f"Screens: {size.listeners} listen while {len(place.counters)} counters call")
        self.screens(stack, world, place)
        self.say(f"Calls from {len(place.counters)} counters, one after the other")
        called = scenes.calls(stack, world, place, seconds=size.seconds)
        self.report.figure(f"call next and finish, {len(place.counters)} counters", called)
        return self.calls(stack, world, place, "")

    def year(self, stack: Stack, world: World, young: scenes.Figure) -> None:
        """The same calls when the tables hold a year of the hall."""
        size = self.size
        self.say(f"Remembering {size.year} tickets of {size.days} days")
        remembered = remember(stack, world, days=size.days, tickets=size.year)
        place = scenes.hall(stack, world, counters=size.counters)
        old = self.calls(stack, world, place, f", {number(remembered)} tickets before")
        growth = old.wait(0.99) / young.wait(0.99)
        self.report.plain("call next with a year ÷ without, p99", f"{growth:.2f}", at_most(1.2, growth, "(as fast)"))

    def queue_up(self, stack: Stack, world: World, place: scenes.Hall, until: int) -> scenes.Figure:
        """Walk-ins come until so many wait."""
        missing = max(0, until - scenes.waiting(stack, world))
        return scenes.tickets(stack, world, place, count=missing, clients=self.size.clients)

    def screens(self, stack: Stack, world: World, place: scenes.Hall) -> None:
        """Fifty events a second: so many are called, and as many finished."""
        size, pause = self.size, len(place.counters) / EVENTS * 2
        with Listeners(stack, world.centre, size.listeners) as listeners:
            begun = stack.spent("events")
            paced = scenes.calls(stack, world, place, seconds=size.seconds * 2, pause=pause)
            cores = (stack.spent("events") - begun) / paced.seconds
            heard = listeners.stop()
        missing = 2 * paced.done * size.listeners - heard.arrivals
        self.report.plain(
            f"an event on {size.listeners} screens, {2 * paced.rate:.0f} events/s: p50, p99; CPU of the event process",
            f"{heard.p50:.0f} ms, {heard.p99:.0f} ms; {cores:.2f} cores{f' ({missing} missing)' if missing else ''}",
            at_most(250, heard.p99, "ms p99"),
        )

    def calls(self, stack: Stack, world: World, place: scenes.Hall, when: str) -> scenes.Figure:
        """Call next at a pace, while so many wait: what a clerk waits for."""
        size = self.size
        pause = len(place.counters) / CALLS
        self.say(f"{len(place.counters)} counters call at a pace, {size.waiting} wait{when}")
        scenes.calls(stack, world, place, seconds=size.seconds / 2, pause=pause)
        paced: list[scenes.Figure] = []
        for _ in range(size.rounds):
            self.queue_up(stack, world, place, size.waiting + int(CALLS * size.seconds / 2))
            paced.append(scenes.calls(stack, world, place, seconds=size.seconds, pause=pause))
        whole = scenes.total(paced)
        waits = f"p50 {whole.wait(0.5):.0f} ms, p99 {whole.wait(0.99):.0f} ms"
        where = f"{len(place.counters)} counters, {size.waiting} waiting{when}"
        self.report.figure(f"call next, {where}", whole, more=f"\n{waits}")
        return whole

    def many(self, stack: Stack, world: World, few: scenes.Figure) -> None:
        """Availability and bookings with a full table."""
        self.say(f"Filling up to {self.size.full} bookings")
        self.accepted += fill(stack, world, until=self.size.full)
        found = self.availability(stack, world, f"{number(self.accepted)} bookings")
        growth = found.cost.each(found.done).total / few.cost.each(few.done).total
        self.report.plain("availability with many ÷ with few, CPU", f"{growth:.2f}", at_most(1.15, growth, "(as fast)"))

    def memory(self, stack: Stack) -> None:
        """The whole stack, after all that."""
        parts = stack.memory()
        whole = sum(parts.values())
        said = ", ".join(f"{name} {size:.0f}" for name, size in sorted(parts.items(), key=lambda part: -part[1]))
        self.report.plain(f"memory of the stack (PSS, MB): {said}", f"{whole:.0f} MB", at_most(450, whole, "MB"))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="The figures of docs/bench.md.")
    parser.add_argument("--tiny", action="store_true", help="seconds instead of minutes: only to see that it works")
    run = Run(TINY if parser.parse_args().tiny else Size())
    try:
        wrong = run.measure()
    except NotMeasured as problem:
        run.console.print(f"Not measured: {problem}", markup=False)
        return 2
    Console(width=WIDTH, highlight=False).print(run.report.table())
    for line in run.report.missed:
        print(f"Below its aim: {line}")
    for line in wrong:
        print(f"WRONG: {line}")
    print(f"Took {time.monotonic() - run.begun:.0f} s. How it is measured: docs/bench.md")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""The benchmark itself: with tiny numbers it measures every scene on the real stack, and leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import pgbench
from bench.crowd import Tally
from bench.meter import Cost, family, processes
from bench.report import Report, at_least, at_most, number
from bench.scenes import Duel, Figure, statement
from bench.stack import NotMeasured
from bench.world import resident
from yueban.kernel.certificates import parse_certificate

ROOT = Path(__file__).resolve().parents[2]
SCENES = (
    "first page, empty folder",
    "first page, again",
    "availability of a fortnight, few",
    "bookings spread over 20 slots",
    "bookings rushing on 2 slots",
    "pgbench",
    "messages sent",
    "tickets issued",
    "an event on 5 screens",
    "call next and finish",
    "call next, 2 counters, 40 waiting",
    "call next with a year",
    "memory of the stack",
)


def test_a_tiny_run_measures_every_scene_and_leaves_nothing_behind() -> None:
    before = {path.name for path in (ROOT / ".run").glob("bench-*")}
    environment = os.environ | {"COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--tiny"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = " ".join(done.stdout.replace("│", " ").split())
    assert [scene for scene in SCENES if scene not in told] == []
    assert {path.name for path in (ROOT / ".run").glob("bench-*")} <= before


def test_sample_residents_are_valid_and_different() -> None:
    numbers = [resident(n) for n in (0, 1, 998, 999, 5_000_000)]
    assert [parse_certificate("resident_id", each).number for each in numbers] == numbers
    assert len(set(numbers)) == len(numbers)


def test_the_script_of_pgbench_replaces_every_parameter() -> None:
    script = pgbench.script("INSERT %(a)s, %(b)s::int LIKE '%%'", {"a": ":u", "b": "7"}, choices=3)
    assert script.splitlines()[-1] == "INSERT :u, 7::int LIKE '%';"
    assert "random(1, 3)" in script


def test_an_unknown_parameter_of_the_statement_is_not_measured() -> None:
    with pytest.raises(NotMeasured, match="certificate_index"):
        pgbench.script(statement(), {}, choices=1)


def test_the_ratio_of_a_duel_is_the_median_of_its_rounds() -> None:
    ours = tuple(Figure(done, 1.0, Cost()) for done in (10, 30, 90))
    duel = Duel(ours, tuple(Figure(100, 1.0, Cost()) for _ in ours))
    assert (duel.ratio, duel.ratios) == (0.3, (0.1, 0.9))


def test_an_answer_that_nobody_expected_is_not_measured() -> None:
    tally = Tally()
    tally.note(201, b"fine")
    tally.note(500, b"broken")
    with pytest.raises(NotMeasured, match="broken"):
        tally.only(201)


def test_costs_are_told_for_one_operation_in_milliseconds() -> None:
    cost = (Cost(3.0, 2.0, 1.0) - Cost(1.0, 1.0, 1.0)).each(1000)
    assert (cost.app, cost.database, cost.aside, cost.total) == (2.0, 1.0, 0.0, 3.0)


def test_a_family_is_a_process_with_all_its_descendants() -> None:
    known = processes()
    assert os.getpid() in family(os.getppid(), known)


def test_the_report_names_what_is_below_its_aim() -> None:
    report = Report()
    report.plain("memory", "500 MB", at_most(450, 500, "MB"), at_least(1, 2, "of all"))
    assert report.missed == ["memory: 500 MB; aim ≤ 450 MB"]
    assert number(12345.6) == "12\u202f346"

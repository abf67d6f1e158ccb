"""The clock: real, simulated, shared."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall

import pytest

from yueban.kernel import clock

START = "2026-11-27T16:29:30+08:00"


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    before = clock.simulate(None)
    yield
    clock.simulate(before)


def set_clock(**environment: str) -> None:
    clock.simulate(clock.simulation_of({"YUEBAN_CLOCK": START, **environment}))


def test_the_real_clock_is_in_shanghai() -> None:
    before = datetime.fromtimestamp(time.time(), UTC)
    assert before <= clock.now() <= datetime.fromtimestamp(time.time() + 1, UTC)
    assert clock.now().tzinfo is clock.TZ
    assert not clock.simulated()
    assert clock.anchor_environment() == {}


def test_a_simulated_clock_starts_where_told_and_ticks() -> None:
    set_clock()
    first = clock.now()
    time.sleep(0.01)
    assert timedelta(0) <= first - datetime.fromisoformat(START) < timedelta(seconds=1)
    assert clock.now() > first
    assert clock.simulated()


def test_a_faster_clock_runs_its_rate() -> None:
    set_clock(YUEBAN_CLOCK_RATE="3600")
    first = clock.now()
    time.sleep(0.05)
    assert clock.now() - first >= timedelta(minutes=3)
    assert clock.real_seconds(timedelta(hours=1)) == 1.0


def test_a_clock_of_rate_0_stands_still() -> None:
    set_clock(YUEBAN_CLOCK_RATE="0")
    assert clock.now() == datetime.fromisoformat(START)
    assert clock.today() == date(2026, 11, 27)
    assert clock.real_seconds(timedelta(hours=1)) == float("inf")


def test_a_start_without_zone_is_shanghai() -> None:
    set_clock(YUEBAN_CLOCK="2026-11-27 16:29:30", YUEBAN_CLOCK_RATE="0")
    assert clock.now() == datetime.fromisoformat(START)


def test_children_agree_with_their_supervisor() -> None:
    set_clock(YUEBAN_CLOCK_RATE="60")
    program = "from yueban.kernel import clock; print(clock.now().isoformat())"
    child = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | clock.anchor_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert timedelta(0) <= clock.now() - datetime.fromisoformat(child.stdout.strip()) < timedelta(minutes=5)


@pytest.mark.parametrize(
    "environment",
    [
        {"YUEBAN_CLOCK": "yesterday"},
        {"YUEBAN_CLOCK": START, "YUEBAN_CLOCK_RATE": "fast"},
        {"YUEBAN_CLOCK": START, "YUEBAN_CLOCK_RATE": "-1"},
        {"YUEBAN_CLOCK": START, "YUEBAN_CLOCK_RATE": "nan"},
        {"YUEBAN_CLOCK": START, "YUEBAN_CLOCK_ANCHOR": "x"},
        {"YUEBAN_CLOCK": START, "YUEBAN_ENV": "production"},
    ],
)
def test_a_clock_that_cannot_be_given_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(clock.ClockRefused):
        clock.simulation_of(environment)


def test_wall_times_become_instants_of_their_day() -> None:
    assert clock.at(date(2026, 11, 30), wall(9, 30)).isoformat() == "2026-11-30T09:30:00+08:00"

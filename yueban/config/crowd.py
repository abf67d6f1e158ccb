"""The crowd of a demonstration: simulated applicants and clerks. Forked by the supervisor, and only by `yueban demo`."""

import os
import signal
import threading
from datetime import datetime, time

from django.conf import settings

from yueban.config.supervisor import CROWD
from yueban.config.terminal import bar, console
from yueban.domain.calendar import queries as calendar
from yueban.kernel import clock
from yueban.surfaces.crowd import driver
from yueban.surfaces.crowd.hall import Hall, NoCrowd

SEED = "YUEBAN_CROWD_SEED"
OPENS = time(8, 55)
WELCOME = """\
  Simulated applicants and clerks fill the hall; their names begin with 样例. A second of yours is {rate:g} of theirs.
  Counters {numbers} are left to you: log in as clerk and open one."""


def next_morning() -> datetime:
    """08:55 of the next working day, or of the one after the last that this demonstration has lived through."""
    lived = driver.last_lived()
    after = max(clock.today(), lived.date()) if lived is not None else clock.today()
    return clock.at(calendar.working_days().next_working(after), OPENS)


def fill(start: datetime, seed: int) -> None:
    """Live through what lies before `start`; says why where no crowd can live."""
    try:
        hall = Hall.find(seed)
    except NoCrowd as why:
        console.print(str(why), markup=False)
        return
    with bar("Applicants book, and the doors open") as progress:
        driver.prepare(hall, start, progress)


def told(rate: float, seed: int) -> tuple[str, ...]:
    """What the welcome says of the crowd, and the process that goes on with it; nothing where no crowd can live."""
    os.environ[SEED] = str(seed)
    try:
        numbers = sorted(Hall.find(seed).free)
    except NoCrowd:
        return ()
    return WELCOME.format(rate=rate, numbers=", ".join(map(str, numbers))), CROWD


def main() -> None:
    """Go on with the crowd until told to stop. Never in production, never on the real clock."""
    if settings.PRODUCTION or not clock.simulated():
        raise SystemExit("The crowd lives only in a demonstration.")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    driver.live(Hall.find(int(os.environ.get(SEED, "1"))), stopped)

"""The crowd as a whole: it lives through the days before the doors open in a moment, and then at the clock's pace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog
from django.db import InterfaceError, OperationalError, connection

from yueban.domain.audit import queries as audit
from yueban.domain.booking.queries import UnknownAppointment, UnknownPlace
from yueban.domain.booking.rules import IllegalTransition
from yueban.domain.feedback.rules import FeedbackError
from yueban.domain.queueing.rules import QueueingError
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock
from yueban.surfaces.crowd.agenda import Act, Agenda
from yueban.surfaces.crowd.applicants import Applicants
from yueban.surfaces.crowd.clerks import LOOKS, Clerk
from yueban.surfaces.crowd.hall import BY, Hall

if TYPE_CHECKING:
    from datetime import date

EXPECTED: Final = (Refused, QueueingError, UnknownAppointment, UnknownPlace, IllegalTransition, FeedbackError)
"""What the rules answer, or a person at a console who was faster: the crowd takes it as people do."""
LOST: Final = (OperationalError, InterfaceError)
PATIENCE: Final = 0.5
"""Real seconds between two looks at the agenda."""
FIRST_BOOKING: Final = timedelta(days=30)

_log = structlog.get_logger(__name__)
Progress = Callable[[int, int], None]


@dataclass
class Crowd:
    """Everybody; `since` is where their story goes on."""

    hall: Hall
    since: datetime
    agenda: Agenda = field(default_factory=Agenda)
    applicants: Applicants = field(init=False)
    clerks: list[Clerk] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find the applicants their agenda."""
        self.applicants = Applicants(self.hall, self.agenda, self.since)

    def begin(self, today: date) -> None:
        """Note what is to happen from `today` on; what lies before `since` has happened."""
        staff, ours, looks = self.hall.clerks(now=self.since), self.applicants.ours, _looks()
        self.clerks = [Clerk(self.hall, self.agenda, counter, who, ours, looks) for counter, who in staff.items()]
        self.applicants.begin(today)
        self._note_openings(today)
        self.agenda.note(clock.at(today + timedelta(days=1), time(0, 1)), self._midnight)

    def _midnight(self, now: datetime) -> None:
        today = now.date()
        self.hall.days.clear()  # a year's notice may have come
        self.agenda.note(clock.at(today + timedelta(days=1), time(0, 1)), self._midnight)
        self._note_openings(today)
        self.applicants.tomorrow(now)

    def _note_openings(self, today: date) -> None:
        """Each clerk comes within the first minute of a session, one after the other."""
        facts = self.hall.day(today)
        for opens, closes in facts.sessions if facts is not None else ():
            for n, clerk in enumerate(self.clerks):
                at = max(opens + timedelta(seconds=n % 60), self.since)
                if at < closes:
                    self.agenda.note(at, clerk.come)

    # ---- two paces ----------------------------------------------------------------------------------

    def live_through(self, until: datetime, progress: Progress | None = None) -> None:
        """Do everything up to `until` at once, each thing at its own instant."""
        done, known = 0, self.agenda.count(until)
        while due := self.agenda.take(until):
            at, act = due
            self._do(act, at)
            done += 1
            if progress is not None:
                progress(min(done, known), known)

    def live(self, stopped: threading.Event) -> None:
        """Do everything when the clock says so, until told to stop."""
        while not stopped.is_set():
            now = clock.now()
            while not stopped.is_set() and (due := self.agenda.take(now)) is not None:
                self._do(due[1], clock.now())
            comes = self.agenda.next()
            pause = clock.real_seconds(comes - clock.now()) if comes is not None else PATIENCE
            stopped.wait(min(max(pause, 0.0), PATIENCE))

    def _do(self, act: Act, now: datetime) -> None:
        """Do one thing. A refusal is an answer; without a database it is done later; all else ends the process."""
        try:
            act(now)
        except EXPECTED as refused:
            _log.debug("Refused", what=str(refused))
            self._go_on(act, now)
        except LOST as lost:
            _log.warning("The crowd waits for the database", error=str(lost))
            connection.close()
            self.agenda.note(now + LOOKS, act)

    def _go_on(self, act: Act, now: datetime) -> None:
        """A clerk whose step was refused looks again what is at the counter."""
        clerk = getattr(act.func if isinstance(act, partial) else act, "__self__", None)
        if isinstance(clerk, Clerk):
            self.agenda.note(now + LOOKS, clerk.next)


def _looks() -> timedelta:
    """How often idle clerks look up: on a fast clock not more than once a real second."""
    return LOOKS * max(1.0, 1.0 / clock.real_seconds(LOOKS))


def last_lived() -> datetime | None:
    """Give the last instant at which this database had a crowd, None when it never had."""
    found = audit.latest_of(BY)
    return found.astimezone(clock.TZ) if found is not None else None


def prepare(hall: Hall, start: datetime, progress: Progress | None = None) -> None:
    """Live through what lies before `start`: bookings of the days before, and the morning of the day itself."""
    today = start.date()
    since = last_lived() or start - FIRST_BOOKING
    if since >= start:
        return
    crowd = Crowd(hall, since)
    crowd.begin(today)
    crowd.live_through(start, progress)


def live(hall: Hall, stopped: threading.Event) -> None:
    """Go on from where the crowd was last seen, at the clock's pace. Refused on the real clock."""
    if not clock.simulated():
        raise RuntimeError("The crowd lives only on a simulated clock.")
    now = clock.now()
    crowd = Crowd(hall, min(last_lived() or now, now))
    crowd.begin(now.date())
    _log.info(f"{len(crowd.clerks)} simulated clerks work at {hall.code}, and applicants come")
    crowd.live(stopped)

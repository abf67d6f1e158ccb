"""Applicants: they book, cancel, come early or late or never, and take a ticket."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from yueban.domain.booking.rules import Status
from yueban.domain.regulation.rules import RefusalCode, Refused
from yueban.surfaces.crowd import rules
from yueban.surfaces.crowd.rules import Ending, Visit

if TYPE_CHECKING:
    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.regulation.rules import Reason
    from yueban.surfaces.crowd.agenda import Agenda
    from yueban.surfaces.crowd.hall import Hall

AWAY = timedelta(minutes=20)
"""How long before arriving a ticket is taken on the phone."""
LAST_MOMENT = timedelta(minutes=170)
"""Late cancellations spread over the time in which they are late (R4.3: three hours)."""


@dataclass
class Applicants:
    """Everybody who wants something; `ours` are the tickets that simulated people hold."""

    hall: Hall
    agenda: Agenda
    since: datetime
    ours: set[int] = field(default_factory=set)

    def begin(self, today: date) -> None:
        """Go on at `since`: who still books, who has booked already, and who comes today."""
        for on in self.hall.days_ahead(today):
            self.expect(on)
        self.open_day(today)

    def expect(self, on: date) -> None:
        """Note all bookings for a day that are still to be made, and what becomes of those that stand."""
        visits = self._plan(on)
        for visit in visits:
            if visit.booked is not None and visit.booked.made_at > self.since:
                self.agenda.note(visit.booked.made_at, partial(self._book, visit, on))
        by_number = {visit.number: visit for visit in visits}
        for found in self.hall.expected(on, now=self.since):
            visit_of = by_number.get(rules.number_of(found.name) or -1)
            if visit_of is not None:
                self._go_on(visit_of, found)

    def open_day(self, today: date) -> None:
        """Note everybody who walks in today."""
        for visit in self._plan(today):
            if visit.booked is None:
                self._note(visit.arrives, partial(self._walk_in, visit))

    def tomorrow(self, now: datetime) -> None:
        """At midnight: today's walk-ins, and the day that has come into the horizon."""
        self.since = now
        self.open_day(now.date())
        ahead = self.hall.days_ahead(now.date())
        if ahead:
            self.expect(ahead[-1])

    def _plan(self, on: date) -> list[Visit]:
        facts = self.hall.day(on)
        return rules.plan(self.hall.plan, facts) if facts is not None else []

    def _note(self, at: datetime, act: partial[None]) -> None:
        if at > self.since:
            self.agenda.note(at, act)

    # ---- booking ------------------------------------------------------------------------------------

    def _book(self, visit: Visit, on: date, now: datetime) -> None:
        """Book; whoever finds no hour, or may not book, walks in on the day instead."""
        try:
            made = self.hall.book(visit, on, now=now)
        except Refused:
            made = None
        if made is not None:
            code, starts_at, ends_at = made
            self._decide(visit, code, starts_at, ends_at, made_at=now)
        elif visit.arrives > now:
            self.agenda.note(visit.arrives, partial(self._walk_in, visit))

    def _go_on(self, visit: Visit, found: AppointmentView) -> None:
        """The same for an appointment of before; who has a ticket of the kiosk is in the hall already."""
        if found.status is Status.BOOKED or found.remote_ticket:
            self._decide(visit, found.code, found.starts_at, found.ends_at, made_at=found.booked_at)

    def _decide(self, visit: Visit, code: str, starts_at: datetime, ends_at: datetime, *, made_at: datetime) -> None:
        booked = visit.booked
        if booked is None:
            return
        match booked.ending:
            case Ending.COMES:
                self._set_out(visit, code, starts_at, ends_at)
            case Ending.CANCELS:
                in_time = starts_at - timedelta(hours=3) - made_at
                self._note(made_at + booked.when * in_time, partial(self._cancel, code))
            case Ending.LATE_CANCELS:
                self._note(starts_at - booked.when * LAST_MOMENT, partial(self._cancel, code))
            case Ending.NO_SHOW:
                pass

    def _cancel(self, code: str, now: datetime) -> None:
        self.hall.cancel(code, now=now)

    # ---- coming -------------------------------------------------------------------------------------

    def _set_out(self, visit: Visit, code: str, starts_at: datetime, ends_at: datetime) -> None:
        booked = visit.booked
        if booked is None:
            return
        comes = rules.arrival(booked, starts_at, ends_at)
        if booked.remote:
            self._note(comes - AWAY, partial(self._take_ticket, code))
        self._note(comes, partial(self._arrive, visit, code))

    def _take_ticket(self, code: str, now: datetime) -> None:
        self.ours.add(self.hall.take_ticket(code, now=now).ticket_id)

    def _arrive(self, visit: Visit, code: str, now: datetime) -> None:
        """Stand at the kiosk: too early waits beside it, too late takes a walk-in's number."""
        try:
            self.ours.add(self.hall.check_in(code, now=now).ticket_id)
        except Refused as refused:
            reasons = {each.code: each for each in refused.reasons}
            if RefusalCode.TOO_EARLY_FOR_TICKET in reasons:
                opens = _opens(reasons[RefusalCode.TOO_EARLY_FOR_TICKET], now)
                self.agenda.note(opens, partial(self._arrive, visit, code))
            elif RefusalCode.TOO_LATE_FOR_TICKET in reasons:
                self._walk_in(replace(visit, booked=None), now)

    def _walk_in(self, visit: Visit, now: datetime) -> None:
        facts = self.hall.day(now.date())
        if facts is not None and facts.sessions and now < facts.sessions[-1][1]:
            self.ours.add(self.hall.walk_in(visit, now=now).ticket_id)


def _opens(why: Reason, now: datetime) -> datetime:
    """When the kiosk gives the ticket, as the refusal says; a minute from now should it not say."""
    opens = datetime.fromisoformat(why.details["opens"]) if "opens" in why.details else now
    return max(opens, now + timedelta(minutes=1))

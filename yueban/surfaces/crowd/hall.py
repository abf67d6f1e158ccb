"""The one place where the crowd touches the product: operations and queries of the domain, every rule included."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import transaction

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.calendar import queries as calendar
from yueban.domain.calendar.rules import UnknownDay, timetable_weekday
from yueban.domain.directory import queries as directory
from yueban.domain.feedback import operations as feedback
from yueban.domain.feedback import queries as ratings
from yueban.domain.feedback.rules import Level
from yueban.domain.people import operations as people
from yueban.domain.people import queries as staff
from yueban.domain.people.rules import Role
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.rules import AT_COUNTER, CounterMode
from yueban.domain.regulation import queries as regulation
from yueban.surfaces.crowd import rules
from yueban.surfaces.crowd.rules import DayFacts, Place, Plan, Visit, Want

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yueban.domain.queueing.operations import Called, Issued

BY: Final = "system:crowd"
LOGIN: Final = "sample-{:03d}"


class NoCrowd(Exception):
    """The county has no assumptions about demand, or not for a hall it has; says which."""


class Occupied(Exception):
    """Somebody else sits at the counter."""


@dataclass
class Hall:
    """The county's hall as the crowd knows it: ids and names, read once."""

    centre_id: int
    code: str
    plan: Plan
    queues: dict[str, int]
    places: dict[int, Place] = field(default_factory=dict)
    free: frozenset[int] = frozenset()
    days: dict[date, DayFacts | None] = field(default_factory=dict)
    sent: set[int] = field(default_factory=set)
    """Tickets that a clerk sent to another queue."""
    _waiting: tuple[datetime | None, dict[int, int]] = (None, {})

    @classmethod
    def find(cls, seed: int) -> Self:
        """Read the hall of the demand file; raises NoCrowd."""
        demand = directory.demand()
        if demand is None:
            raise NoCrowd("The county folder has no demand.yaml: nobody comes by himself.")
        try:
            centre = directory.centre(demand.county.centre)
        except directory.UnknownCentre as error:
            raise NoCrowd(f"demand.yaml speaks of {demand.county.centre}, which is no centre in use.") from error
        queues = {queue.code: queue.pk for queue in directory.queues(centre)}
        wants: dict[str, list[Want]] = {}
        for matter in directory.search_matters(centre=centre):
            wants.setdefault(matter.queue_code, []).append(Want(matter.code, matter.popularity, matter.online_bookable))
        known = {code: found for code, found in wants.items() if code in queues and code in demand.county.queues}
        hall = cls(centre.pk, centre.code, Plan(demand, known, seed), queues)
        hall._place(directory.counters(centre))
        return hall

    def _place(self, counters: Any) -> None:
        for each in counters:
            served = tuple(link.queue.code for link in each.counterqueue_set.all())
            self.places[each.pk] = Place(each.number, each.area, served, each.booking_only)
        assumed = self.plan.demand.county.queues
        load = {code: each.arrivals.per_day * each.service_time.mean for code, each in assumed.items()}
        numbers = rules.left_to_people(list(self.places.values()), load)
        self.free = frozenset(numbers)

    @property
    def staffed(self) -> list[int]:
        """The counters, by their ids, that simulated clerks take."""
        return [identity for identity, place in self.places.items() if place.number not in self.free and place.queues]

    # ---- days ---------------------------------------------------------------------------------------

    def days_ahead(self, today: date) -> list[date]:
        """Give the working days from `today` to the horizon of booking, as far as the calendar is known."""
        horizon = regulation.in_force(today).parameters.horizon
        known = calendar.working_days()
        last = min(today + timedelta(days=3 * horizon + 14), known.last)
        ahead = known.between(today, last)
        return list(ahead[: horizon + known.is_working(today)])

    def day(self, on: date) -> DayFacts | None:
        """Give what planning needs of a date, None when the hall is closed or the calendar does not know; kept a day."""
        if on not in self.days:
            self.days[on] = self._day(on)
        return self.days[on]

    def _day(self, on: date) -> DayFacts | None:
        known = calendar.working_days()
        try:
            if not known.is_working(on):
                return None
            horizon = regulation.in_force(on).parameters.horizon
            before = tuple(known.nth_working_before(on, n) for n in range(horizon + 1))
            days_off = (on - before[1]).days - 1
            sessions = calendar.open_spans(self.centre_id, on)
        except UnknownDay:
            return None
        return DayFacts(on, timetable_weekday(on, working=True), sessions, before, days_off)

    # ---- applicants ---------------------------------------------------------------------------------

    def book(self, visit: Visit, on: date, *, now: datetime) -> tuple[str, datetime, datetime] | None:
        """Book the hour that the visitor likes best of those open; give code, start and end, None of none.

        Raises Refused.
        """
        assert visit.booked is not None  # noqa: S101  only those who book
        channel = ChannelKind(visit.booked.channel)
        hours = appointments.availability(
            centre=self.code, matter=visit.matter, channel=channel, start=on, days=1, now=now
        )
        found = {hour["starts_at"]: hour for hour in hours if hour["open"]}
        chosen = rules.choose_hour(self.plan.demand, list(found), visit.booked.wish)
        if chosen is None:
            return None
        request = booking.BookingRequest(
            centre=self.code,
            matter=visit.matter,
            slot_id=found[chosen]["id"],
            channel_kind=channel,
            name=rules.name_of(visit.number),
            certificate=rules.certificate_of(visit.number),
            phone=rules.phone_of(visit.number),
        )
        made = booking.book(request, by=BY, now=now)
        return made.code, chosen, found[chosen]["ends_at"]

    def expected(self, on: date, *, now: datetime) -> list[appointments.AppointmentView]:
        """Give the appointments of a date that still stand."""
        return appointments.expected_on(self.centre_id, on, now=now)

    def cancel(self, code: str, *, now: datetime) -> None:
        """Cancel as an applicant does. Raises Refused, UnknownAppointment."""
        booking.cancel(code, by=BY, now=now)

    def take_ticket(self, code: str, *, now: datetime) -> Issued:
        """Take the ticket on the phone. Raises as `queueing.operations.take_ticket` does."""
        return operations.take_ticket(code, remote=True, by=BY, now=now)

    def check_in(self, code: str, *, now: datetime) -> Issued:
        """Stand at the kiosk with an appointment. Raises as `queueing.operations.check_in` does."""
        return operations.check_in(code, by=BY, now=now)

    def walk_in(self, visit: Visit, *, now: datetime) -> Issued:
        """Press the button of a queue. Raises UnknownQueue."""
        return operations.issue(self.queues[visit.queue], by=BY, now=now, statutory=visit.statutory)

    # ---- clerks -------------------------------------------------------------------------------------

    def clerks(self, *, now: datetime) -> dict[int, int]:
        """Give the simulated clerk of each counter that has one, counter to staff; adds those that are missing.

        Nobody can log in as one of them.
        """
        there = dict(staff.staff().filter(username__startswith=LOGIN[:7]).values_list("username", "pk"))
        for identity in self.staffed:
            login = LOGIN.format(self.places[identity].number)
            if login not in there:
                new = people.NewStaff(login, Role.CLERK, f"样例窗口员{login[-3:]}", self.centre_id, log_in=False)
                people.add_staff(new, by=BY, now=now)
        there = dict(staff.staff().filter(username__startswith=LOGIN[:7]).values_list("username", "pk"))
        return {identity: there[LOGIN.format(self.places[identity].number)] for identity in self.staffed}

    def sits_at(self, counter_id: int) -> tuple[int | None, bool]:
        """Give who sits at a counter, and whether it is open."""
        found = queries.counter(counter_id)
        return (found.staff_id, found.mode == CounterMode.OPEN) if found else (None, False)

    def somebody_waits(self, counter_id: int, *, now: datetime) -> bool:
        """Tell whether a queue of this counter has somebody waiting; looked up anew after a few seconds."""
        looked, waiting = self._waiting
        if looked is None or not timedelta() <= now - looked < timedelta(seconds=5):
            waiting = {each.id: each.waiting for each in queries.queues(self.centre_id, date=now.date())}
            self._waiting = now, waiting
        return any(waiting.get(self.queues.get(code, 0)) for code in self.places[counter_id].queues)

    def call_next(self, counter_id: int, staff_id: int, *, now: datetime) -> Called | None:
        """Call the next one to a counter, and open it; None when nobody waits. Raises Occupied, CounterBusy.

        Calling locks the counter's row and leaves whoever sits there; so what is read after it holds until the
        commit, and where a person has sat down nothing is called.
        """
        with transaction.atomic():
            called = operations.call_next(counter_id, by=BY, now=now)
            sits, _ = self.sits_at(counter_id)
            if sits not in {None, staff_id}:
                raise Occupied
            if sits is None:
                operations.open_counter(counter_id, staff_id=staff_id, by=BY, now=now)
        return called

    def ticket(self, ticket_id: int) -> queries.TicketView | None:
        """Give a ticket."""
        return queries.ticket(ticket_id)

    def has_in_hand(self, counter_id: int, ticket_id: int) -> bool:
        """Tell whether a ticket is still in service at a counter."""
        found = queries.ticket(ticket_id)
        return found is not None and found.state in AT_COUNTER and found.counter == self.places[counter_id].number

    def rate(self, counter_id: int, ticket_id: int, level: int, *, now: datetime) -> None:
        """Press a face at the counter's device, while it asks about this ticket's handling. Raises FeedbackError."""
        asked = ratings.to_rate(counter_id, now=now)
        if asked is not None and asked.ticket_id == ticket_id:
            feedback.rate(asked.id, level=Level(level), by=BY, now=now)

    def in_hand(self, counter_id: int, *, now: datetime) -> tuple[int | None, Sequence[int]]:
        """Give the ticket that a counter has in hand, and those it has parked."""
        view = queries.counter_view(counter_id, now=now)
        if view is None:
            return None, ()
        return (view.hand.id if view.hand else None), [each.id for each in view.parked if each.counter_id == counter_id]

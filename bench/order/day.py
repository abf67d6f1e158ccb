"""One day of the county's hall in memory: who takes which ticket when, and how long each will take at the counter."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from yueban.domain.calendar import rules as calendar
from yueban.domain.queueing.rules import TicketClass
from yueban.domain.regulation.rules import Parameters
from yueban.surfaces.crowd import rules as crowd
from yueban.surfaces.crowd.rules import Conduct, DayFacts, Ending, Place, Plan, Visit, Want

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yueban.domain.directory.county import Centre, County, Demand, QueueDemand

PARAMETERS: Final = Parameters()


@dataclass(frozen=True, slots=True)
class Ticket:
    """A number in a queue; the same person takes as long whatever the order of calling."""

    number: int
    queue: str
    issued_at: datetime
    slot_start: datetime | None
    ticket_class: TicketClass
    conduct: Conduct

    @property
    def booked(self) -> bool:
        """Whether it was printed for a booking."""
        return self.slot_start is not None


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that the orders are compared on; `share` is how many counters' time each queue gets."""

    on: date
    sessions: tuple[tuple[datetime, datetime], ...]
    places: tuple[Place, ...]
    tickets: tuple[Ticket, ...]
    minutes: Mapping[str, float]
    share: Mapping[str, float]
    seed: int
    demand: Demand


@dataclass
class Hall:
    """The county's hall as its files have it."""

    county: County
    demand: Demand
    centre: Centre = field(init=False)
    days: calendar.WorkingDays = field(init=False)
    shares: Mapping[str, calendar.Share] = field(init=False)

    def __post_init__(self) -> None:
        """Find the hall that the demand is about, the working days, and what each queue gets of the counters."""
        self.centre = next(each for each in self.county.centres if each.code == self.demand.county.centre)
        years = (calendar.known_year(year) for year in (2026, 2027))
        known = [day for year in years if year is not None for day in year.days]
        self.days = calendar.WorkingDays.from_days({day.date: day.working for day in known})
        load = {code: Fraction(each.arrivals.per_day * each.service_time.mean) for code, each in self._assumed.items()}
        self.shares = calendar.shares((_sharing(each) for each in self.places), load)

    @property
    def _assumed(self) -> Mapping[str, QueueDemand]:
        return self.demand.county.queues

    @property
    def places(self) -> tuple[Place, ...]:
        """Its counters; all are staffed."""
        return tuple(Place(each.number, each.area, each.queues, each.booking_only) for each in self.centre.counters)

    def facts(self, on: date) -> DayFacts:
        """What planning needs of a working day."""
        openings = [
            calendar.Opening(
                calendar.Span(each.start, each.end),
                frozenset(each.weekdays),
                calendar.MonthDay(each.valid_from.month, each.valid_from.day),
                calendar.MonthDay(each.valid_to.month, each.valid_to.day),
            )
            for each in self.centre.sessions
        ]
        sessions = tuple(opening.span.on(on) for opening in calendar.openings_on(on, openings, self.days))
        before = tuple(self.days.nth_working_before(on, n) for n in range(PARAMETERS.horizon + 1))
        weekday = calendar.timetable_weekday(on, working=True)
        return DayFacts(on, weekday, sessions, before, (on - before[1]).days - 1)

    def hours(self, facts: DayFacts) -> dict[str, list[tuple[datetime, datetime, int]]]:
        """The hours that can be booked on a day, by queue: start, end, places (R1.2)."""
        spans = [
            (at, until)
            for opens, closes in facts.sessions
            for at, until in (
                span.on(facts.date)
                for span in calendar.tile(calendar.Span(opens.time(), closes.time()), PARAMETERS.slot_minutes)
            )
        ]
        lengths = [round((until - at) / timedelta(minutes=1)) for at, until in spans]
        found = {}
        for queue in self.centre.queues:
            minutes, walk_ins = Fraction(queue.avg_service_minutes), Fraction(queue.walk_in_share)
            places = calendar.day_capacities(self.shares[queue.code], lengths, minutes, walk_ins)
            found[queue.code] = [(*span, held) for span, held in zip(spans, places, strict=True)]
        return found

    def day(self, on: date, seed: int) -> Day:
        """Draw a day: bookings fill the hours as they are made, and who finds none walks in."""
        facts = self.facts(on)
        wants: dict[str, list[Want]] = {}
        for item in self.county.items:
            wants.setdefault(item.queue, []).append(Want(item.id, item.popularity, item.online_bookable))
        visits = crowd.plan(Plan(self.demand, wants, seed), facts)
        drawn = sorted(self._tickets(visits, facts), key=lambda each: each[0])
        tickets = tuple(self._ticket(n, *each, seed) for n, each in enumerate(drawn))
        return Day(
            on,
            facts.sessions,
            self.places,
            tickets,
            {code: each.service_time.mean for code, each in self._assumed.items()},
            {code: float(each.whole) for code, each in self.shares.items()},
            seed,
            self.demand,
        )

    def _tickets(self, visits: Sequence[Visit], facts: DayFacts) -> Iterable[tuple[datetime, Visit, datetime | None]]:
        """When each ticket is taken, and for which hour; nobody who cancels or stays away has one."""
        hours, taken = self.hours(facts), Tally[tuple[str, datetime]]()
        by_booking = sorted(visits, key=lambda visit: visit.booked.made_at if visit.booked else facts.sessions[-1][1])
        for visit in by_booking:
            booked = visit.booked
            if booked is not None and booked.ending in {Ending.CANCELS, Ending.LATE_CANCELS}:
                continue
            free = {at: until for at, until, held in hours[visit.queue] if taken[visit.queue, at] < held}
            chosen = crowd.choose_hour(self.demand, list(free), booked.wish) if booked is not None else None
            if booked is None or chosen is None:
                yield visit.arrives, visit, None
                continue
            taken[visit.queue, chosen] += 1
            if booked.ending is Ending.COMES:
                yield _issued(visit, chosen, free[chosen], facts)

    def _ticket(self, number: int, issued_at: datetime, visit: Visit, slot: datetime | None, seed: int) -> Ticket:
        booked = slot is not None and visit.booked is not None
        if booked and visit.booked is not None:
            online = visit.booked.channel == "online"
            found = TicketClass.BOOKED_ONLINE if online else TicketClass.ARRIVED_BOOKING
        else:
            found = TicketClass.STATUTORY if visit.statutory else TicketClass.WALK_IN
        chance = crowd.seeded(seed, "conduct", visit.number, visit.queue)
        return Ticket(
            number, visit.queue, issued_at, slot, found, crowd.conduct(chance, self.demand, visit.queue, booked=booked)
        )


def _issued(
    visit: Visit, starts_at: datetime, ends_at: datetime, facts: DayFacts
) -> tuple[datetime, Visit, datetime | None]:
    """An hour before at the earliest (R4.1.3); past the grace it is a walk-in's (R4.3)."""
    assert visit.booked is not None
    comes = crowd.arrival(visit.booked, starts_at, ends_at)
    if comes > ends_at + PARAMETERS.grace:
        return min(comes, facts.sessions[-1][1]), visit, None
    return max(comes, starts_at - PARAMETERS.checkin_opens), visit, starts_at


def _sharing(place: Place) -> calendar.SharingCounter[str]:
    services = tuple(calendar.Service(queue, rank) for rank, queue in enumerate(place.queues))
    return calendar.SharingCounter(services, place.booking_only)

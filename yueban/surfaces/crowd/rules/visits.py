"""The plan of one day: everybody who wants to be served on it, booked or not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import count as counting
from typing import TYPE_CHECKING, Final

from yueban.kernel.wall import at
from yueban.surfaces.crowd.rules.chances import Chance, count, pick, seeded
from yueban.surfaces.crowd.rules.peaks import DayFacts, day_factor, item_of, peaks_of, season_of
from yueban.surfaces.crowd.rules.people import offender, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yueban.domain.directory.county import Demand, QueueDemand

STATUTORY: Final = 0.04
"""Of the walk-ins, those with statutory priority (军人、老、孕、残); our assumption, the file has none."""
REMOTE: Final = 0.15
"""Of the online bookings, those who take their ticket on the phone; our assumption."""
OFFENDERS_PART: Final = 0.7
"""Of the no-shows, those of repeat offenders ("who cause most no-shows")."""
A_MONTH: Final = 21
EARLIEST: Final = timedelta(minutes=25)
LATEST: Final = timedelta(minutes=10)


class Ending(StrEnum):
    """What becomes of a booking."""

    COMES = "comes"
    NO_SHOW = "no_show"
    CANCELS = "cancels"
    LATE_CANCELS = "late_cancels"


@dataclass(frozen=True, slots=True)
class Want:
    """A matter that a queue handles, how often it is wanted, and whether it can be booked online."""

    code: str
    popularity: float
    online: bool = True


@dataclass(frozen=True, slots=True)
class Booked:
    """How somebody books and comes.

    `wish` and `when` are numbers from 0 to 1: which hour, and at which part of the time left a cancellation is made.
    The arrival is `minutes` from the slot's start or end. `remote`: takes the ticket on the phone.
    """

    channel: str
    made_at: datetime
    wish: float
    ending: Ending
    when: float
    from_end: bool
    minutes: float
    remote: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who wants a matter done on a day; `arrives` is when without a booking, or when none was to be had."""

    number: int
    queue: str
    matter: str
    arrives: datetime
    statutory: bool
    booked: Booked | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan is made of: the assumptions, what each queue handles, and the seed."""

    demand: Demand
    wants: Mapping[str, Sequence[Want]]
    seed: int = 1


def plan(made_of: Plan, day: DayFacts) -> list[Visit]:
    """Give everybody who wants to come on a day, by the queue and then by chance; the same for the same seed."""
    ordinals = counting()
    found: list[Visit] = []
    for queue, assumed in made_of.demand.county.queues.items():
        if made_of.wants.get(queue) and day.sessions:
            chance = seeded(made_of.seed, day.date, queue)
            found += _of_queue(_Drawing(made_of, day, queue, assumed, chance), ordinals)
    return found


@dataclass(frozen=True, slots=True)
class _Drawing:
    """One queue on one day."""

    made_of: Plan
    day: DayFacts
    queue: str
    assumed: QueueDemand
    chance: Chance

    @property
    def visits(self) -> float:
        """How many come on average, booked ones included."""
        assumed = self.assumed
        return assumed.arrivals.per_day * day_factor(self.made_of.demand, self.queue, assumed, self.day)

    @property
    def bookings(self) -> float:
        """How many book on average: of those who come, and of those who will not after all."""
        habit = self.assumed.booking
        return self.visits * habit.share / (1 - habit.no_show_rate - habit.cancel_rate - habit.late_cancel_rate)


def _of_queue(of: _Drawing, ordinals: Iterator[int]) -> Iterator[Visit]:
    """Everybody of one queue: first those who book, then those who walk in."""
    bookings = count(of.chance, of.bookings)
    walk_ins = count(of.chance, of.visits * (1 - of.assumed.booking.share))
    for ordinal in range(bookings + walk_ins):
        booked = _booked(of) if ordinal < bookings else None
        number = visitor(of.day.date, next(ordinals))
        if booked is not None and booked.ending is Ending.NO_SHOW and of.chance.random() < OFFENDERS_PART:
            number = offender(of.chance, _pool(of))
        wants, arrives = _matter(of, online=booked is not None and booked.channel == "online"), _walks_in(of)
        yield Visit(number, of.queue, wants, arrives, booked is None and of.chance.random() < STATUTORY, booked)


def _pool(of: _Drawing) -> int:
    """How many people of the county are repeat offenders."""
    queues = of.made_of.demand.county.queues.values()
    bookings = sum(each.arrivals.per_day * each.booking.share for each in queues) * A_MONTH
    return math.ceil(bookings * of.made_of.demand.defaults.repeat_offender_share)


def _matter(of: _Drawing, *, online: bool) -> str:
    peaks = peaks_of(of.made_of.demand, of.queue, of.day)
    items = item_of(peaks, [of.chance.random() for _ in peaks])
    wants = [want for want in of.made_of.wants[of.queue] if want.online or not online] or of.made_of.wants[of.queue]
    named = [want for want in wants if want.code in items]
    return pick(of.chance, {want.code: want.popularity for want in named or wants})


def _walks_in(of: _Drawing) -> datetime:
    """When somebody without a booking comes: by the hour's weight, never long before opening or after closing."""
    weights = of.assumed.arrivals.hour_weights[season_of(of.made_of.demand, of.day.date)]
    hours = weights.get(of.day.weekday) or next(iter(weights.values()))
    windows = {hour: _window(of.day, int(hour)) for hour in hours}
    open_hours = {hour: weight for hour, weight in hours.items() if windows[hour] is not None}
    chosen = windows[pick(of.chance, open_hours)] if open_hours else None
    earliest, latest = chosen or of.day.sessions[0]
    return earliest + of.chance.random() * (latest - earliest)


def _window(day: DayFacts, hour: int) -> tuple[datetime, datetime] | None:
    """The part of an hour in which people come: while the hall is open, or shortly before."""
    begins = at(day.date, time(hour))
    for opens, closes in day.sessions:
        earliest = max(begins, opens - EARLIEST)
        latest = min(begins + timedelta(hours=1), closes - LATEST)
        if earliest < latest:
            return earliest, latest
    return None


def _booked(of: _Drawing) -> Booked:
    habit, defaults, chance = of.assumed.booking, of.made_of.demand.defaults, of.chance
    channel = pick(chance, habit.channel_mix)
    part = pick(chance, {each: each.share for each in of.made_of.demand.late_profiles[habit.late_profile]})
    endings = {
        Ending.NO_SHOW: habit.no_show_rate,
        Ending.CANCELS: habit.cancel_rate,
        Ending.LATE_CANCELS: habit.late_cancel_rate,
    }
    return Booked(
        channel=channel,
        made_at=_made_at(of, channel, pick(chance, defaults.booking_lead_days)),
        wish=chance.random(),
        ending=pick(chance, endings | {Ending.COMES: 1 - sum(endings.values())}),
        when=chance.random(),
        from_end=part.relative_to == "slot_end",
        minutes=chance.triangular(part.low, part.high, part.mode),
        remote=channel == "online" and chance.random() < REMOTE,
    )


def _made_at(of: _Drawing, channel: str, lead: int) -> datetime:
    """When the booking is made: online at any waking hour, at the desk or by phone in working hours of a day before.

    The same day only online and in the morning (R4.0: three hours before).
    """
    first, last = (time(7), time(22, 30)) if channel == "online" else (time(8, 40), time(16, 20))
    if lead == 0 and channel == "online":
        first, last = time(6), time(12, 30)
    lead = max(lead, 0 if channel == "online" else 1)
    made_on = of.day.before[min(lead, len(of.day.before) - 1)]
    return at(made_on, first) + of.chance.random() * (at(made_on, last) - at(made_on, first))


def arrival(booked: Booked, starts_at: datetime, ends_at: datetime) -> datetime:
    """Give when somebody who booked this hour comes."""
    return (ends_at if booked.from_end else starts_at) + timedelta(minutes=booked.minutes)


def choose_hour(demand: Demand, open_hours: Sequence[datetime], wish: float) -> datetime | None:
    """Give which of the open hours of a day at the county's hall is chosen, by its preferences; None of none."""
    if not open_hours:
        return None
    weights = demand.defaults.slot_preference["county"][season_of(demand, open_hours[0].date())]
    tastes = [weights.get(f"{hour:%H:%M}", 0.0) or 0.01 for hour in open_hours]
    left = wish * sum(tastes)
    for hour, taste in zip(open_hours, tastes, strict=True):
        left -= taste
        if left <= 0:
            return hour
    return open_hours[-1]

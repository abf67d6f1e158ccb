"""Why a booking is refused: all reasons at once, the most basic first."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from yueban.domain.booking.rules.facts import PersonFacts
from yueban.domain.booking.rules.windows import deadline, whole_second, window
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.regulation.rules import Clause, Reason, RefusalCode, reason
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from yueban.domain.booking.rules.facts import Facts, OutsideFacts
    from yueban.domain.booking.rules.windows import Window


def refusals(facts: Facts, *, now: datetime) -> list[Reason]:
    """Give every reason against booking `facts` at `now`; none means that it may be written."""
    person = _person(facts.person, facts.parameters.per_day, facts.slot.date, now)
    return [*_place(facts), *_time(facts, now), *person]


def _place(facts: Facts) -> Iterator[Reason]:
    """R3.6, R2.3, R3.3, R1.2: is it offered here, on this channel, and is there a place."""
    slot, matter = facts.slot, facts.matter
    if not slot.offered:
        yield reason(RefusalCode.NOT_OFFERED_HERE)
    if not matter.online_bookable and not facts.channel.at_desk:
        yield reason(RefusalCode.CHANNEL_NOT_ALLOWED)
    if slot.exempt:
        yield reason(RefusalCode.NOT_ELIGIBLE, Clause.R3_1)
    if slot.kind == "weekend" and not matter.high_frequency_personal:
        yield reason(RefusalCode.NOT_ELIGIBLE, Clause.R3_3)
    if slot.closed_reason:
        yield reason(RefusalCode.SLOT_CLOSED, why=slot.closed_reason)
    elif slot.booked >= slot.capacity:
        yield reason(RefusalCode.SLOT_FULL)


def _time(facts: Facts, now: datetime) -> Iterator[Reason]:
    """R4.0: not too late, not too far ahead. An override (「原则上」) reaches both, and no hour that has begun."""
    slot = facts.slot
    bounds = window(facts.channel, now=now, days=facts.days, parameters=facts.parameters)
    if slot.starts_at < (whole_second(now) if facts.overridden else _earliest_start(facts, bounds, now)):
        yield Reason(RefusalCode.TOO_LATE, Clause.R4_0, _too_late_details(facts))
    if slot.date > bounds.last_date and not facts.overridden:
        yield reason(RefusalCode.BEYOND_HORIZON, last=bounds.last_date, horizon=facts.parameters.horizon)


def _earliest_start(facts: Facts, bounds: Window, now: datetime) -> datetime:
    """Give the earliest hour: by the moment of the call where there was one (R4.0), but none that has begun since."""
    if facts.asked_at is None:
        return bounds.earliest_start
    asked = window(facts.channel, now=min(facts.asked_at, now), days=facts.days, parameters=facts.parameters)
    return max(asked.earliest_start, whole_second(now))


def _too_late_details(facts: Facts) -> dict[str, str]:
    details = {"channel": str(facts.channel), "starts_at": facts.slot.starts_at.isoformat()}
    with suppress(UnknownDay):  # the sentence is shorter without the instant, and the refusal stands
        details["deadline"] = deadline(facts.channel, facts.slot.starts_at, facts.days, facts.parameters).isoformat()
    return details


def _person(person: PersonFacts, limit: int, day: date, now: datetime) -> Iterator[Reason]:
    """R5.4, R5.2: not suspended, not twice at once, not more than the day allows."""
    if person.suspended_until is not None and whole_second(now) < person.suspended_until:
        yield reason(RefusalCode.SUSPENDED, until=person.suspended_until)
    if person.overlapping:
        yield reason(RefusalCode.OVERLAPPING)
    if person.day_used >= limit:
        yield reason(RefusalCode.DAILY_LIMIT, limit=limit, date=day)


def outside_refusals(facts: OutsideFacts, *, now: datetime) -> list[Reason]:
    """Give every reason against an appointment outside the slots (R1.2, R3.4); neither cut-off nor horizon binds it.

    One that does not count (a department's own inspection) meets no limit and no suspension (R5.2, R5.4).
    """
    person = facts.person if facts.counts else PersonFacts(overlapping=facts.person.overlapping)
    return [*_outside(facts, now), *_person(person, facts.limit, facts.starts_at.astimezone(TZ).date(), now)]


def _outside(facts: OutsideFacts, now: datetime) -> Iterator[Reason]:
    if not facts.offered:
        yield reason(RefusalCode.NOT_OFFERED_HERE)
    if facts.starts_at < whole_second(now):
        yield reason(RefusalCode.TOO_LATE, starts_at=facts.starts_at)

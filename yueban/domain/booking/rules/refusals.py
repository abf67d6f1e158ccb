"""Why a booking is refused: all reasons at once, the most basic first."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from yueban.domain.booking.rules.windows import deadline, whole_second, window
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.regulation.rules import Clause, Reason, RefusalCode, reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from yueban.domain.booking.rules.facts import Facts


def refusals(facts: Facts, *, now: datetime) -> list[Reason]:
    """Give every reason against booking `facts` at `now`; none means that it may be written."""
    return [*_place(facts), *_time(facts, now), *_person(facts, now)]


def _place(facts: Facts) -> Iterator[Reason]:
    """R3.6, R2.3, R3.3, R1.2: is it offered here, on this channel, and is there a place."""
    slot, matter = facts.slot, facts.matter
    if not slot.offered:
        yield reason(RefusalCode.NOT_OFFERED_HERE)
    if not matter.online_bookable and not facts.channel.at_desk:
        yield reason(RefusalCode.CHANNEL_NOT_ALLOWED)
    if slot.kind == "weekend" and not matter.high_frequency_personal:
        yield reason(RefusalCode.NOT_ELIGIBLE, Clause.R3_3)
    if slot.closed_reason:
        yield reason(RefusalCode.SLOT_CLOSED, why=slot.closed_reason)
    elif slot.booked >= slot.capacity:
        yield reason(RefusalCode.SLOT_FULL)


def _time(facts: Facts, now: datetime) -> Iterator[Reason]:
    """R4.0: not too late, not too far ahead."""
    slot = facts.slot
    bounds = window(facts.channel, now=now, days=facts.days, parameters=facts.parameters)
    if slot.starts_at < bounds.earliest_start:
        yield Reason(RefusalCode.TOO_LATE, Clause.R4_0, _too_late_details(facts))
    if slot.date > bounds.last_date:
        yield reason(RefusalCode.BEYOND_HORIZON, last=bounds.last_date, horizon=facts.parameters.horizon)


def _too_late_details(facts: Facts) -> dict[str, str]:
    details = {"channel": str(facts.channel), "starts_at": facts.slot.starts_at.isoformat()}
    with suppress(UnknownDay):  # the sentence is shorter without the instant, and the refusal stands
        details["deadline"] = deadline(facts.channel, facts.slot.starts_at, facts.days, facts.parameters).isoformat()
    return details


def _person(facts: Facts, now: datetime) -> Iterator[Reason]:
    """R5.4, R5.2: not suspended, not twice at once, not more than the day allows."""
    person, limit = facts.person, facts.parameters.per_day
    if person.suspended_until is not None and whole_second(now) < person.suspended_until:
        yield reason(RefusalCode.SUSPENDED, until=person.suspended_until)
    if person.overlapping:
        yield reason(RefusalCode.OVERLAPPING)
    if person.day_used >= limit:
        yield reason(RefusalCode.DAILY_LIMIT, limit=limit, date=facts.slot.date)

"""When a team can be somewhere: working time, the cut-off, its own calendar with the way there and back (R3.4, R4.0)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from yueban.domain.booking.rules import whole_second
from yueban.domain.regulation.rules import Clause, Reason, RefusalCode, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from yueban.domain.booking.rules import Window
    from yueban.domain.calendar.rules import WorkingClock

Hours = tuple[datetime, datetime]

MOST_TRAVEL: Final = timedelta(hours=4)
SHORTEST: Final = timedelta(minutes=10)
LONGEST: Final = timedelta(hours=8)
ANSWER_WITHIN: Final = Decimal(2)
"""Working days in which a proposal can be answered; never later than the lead before its start."""
STEP: Final = timedelta(minutes=30)

LIFTABLE: Final = frozenset({RefusalCode.NEEDS_APPROVAL, RefusalCode.TOO_LATE, RefusalCode.BEYOND_HORIZON})
"""What a person may pass over with a reason: 「原则上」 (R4.0) and 「特殊情况」 (R1.2). Never who is visited, or a team twice."""


@dataclass(frozen=True, slots=True)
class TimeFacts:
    """The time asked for. `spans`: the centre's regular hours of that day; `bounds`: what can be booked now (R4.0).

    `serves`: the team works for this centre and the matter's department; `free`: nothing of it in the way, travel included.
    `bounds` is None where R4.0 does not bind: an inspection that the department proposes needs the applicant's yes anyway.
    """

    starts_at: datetime
    ends_at: datetime
    spans: Sequence[Hours]
    bounds: Window | None
    serves: bool
    free: bool


def time_refusals(facts: TimeFacts) -> list[Reason]:
    """Give every reason against the time."""
    return [*_team(facts), *_working_time(facts), *_cut_off(facts)]


def _team(facts: TimeFacts) -> Iterator[Reason]:
    if not facts.serves:
        yield reason(RefusalCode.NOT_OFFERED_HERE, Clause.R3_4)
    if not facts.free:
        yield reason(RefusalCode.SLOT_FULL, Clause.R3_4)


def _working_time(facts: TimeFacts) -> Iterator[Reason]:
    """R1.2: the visit itself lies in one session of the centre; the way there may begin before it."""
    if not any(opens <= facts.starts_at and facts.ends_at <= closes for opens, closes in facts.spans):
        yield reason(RefusalCode.NEEDS_APPROVAL)


def _cut_off(facts: TimeFacts) -> Iterator[Reason]:
    bounds = facts.bounds
    if bounds is None:
        return
    if facts.starts_at < bounds.earliest_start:
        yield reason(RefusalCode.TOO_LATE, starts_at=facts.starts_at, channel="onsite")
    if facts.starts_at.date() > bounds.last_date:
        yield reason(RefusalCode.BEYOND_HORIZON, last=bounds.last_date)


def busy(starts_at: datetime, ends_at: datetime, travel: timedelta) -> Hours:
    """Give what a visit takes of its team: the way there, the visit, the way back."""
    return starts_at - travel, ends_at + travel


def free_times(
    spans: Iterable[Hours], taken: Sequence[Hours], *, length: timedelta, travel: timedelta, not_before: datetime
) -> list[datetime]:
    """Give the starts in `spans`, every half hour from each opening, at which a team with `taken` hours is free."""
    return [
        start
        for opens, closes in spans
        for start in _starts(opens, closes - length)
        if start >= not_before and not any(_meet(busy(start, start + length, travel), each) for each in taken)
    ]


def _starts(first: datetime, last: datetime) -> Iterator[datetime]:
    while first <= last:
        yield first
        first += STEP


def _meet(one: Hours, other: Hours) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def answer_until(clock: WorkingClock, starts_at: datetime, lead: timedelta, *, now: datetime) -> datetime:
    """Give until when a proposal made at `now` can be answered: two working days, at the latest `lead` before it begins.

    Raises `UnknownDay` where the known years end before.
    """
    return min(clock.add(now, ANSWER_WITHIN), starts_at - lead)


def is_answerable(expires_at: datetime | None, *, now: datetime) -> bool:
    """Say whether a proposal still waits for its answer; the deadline's own second is on time."""
    return expires_at is not None and whole_second(now) <= expires_at


def changeable_until(starts_at: datetime, lead: timedelta) -> datetime:
    """Give the last moment at which the applicant may move or cancel a visit by the link (R4.3: three hours before)."""
    return starts_at - lead

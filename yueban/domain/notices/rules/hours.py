"""When a message may go out: how urgent it is, whether it may disturb the night, and until when it is worth anything.

One table for all kinds. A kind that is not in it is ordinary: it waits for the morning and never grows old.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from yueban.domain.notices.rules.texts import Template
from yueban.kernel.wall import TZ, at


class Night(StrEnum):
    """What a kind of message does in the quiet hours."""

    PASSES = "passes"
    """It goes out: somebody waits for it."""
    PASSES_WHEN_NEAR = "passes_when_near"
    """It goes out when it tells of the same or the next day."""
    WAITS = "waits"
    """It waits until they end."""


@dataclass(frozen=True, slots=True)
class Handling:
    """How a kind is sent: the smaller `priority` first; worthless `lives` after it was written, or once it has begun."""

    priority: int = 5
    night: Night = Night.WAITS
    lives: timedelta | None = None
    until_start: bool = False


ORDINARY: Final = Handling()
_ANSWER: Final = Handling(priority=3, night=Night.PASSES_WHEN_NEAR)
_BEFORE: Final = Handling(priority=3, night=Night.PASSES_WHEN_NEAR, until_start=True)

HANDLING: Final[dict[Template, Handling]] = {
    Template.LOGIN_CODE: Handling(priority=0, night=Night.PASSES, lives=timedelta(minutes=5)),
    Template.TICKET_CALLED: Handling(priority=0, night=Night.PASSES, lives=timedelta(minutes=3)),
    Template.TICKET_NEAR: Handling(priority=1, night=Night.PASSES, lives=timedelta(minutes=10)),
    Template.COUNTER_CANCELLED: Handling(priority=2, night=Night.PASSES_WHEN_NEAR),
    Template.VISIT_CANCELLED: Handling(priority=2, night=Night.PASSES_WHEN_NEAR),
    Template.VISIT_COUNTER_CANCELLED: Handling(priority=2, night=Night.PASSES_WHEN_NEAR),
    Template.URGENT_REQUESTED: _BEFORE,
    Template.URGENT_APPROVED: _BEFORE,
    Template.URGENT_REJECTED: _ANSWER,
    Template.CANCELLED: _ANSWER,
    Template.LATE_CANCELLED: _ANSWER,
    Template.BOOKED: _BEFORE,
    Template.RESCHEDULED: _BEFORE,
    Template.VISIT_BOOKED: _BEFORE,
    Template.VISIT_MOVED: _BEFORE,
    Template.REMINDER: Handling(until_start=True),
    Template.VISIT_REMINDER: Handling(until_start=True),
}


def handling(template: str) -> Handling:
    """Give how a kind of message is sent."""
    return HANDLING.get(Template(template), ORDINARY)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The part of each day in which nobody is disturbed, from its first second to before its last; over midnight or not.

    Wall times of Asia/Shanghai.
    """

    starts: time
    ends: time

    def end_of(self, instant: datetime) -> datetime | None:
        """Give when the quiet hours around an instant end, None when they are not on."""
        local = instant.astimezone(TZ)
        for day in (local.date() - timedelta(days=1), local.date()):
            starts = at(day, self.starts)
            ends = at(day if self.starts < self.ends else day + timedelta(days=1), self.ends)
            if starts <= local < ends:
                return ends
        return None


def quiet_hours(text: str) -> QuietHours | None:
    """Read `21:00-08:00`; nothing written: nobody is ever quiet. Raises ValueError."""
    if not text.strip():
        return None
    starts, _dash, ends = text.replace("–", "-").partition("-")
    return QuietHours(time.fromisoformat(starts.strip()), time.fromisoformat(ends.strip()))


def due(template: str, *, about: datetime | None, quiet: QuietHours | None, now: datetime) -> datetime:
    """Give when a message that is ready `now` may go out: then, or when the quiet hours end.

    `about` is the instant that it tells of, such as the start of the hour that was booked.
    """
    night = handling(template).night
    end = None if quiet is None or night is Night.PASSES else quiet.end_of(now)
    if end is None or (night is Night.PASSES_WHEN_NEAR and _near(about, now)):
        return now
    return end


def _near(about: datetime | None, now: datetime) -> bool:
    if about is None:
        return False
    return 0 <= (about.astimezone(TZ).date() - now.astimezone(TZ).date()).days <= 1


def expires(template: str, *, about: datetime | None, written_at: datetime) -> datetime | None:
    """Give the last instant at which a message is still worth sending, None when it never grows old."""
    kind = handling(template)
    if kind.lives is not None:
        return written_at + kind.lives
    return about if kind.until_start else None


@dataclass(frozen=True, slots=True)
class Evening:
    """The time of reminding about the next day: it began at `since`."""

    since: datetime
    service_date: date


def evening(*, begins: time, quiet: QuietHours | None, now: datetime) -> Evening | None:
    """Give the evening of reminding that is on, None outside it: from `begins` to the quiet hours or to midnight.

    Who was down all evening reminds nobody in the night and nobody the next morning: a late reminder is none.
    """
    today = now.astimezone(TZ).date()
    tomorrow = today + timedelta(days=1)
    ends = at(today, quiet.starts) if quiet is not None and quiet.starts > begins else at(tomorrow, time())
    return Evening(at(today, begins), tomorrow) if at(today, begins) <= now < ends else None

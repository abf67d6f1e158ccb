"""The order of calling as one piece of SQL, and as words (R5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from yueban.domain.queueing.queries.settings import order_of
from yueban.domain.queueing.rules import Punctuality, TicketClass, Why, punctuality
from yueban.kernel import wall

if TYPE_CHECKING:
    from datetime import date, timedelta

    from yueban.domain.queueing.models import Ticket
    from yueban.domain.queueing.queries.hall import CounterFacts
    from yueban.domain.queueing.rules import HallRules

IN_ORDER: Final = """
FROM queueing_ticket t JOIN (
    SELECT first.id, q.rank FROM directory_counterqueue q CROSS JOIN LATERAL (
        SELECT w.id FROM queueing_ticket w
        WHERE w.queue_id = q.queue_id AND w.state = 'waiting' AND w.date = %(date)s
            AND (w.series = 'Y' OR NOT %(booking_only)s)
            AND (w.for_counter_id IS NULL OR w.for_counter_id = %(counter)s)
        ORDER BY w.due_at, w.number, w.id LIMIT 100
    ) first WHERE q.counter_id = %(counter)s
) cq ON cq.id = t.id
WHERE t.state || '' = 'waiting'
ORDER BY (%(bookings_first)s AND t.rank_class = 'arrived_booking') DESC,
    t.due_at + cq.rank * %(step)s::interval, t.number, t.id
"""
"""Waiting tickets of one counter, the next first; aliases t (ticket) and cq (`rank` of its queue at the counter).

A hundred of each queue are looked at: the next one is among them while fewer counters call at the same instant, and
so are arrived bookings, whose head start is the largest, in the 「预约办理」 mode.
Inside a queue the order is that of an index, so a hall with thousands waiting costs no more than a short queue. The
second look at the state is for a ticket that somebody just took; it is written so that no index answers it, or the
planner, which believes that few wait, reads all who wait for each candidate.
"""


def in_order(counter: CounterFacts, *, date: date, step: timedelta) -> dict[str, Any]:
    """The parameters of IN_ORDER."""
    modes = {"booking_only": counter.booking_only, "bookings_first": counter.bookings_first}
    return {"counter": counter.id, "date": date, "step": step, **modes}


def why(ticket: Ticket, hall: HallRules, *, rank: int | None, booking_only: bool) -> Why:
    """The facts of why a ticket was called, by its hall's rules; `rank` None means that the clerk chose it."""
    during = ticket.appointment.during if ticket.appointment is not None else None
    return Why(
        rank_class=TicketClass(ticket.rank_class),
        issued_at=ticket.issued_at,
        slot_start=during.lower if during else None,
        punctuality=punctuality(ticket.issued_at, during.lower, during.upper, order_of(hall, ticket.date))
        if during
        else None,
        remote=ticket.remote,
        rank=rank or 0,
        booking_only=booking_only,
        chosen=rank is None,
    )


def recorded_words(facts: Why) -> str:
    """The sentence as it is recorded: in Chinese, whoever called."""
    with override("zh-hans"):
        return words(facts)


def words(facts: Why) -> str:
    """「预约 10:00，提前取号，按号序」."""
    return _("，").join([*_claim(facts), *_place(facts)])


def _claim(facts: Why) -> list[str]:
    """What the ticket itself brings."""
    if facts.slot_start is None:
        found = [_("现场取号 %(time)s") % {"time": f"{facts.issued_at.astimezone(wall.TZ):%H:%M}"}]
    else:
        found = [_("预约 %(time)s") % {"time": f"{facts.slot_start.astimezone(wall.TZ):%H:%M}"}]
        found.append(_("手机取号") if facts.remote else _punctual(facts.punctuality))
    if facts.rank_class is TicketClass.ARRIVED_BOOKING:
        found.append(_("已到场，优先办理"))
    if facts.rank_class is TicketClass.STATUTORY:
        found.append(_("依法优先"))
    return found


def _punctual(punctual: Punctuality | None) -> str:
    match punctual:
        case Punctuality.EARLY:
            return _("提前取号")
        case Punctuality.LATE:
            return _("迟到取号")
        case _:
            return _("按时取号")


def _place(facts: Why) -> list[str]:
    """What the counter brings."""
    if facts.chosen:
        return [_("窗口指定")]
    found = [_("预约专窗")] if facts.booking_only else []
    if facts.rank:
        found.append(_("本窗口第 %(n)s 顺位队列") % {"n": facts.rank + 1})
    return [*found, _("按号序")]

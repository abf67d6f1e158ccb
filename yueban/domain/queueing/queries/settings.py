"""How a centre runs its hall: its own decisions over those of the regulation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from yueban.domain.queueing.models import CentreHall
from yueban.domain.queueing.rules import CallingOrder, HallRules, MissedRule, TicketClass, UnusedPlaces
from yueban.domain.regulation import queries as regulation

if TYPE_CHECKING:
    from datetime import date


def hall_rules(centre_id: int) -> HallRules:
    """The rules of a centre's hall; the usual ones where it decided nothing."""
    row = CentreHall.objects.filter(pk=centre_id).first()
    if row is None:
        return HallRules()
    return HallRules(
        head_starts=_head_starts(row),
        step=None if row.step is None else timedelta(minutes=row.step),
        missed=MissedRule(row.missed),
        missed_after=row.missed_after,
        missed_limit=row.missed_limit,
        recall_pause=timedelta(seconds=row.recall_pause),
        statutory_age=row.statutory_age,
        unused=UnusedPlaces(row.unused),
        more_time_places=row.more_time_places,
        notice_ahead=row.notice_ahead,
        notice_call=row.notice_call,
        overnight=row.overnight,
    )


def calling_order(centre_id: int, day: date) -> CallingOrder:
    """The calling order of a centre on a day."""
    return order_of(hall_rules(centre_id), day)


def order_of(rules: HallRules, day: date) -> CallingOrder:
    """The calling order of a hall whose rules are known."""
    return rules.order(CallingOrder.of(regulation.in_force(day).parameters))


def _head_starts(row: CentreHall) -> dict[TicketClass, timedelta]:
    minutes = {
        TicketClass.ARRIVED_BOOKING: row.arrived_booking,
        TicketClass.STATUTORY: row.statutory,
        TicketClass.BOOKED_ONLINE: row.booked_online,
        TicketClass.WALK_IN: row.walk_in,
    }
    return {each: timedelta(minutes=value) for each, value in minutes.items() if value is not None}

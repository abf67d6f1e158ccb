"""What stands above one counter: its number in hand, who comes next, and the words of the centre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yueban.domain.audit import queries as audit
from yueban.domain.queueing.queries.devices import texts
from yueban.domain.queueing.queries.hall import counters, rows
from yueban.domain.queueing.queries.order import IN_ORDER, in_order
from yueban.domain.queueing.queries.settings import calling_order
from yueban.domain.queueing.screens import Face, Sight, sight, text_of

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.queueing.queries.hall import CounterFacts

NEXT = 2
HAND = "SELECT label, state FROM queueing_ticket WHERE counter_id = %(counter)s AND state IN ('called', 'serving')"


@dataclass(frozen=True, slots=True)
class CounterFace:
    """A counter as its screen shows it; it is at least as new as `position` of the feed."""

    position: int
    number: int
    name: str
    sight: Sight
    label: str
    text: str
    next: list[str]


def counter_numbered(centre_id: int, number: int) -> CounterFacts | None:
    """The counter of a hall by the number that people see."""
    return next((each for each in counters(centre_id) if each.number == number), None)


def counter_face(counter: CounterFacts, *, now: datetime) -> CounterFace:
    """What the counter's screen shows now."""
    position = audit.last_position()
    hand = rows(HAND, {"counter": counter.id})
    label, state = (hand[0]["label"], hand[0]["state"]) if hand else ("", "")
    face = Face(counter.number, counter.area, counter.mode, label, state)
    words, step = texts(counter.centre_id), calling_order(counter.centre_id, now.date()).step
    waiting = f"SELECT t.label {IN_ORDER} LIMIT %(limit)s"
    coming = rows(waiting, in_order(counter, date=now.date(), step=step) | {"limit": NEXT})
    seen = sight(face)
    shown = label if seen is Sight.CALLED else ""
    return CounterFace(
        position, counter.number, counter.name, seen, shown, text_of(face, words), [each["label"] for each in coming]
    )

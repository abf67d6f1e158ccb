"""Reading what happened: the feed, the history of one thing, and whether the seals hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Max, Q

from yueban.domain.audit.models import Event, Seal
from yueban.domain.audit.rules import FIRST_DIGEST, Recorded, chain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

_FIELDS = tuple(Recorded.__slots__)


def _recorded(events: QuerySet[Event]) -> list[Recorded]:
    return [Recorded(*row) for row in events.values_list(*_FIELDS)]


def after(
    position: int, *, limit: int, centre_id: int | None = None, kinds: Sequence[str] | None = None
) -> list[Recorded]:
    """Give at most `limit` sequenced events past a position, in the order of the feed.

    Positions have no gaps and never appear late, so a reader that resumes at its last one misses nothing
    (`operations.sequence` gives them after commit). Filtering by centre or kind leaves gaps of its own.
    """
    wanted = Q(position__gt=position)
    if centre_id is not None:
        wanted &= Q(centre_id=centre_id)
    if kinds is not None:
        wanted &= Q(kind__in=kinds)
    return _recorded(Event.objects.filter(wanted).order_by("position")[:limit])


@dataclass(frozen=True, slots=True)
class Search:
    """Which events: of a stretch of time (`until` is outside), by whom, of which kinds, about what; empty means any.

    A kind ends in a dot for all that begin so (`staff.`). `before` is the id to page on from.
    """

    since: datetime
    until: datetime
    by: str = ""
    kinds: tuple[str, ...] = ()
    centre_id: int | None = None
    appointment_id: int | None = None
    before: int | None = None


def search(wanted: Search, *, limit: int) -> list[Recorded]:
    """Give at most `limit` events, the newest first; an appointment's own are found whenever they were."""
    found = Q(appointment_id=wanted.appointment_id) if wanted.appointment_id is not None else _within(wanted)
    if wanted.by:
        found &= Q(by=wanted.by)
    if wanted.kinds:
        found &= reduce(
            or_, (Q(kind__startswith=kind) if kind.endswith(".") else Q(kind=kind) for kind in wanted.kinds)
        )
    if wanted.centre_id is not None:
        found &= Q(centre_id=wanted.centre_id)
    if wanted.before is not None:
        found &= Q(id__lt=wanted.before)
    return _recorded(Event.objects.filter(found).order_by("-id")[:limit])


def _within(wanted: Search) -> Q:
    return Q(at__gte=wanted.since, at__lt=wanted.until)


@dataclass(frozen=True, slots=True)
class SealState:
    """How far the log is sealed: when last, how many seals, and how many events wait for theirs."""

    last_at: datetime | None
    seals: int
    waiting: int


def seal_state() -> SealState:
    """Give how far the log is sealed."""
    last = Seal.objects.order_by("-last").first()
    waiting = Event.objects.filter(position__gt=last.last if last else 0).count()
    unplaced = Event.objects.filter(position=None).count()
    return SealState(last.at if last else None, Seal.objects.count(), waiting + unplaced)


def verify_latest(count: int) -> list[str]:
    """Recompute the newest `count` seals and give one sentence for each that does not hold (`verify` takes them all)."""
    newest = list(Seal.objects.order_by("-last")[: count + 1])[::-1]
    previous, end, seals = (FIRST_DIGEST, 0, newest)
    if len(newest) > count:
        previous, end, seals = bytes(newest[0].digest), newest[0].last, newest[1:]
    problems: list[str] = []
    for seal in seals:
        problems.extend(_broken(seal, previous, end))
        previous, end = bytes(seal.digest), seal.last
    return problems


def last_position() -> int:
    """Give the position of the newest sequenced event, 0 when there is none."""
    return Event.objects.aggregate(last=Max("position"))["last"] or 0


def latest_of(by: str) -> datetime | None:
    """Give when somebody's newest event happened, None when there is none; for who wrote much of the log lately."""
    return Event.objects.filter(by=by).order_by("-id").values_list("at", flat=True).first()


def history(appointment_id: int) -> list[Recorded]:
    """Give everything that happened to an appointment, oldest first (N1)."""
    return _recorded(Event.objects.filter(appointment_id=appointment_id).order_by("id"))


def ticket_history(ticket_id: int) -> list[Recorded]:
    """Give everything that happened to a ticket, oldest first."""
    return _recorded(Event.objects.filter(ticket_id=ticket_id).order_by("id"))


def unsealed() -> int:
    """Give how many sequenced events wait for their seal."""
    return Event.objects.filter(position__isnull=False, seal=None).count()


def sealed_range(first: int, last: int) -> list[Recorded]:
    """Give the events of a range of positions in order, both ends included."""
    return _recorded(Event.objects.filter(position__range=(first, last)).order_by("position"))


def verify(*, progress: Callable[[int, int], None] | None = None) -> list[str]:
    """Recompute the chain of seals and give one sentence for each seal that does not hold; none is good.

    `progress` is called with (seals done, seals in all).
    """
    seals = list(Seal.objects.order_by("last"))
    problems: list[str] = []
    previous, end = FIRST_DIGEST, 0
    for done, seal in enumerate(seals, start=1):
        problems.extend(_broken(seal, previous, end))
        previous, end = bytes(seal.digest), seal.last
        if progress is not None:
            progress(done, len(seals))
    return problems


def _broken(seal: Seal, previous: bytes, end: int) -> Iterator[str]:
    name = f"seal {seal.pk} over positions {seal.first} to {seal.last}"
    if seal.first != end + 1:
        yield f"{name} does not continue the one before, which ends at {end}"
    events = sealed_range(seal.first, seal.last)
    if len(events) != seal.last - seal.first + 1:
        yield f"{name} has {len(events)} events"
    elif chain(previous, events) != bytes(seal.digest):
        yield f"{name} has been changed"


def broken_invariants() -> list[str]:
    """Give what `yueban check` must report: broken seals, and holes in the feed."""
    last = last_position()
    count = Event.objects.filter(position__isnull=False).count()
    holes = [] if count == last else [f"the feed has {count} events up to position {last}"]
    return holes + verify()

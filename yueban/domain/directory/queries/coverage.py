"""The two coverage figures of the notice (N2), with what is missing and who owns it; and the directory's invariants."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from yueban.domain.directory.models import Centre, CounterQueue, Matter, Offer, Package, Queue


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that cannot be booked: code and name, and who owns it."""

    kind: str  # centre | matter
    code: str
    name: str
    owner: str
    cause: str  # no_bookable_queue | not_online_bookable | not_offered


@dataclass(frozen=True, slots=True)
class Coverage:
    """Centres with at least one bookable queue, and matters that can be booked, of all in use."""

    centres: int
    centres_bookable: int
    matters: int
    matters_bookable: int
    gaps: tuple[Gap, ...]


def coverage() -> Coverage:
    """Answer the figures as they stand now."""
    centres = list(Centre.objects.filter(active=True).annotate(bookable=Exists(_bookable_queues())).order_by("order"))
    offered = Offer.objects.filter(matter=OuterRef("pk"), centre__active=True, queue__active=True, queue__bookable=True)
    matters = list(_matters().annotate(offered=Exists(offered)).order_by("order", "code"))
    gaps = [*_centre_gaps(centres), *_matter_gaps(matters)]
    missing = {kind: sum(gap.kind == kind for gap in gaps) for kind in ("centre", "matter")}
    return Coverage(
        centres=len(centres),
        centres_bookable=len(centres) - missing["centre"],
        matters=len(matters),
        matters_bookable=len(matters) - missing["matter"],
        gaps=tuple(gaps),
    )


def _bookable_queues() -> QuerySet[Queue]:
    return Queue.objects.filter(centre=OuterRef("pk"), active=True, bookable=True)


def _matters() -> QuerySet[Matter]:
    return Matter.objects.filter(active=True).select_related("department")


def _centre_gaps(centres: Iterable[Centre]) -> Iterable[Gap]:
    for centre in centres:
        if not centre.bookable:  # type: ignore[attr-defined]  # annotated above
            yield Gap("centre", centre.code, centre.name, centre.supervisor, "no_bookable_queue")


def _matter_gaps(matters: Iterable[Matter]) -> Iterable[Gap]:
    for matter in matters:
        if not matter.offered:  # type: ignore[attr-defined]  # annotated above
            yield Gap("matter", matter.code, matter.name, matter.department.name, "not_offered")
        elif not matter.online_bookable:
            yield Gap("matter", matter.code, matter.name, matter.department.name, "not_online_bookable")


def broken_invariants() -> list[str]:
    """Answer the rows that contradict each other, one line each; empty when all is well (`yueban check`)."""
    foreign = CounterQueue.objects.exclude(counter__centre_id=F("queue__centre_id"))
    astray = Offer.objects.exclude(centre_id=F("queue__centre_id"))
    retired = Package.objects.filter(active=True, lead__active=False)
    twice = Centre.objects.annotate(
        prefixes=Count("queue__prefix", filter=Q(queue__active=True), distinct=True),
        queues=Count("queue", filter=Q(queue__active=True)),
    ).exclude(prefixes=F("queues"))
    return [
        *(f"counter {row.counter_id} serves queue {row.queue_id} of another centre" for row in foreign),
        *(f"offer {row.pk} names a queue of another centre" for row in astray),
        *(f"package {row.code} is led by a retired matter" for row in retired),
        *(f"centre {row.code} has two queues with one prefix" for row in twice),
    ]

"""Centres, their queues and counters, and the departments that serve there. Only what is in use, unless said."""

from django.db.models import Count, Prefetch, Q, QuerySet

from yueban.domain.directory.models import Centre, Counter, CounterQueue, Department, Queue, Region
from yueban.domain.directory.rules import storable


class UnknownCentre(LookupError):
    """No centre in use has this code."""


class UnknownDepartment(LookupError):
    """No department in use has this code."""


class UnknownQueue(LookupError):
    """The centre has no such queue."""


class UnknownCounter(LookupError):
    """No counter in use has this id."""


LARGEST_ID = 2**63 - 1


def loaded() -> bool:
    """Tell whether a county has been loaded."""
    return Centre.objects.filter(active=True).exists()


def townships() -> QuerySet[Region]:
    """Answer the county's townships in the order of their codes."""
    return Region.objects.filter(active=True, level="township").order_by("code")


def county_name() -> str:
    """Answer the county's own name, empty before a county is loaded."""
    names = Region.objects.filter(active=True, parent=None).order_by("code").values_list("name", flat=True)
    return names.first() or ""


def centres() -> QuerySet[Centre]:
    """Answer all centres in the county's order, each with its region."""
    return Centre.objects.filter(active=True).select_related("region").order_by("order", "code")


def all_centres() -> QuerySet[Centre]:
    """Answer every centre that history may speak of, retired ones too."""
    return Centre.objects.order_by("order", "code")


def centre(code: str) -> Centre:
    """Answer one centre; raises UnknownCentre."""
    found = centres().filter(code=code).first() if storable(code) else None
    if found is None:
        raise UnknownCentre(code)
    return found


def county_centre() -> Centre:
    """Answer the centre of the county itself, whose telephone is the 总咨询台; raises UnknownCentre."""
    found = centres().exclude(level__in=["township", "village"]).first()
    if found is None:
        raise UnknownCentre("county")
    return found


def queues(centre: Centre) -> QuerySet[Queue]:
    """Answer a centre's queues in order, with their departments."""
    return Queue.objects.filter(centre=centre, active=True).order_by("order").prefetch_related("departments")


def queue(centre: Centre, code: str) -> Queue:
    """Answer one queue of a centre; raises UnknownQueue."""
    found = queues(centre).filter(code=code).first() if storable(code) else None
    if found is None:
        raise UnknownQueue(code)
    return found


def _with_queues() -> QuerySet[Counter]:
    served = CounterQueue.objects.filter(queue__active=True).select_related("queue").order_by("rank")
    return Counter.objects.filter(active=True, centre__active=True).prefetch_related(
        Prefetch("counterqueue_set", queryset=served)
    )


def counters(centre: Centre) -> QuerySet[Counter]:
    """Answer a centre's counters by number; `counterqueue_set` holds what each serves, best first."""
    return _with_queues().filter(centre=centre).order_by("number")


def counter(counter_id: int) -> Counter:
    """Answer one counter with its centre and queues; raises UnknownCounter."""
    known = 0 < counter_id <= LARGEST_ID
    found = _with_queues().select_related("centre").filter(pk=counter_id).first() if known else None
    if found is None:
        raise UnknownCounter(counter_id)
    return found


def queues_of(department_id: int) -> set[int]:
    """Answer the ids of the queues at which a department serves, alone or with others."""
    return set(Queue.objects.filter(departments=department_id, active=True).values_list("pk", flat=True))


def counters_of(department_id: int) -> set[int]:
    """Answer the ids of the counters that serve no queue but a department's own."""
    others = CounterQueue.objects.filter(queue__active=True).exclude(queue__departments=department_id)
    served = Counter.objects.filter(active=True, counterqueue__queue__departments=department_id)
    return set(served.exclude(pk__in=others.values("counter_id")).values_list("pk", flat=True))


def departments(centre: Centre | None = None) -> QuerySet[Department]:
    """Answer the departments (of one centre: those with a matter offered there), each with its `matter_count`."""
    offered = Q(matter__active=True)
    if centre is not None:
        offered &= Q(matter__offer__centre=centre, matter__offer__queue__active=True)
    rows = Department.objects.filter(active=True).annotate(matter_count=Count("matter", filter=offered, distinct=True))
    if centre is not None:
        rows = rows.filter(matter_count__gt=0)
    return rows.order_by("order", "code")


def department(code: str) -> Department:
    """Answer one department; raises UnknownDepartment."""
    found = departments().filter(code=code).first() if storable(code) else None
    if found is None:
        raise UnknownDepartment(code)
    return found

"""The directory as the county folder says it: the inverse of a load."""

from collections.abc import Mapping
from typing import Any, TypeVar

from yueban.domain.directory import county as files
from yueban.domain.directory.county.binding import Notes, bind
from yueban.domain.directory.county.writing import tree
from yueban.domain.directory.models import Centre, Counter, CountyFile, Department, Matter, Package, Queue, Region

RecordT = TypeVar("RecordT")
Sessions = Mapping[str, tuple[files.Session, ...]]


def county(sessions: Sessions) -> files.County:
    """Answer everything in use as one County; `sessions` are those of each centre's code, which calendar keeps."""
    contents = dict(CountyFile.objects.values_list("name", "content"))
    demand = contents.get("demand.yaml")
    return files.County(
        regions=tuple(
            _region(row) for row in Region.objects.filter(active=True).select_related("parent").order_by("code")
        ),
        departments=tuple(_department(row) for row in Department.objects.filter(active=True).order_by("order", "code")),
        centres=_centres(sessions),
        items=tuple(
            _item(row)
            for row in Matter.objects.filter(active=True).select_related("department").order_by("order", "code")
        ),
        packages=_packages(),
        demand=None if demand is None else files.demand_from_plain(demand),
        readme=contents.get("README.md", ""),
    )


def demand() -> files.Demand | None:
    """Answer the assumptions of the demand simulator, None where the county folder had none."""
    content = CountyFile.objects.filter(name="demand.yaml").values_list("content", flat=True).first()
    return None if content is None else files.demand_from_plain(content)


def _region(row: Region) -> files.Region:
    parent = row.parent.code if row.parent else None
    return _record(files.Region, {"code": row.code, "name": row.name, "level": row.level, "parent": parent})


def _department(row: Department) -> files.Department:
    return files.Department(row.code, row.name, row.short_name, row.supervised_by or None)


def _centres(sessions: Sessions) -> tuple[files.Centre, ...]:
    queues = _grouped(Queue.objects.filter(active=True).order_by("order"))
    serving: dict[int, list[str]] = {}
    links = Queue.departments.through.objects.order_by("pk")  # the order in which the file named them
    for queue_id, code in links.values_list("queue_id", "department__code"):
        serving.setdefault(queue_id, []).append(code)
    served = Counter.objects.filter(active=True).order_by("number").prefetch_related("counterqueue_set__queue")
    counters = _grouped(served)
    rows = Centre.objects.filter(active=True).select_related("region").order_by("order", "code")
    return tuple(
        files.Centre(
            code=row.code,
            name=row.name,
            short_name=row.short_name,
            level=row.level,  # type: ignore[arg-type]  # a level of the files, from the files
            region=row.region.code,
            address=row.address,
            phone=row.phone,
            supervisor=row.supervisor,
            sessions=tuple(sessions.get(row.code, ())),
            queues=tuple(_queue(queue, serving) for queue in queues.get(row.pk, ())),
            counters=tuple(_counter(counter) for counter in counters.get(row.pk, ())),
        )
        for row in rows
    )


def _grouped(rows: Any) -> dict[int, list[Any]]:
    result: dict[int, list[Any]] = {}
    for row in rows:
        result.setdefault(row.centre_id, []).append(row)
    return result


def _queue(row: Queue, serving: Mapping[int, list[str]]) -> files.Queue:
    return files.Queue(
        code=row.code,
        name=row.name,
        prefix=row.prefix,
        departments=tuple(serving.get(row.pk, ())),
        avg_service_minutes=row.service_minutes,
        bookable=row.bookable,
        walk_in_share=row.walk_in_share,
    )


def _counter(row: Counter) -> files.Counter:
    links = sorted(row.counterqueue_set.all(), key=lambda link: link.rank)
    return files.Counter(
        number=row.number,
        name=row.name,
        comprehensive=row.comprehensive,
        booking_only=row.booking_only,
        queues=tuple(link.queue.code for link in links),
        area=row.area,
    )


def _item(row: Matter) -> files.Item:
    names = (
        "name", "short_name", "audience", "handling", "promise_days", "legal_days", "scope", "online_bookable",
        "home_visit", "inspection", "high_frequency_personal", "service_minutes", "popularity", "fee",
    )  # fmt: skip
    plain = {name: getattr(row, name) for name in names} | row.guide
    plain |= {
        "id": row.code,
        "department": row.department.code,
        "queue": row.queue_code,
        "township_queue": row.township_queue_code or None,
        "special_procedure": row.special_procedure or None,
    }
    return _record(files.Item, plain)


def _packages() -> tuple[files.Package, ...]:
    rows = (
        Package.objects.filter(active=True)
        .select_related("lead")
        .order_by("order", "code")
        .prefetch_related("packagemember_set__matter")
    )
    return tuple(
        _record(
            files.Package,
            {
                "id": row.code,
                "name": row.name,
                "short_name": row.short_name,
                "audience": row.audience,
                "lead_item": row.lead.code,
                "member_items": [
                    m.matter.code for m in sorted(row.packagemember_set.all(), key=lambda member: member.order)
                ],
                "merged_materials": row.merged_materials,
            },
        )
        for row in rows
    )


def _record(kind: type[RecordT], plain: dict[str, Any]) -> RecordT:
    """Bind what the database holds by the rules of the files, so that an export can always be imported."""
    notes = Notes(kind.__name__)
    value: RecordT = bind(kind, tree(plain), (), notes)
    if notes.problems:
        raise files.CountyInvalid(notes.problems)
    return value

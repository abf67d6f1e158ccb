"""Load a county: idempotent, by code, in one transaction. What the files no longer name is retired, never deleted."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from yueban.domain.audit import operations as audit
from yueban.domain.directory import county as files
from yueban.domain.directory.models import (
    Centre,
    Counter,
    CounterQueue,
    CountyFile,
    Department,
    GuideVersion,
    Matter,
    Offer,
    Package,
    PackageMember,
    Queue,
    Region,
)
from yueban.domain.directory.operations.summary import Progress, Summary, Tally
from yueban.domain.directory.operations.upsert import Table
from yueban.domain.directory.rules import initials, is_township

_LOAD_LOCK = 7_284_190_010  # one load at a time; beside the numbers that audit uses
GUIDE_KEYS = ("conditions", "review_standards", "materials", "faqs")


@transaction.atomic
def load(county: files.County, *, by: str, now: datetime, progress: Progress | None = None) -> Summary:
    """Bring the directory to what `county` says and answer what changed.

    Sessions are not kept here but in calendar, whose own operation calls this one. Writes one audit event, and none
    when nothing changed. `now` is when changed guides begin to hold.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOAD_LOCK])
    loader = _Loader(county, now)
    summary = Summary(loader.run(progress or (lambda _what, _done, _all: None)))
    if summary.anything:
        audit.record(kind="directory.loaded", by=by, at=now, data=summary.as_plain())
    return summary


class _Loader:
    def __init__(self, county: files.County, now: datetime) -> None:
        self.county, self.now = county, now
        self.regions = Table(Region, lambda row: row.code, Region.objects.all())
        self.departments = Table(Department, lambda row: row.code, Department.objects.all())
        self.centres = Table(Centre, lambda row: row.code, Centre.objects.all())
        self.queues = Table(Queue, lambda row: (row.centre_id, row.code), Queue.objects.all())
        self.counters = Table(Counter, lambda row: (row.centre_id, row.number), Counter.objects.all())
        self.matters = Table(Matter, lambda row: row.code, Matter.objects.all())
        self.packages = Table(Package, lambda row: row.code, Package.objects.all())

    def run(self, progress: Progress) -> dict[str, Tally]:
        steps = {
            "regions": self.load_regions,
            "departments": self.load_departments,
            "centres": self.load_centres,
            "queues": self.load_queues,
            "counters": self.load_counters,
            "matters": self.load_matters,
            "offers": self.load_offers,
            "packages": self.load_packages,
            "files": self.load_files,
        }
        result: dict[str, Tally] = {}
        for done, (what, step) in enumerate(steps.items()):
            progress(what, done, len(steps))
            result[what] = step()
        progress("done", len(steps), len(steps))
        return result

    def load_regions(self) -> Tally:
        rows = {r.code: {"code": r.code, "name": r.name, "level": r.level, "active": True} for r in self.county.regions}
        tally = self.regions.bring(rows)
        moved = [r for r in self.county.regions if self.regions.rows[r.code].parent_id != self.region_id(r.parent)]
        for region in moved:
            row = self.regions.rows[region.code]
            row.parent_id = self.region_id(region.parent)
            row.save(update_fields=["parent"])
        return tally

    def region_id(self, code: str | None) -> int | None:
        return self.regions.rows[code].pk if code else None

    def load_departments(self) -> Tally:
        return self.departments.bring(
            {
                d.code: {
                    "code": d.code,
                    "name": d.name,
                    "short_name": d.short_name,
                    "supervised_by": d.supervised_by or "",
                    "active": True,
                    "order": order,
                }
                for order, d in enumerate(self.county.departments)
            }
        )

    def load_centres(self) -> Tally:
        names = ("code", "name", "short_name", "level", "address", "phone", "supervisor")
        return self.centres.bring(
            {
                c.code: _fields(c, names) | {"region_id": self.region_id(c.region), "active": True, "order": order}
                for order, c in enumerate(self.county.centres)
            }
        )

    def load_queues(self) -> Tally:
        wanted: dict[Any, dict[str, Any]] = {}
        departments: dict[Any, tuple[str, ...]] = {}
        for centre in self.county.centres:
            centre_id = self.centres.rows[centre.code].pk
            for order, queue in enumerate(centre.queues):
                demand = _demand(self.county.demand, centre, queue.code)
                wanted[centre_id, queue.code] = _queue_fields(queue) | {
                    "centre_id": centre_id, "order": order, "demand": demand
                }  # fmt: skip
                departments[centre_id, queue.code] = queue.departments
        self.free_prefixes(wanted)
        tally = self.queues.bring(wanted)
        self.link_departments(departments)
        return tally

    def free_prefixes(self, wanted: dict[Any, dict[str, Any]]) -> None:
        """Let two queues exchange their prefixes: a queue that changes its own stands aside first."""
        moving = [q for key, q in self.queues.rows.items() if key in wanted and q.prefix != wanted[key]["prefix"]]
        Queue.objects.filter(pk__in=[queue.pk for queue in moving]).update(active=False)
        for queue in moving:
            queue.active = False

    def link_departments(self, wanted: dict[Any, tuple[str, ...]]) -> None:
        link = Queue.departments.through
        found: dict[int, list[int]] = {}
        for queue, department in link.objects.order_by("pk").values_list("queue_id", "department_id"):
            found.setdefault(queue, []).append(department)
        target = {
            self.queues.rows[key].pk: [self.departments.rows[code].pk for code in codes]
            for key, codes in wanted.items()
        }
        changed = {queue: codes for queue, codes in target.items() if found.get(queue) != codes}
        link.objects.filter(queue_id__in=changed).delete()
        link.objects.bulk_create(link(queue_id=q, department_id=d) for q, codes in changed.items() for d in codes)

    def load_counters(self) -> Tally:
        names = ("number", "name", "comprehensive", "booking_only", "area")
        wanted, served = {}, {}
        for centre in self.county.centres:
            centre_id = self.centres.rows[centre.code].pk
            for counter in centre.counters:
                key = centre_id, counter.number
                wanted[key] = _fields(counter, names) | {"centre_id": centre_id, "active": True}
                served[key] = [self.queues.rows[centre_id, code].pk for code in counter.queues]
        tally = self.counters.bring(wanted)
        return tally + Tally(changed=self.link_queues(served))

    def link_queues(self, served: dict[Any, list[int]]) -> int:
        """Write what each counter serves; the weight that somebody gave a pair stays with the pair."""
        links: dict[int, dict[int, CounterQueue]] = {}
        for link in CounterQueue.objects.order_by("counter_id", "rank"):
            links.setdefault(link.counter_id, {})[link.queue_id] = link
        changed = {
            self.counters.rows[key].pk: queues
            for key, queues in served.items()
            if list(links.get(self.counters.rows[key].pk, ())) != queues
        }
        CounterQueue.objects.filter(counter_id__in=changed).delete()
        CounterQueue.objects.bulk_create(
            CounterQueue(
                counter_id=counter, queue_id=queue, rank=rank, weight=_weight(links.get(counter, {}).get(queue))
            )
            for counter, queues in changed.items()
            for rank, queue in enumerate(queues)
        )
        return len(changed.keys() & links.keys())

    def load_matters(self) -> Tally:
        before = {code: (row.guide_version, _told(row)) for code, row in self.matters.rows.items()}
        wanted = {item.id: self.matter_fields(item, order) for order, item in enumerate(self.county.items)}
        for code, fields in wanted.items():
            version, told = before.get(code, (0, None))
            fields["guide_version"] = version + (told != _told(Matter(**fields)))
        tally = self.matters.bring(wanted)
        rows = [self.matters.rows[code] for code in wanted]
        new = [row for row in rows if before.get(row.code, (0,))[0] != row.guide_version]
        GuideVersion.objects.bulk_create(
            GuideVersion(matter=row, version=row.guide_version, since=self.now, guide=_told(row)) for row in new
        )
        return tally

    def matter_fields(self, item: files.Item, order: int) -> dict[str, Any]:
        plain = files.as_plain(item)
        names = (
            "name", "short_name", "audience", "handling", "promise_days", "legal_days", "scope", "online_bookable",
            "home_visit", "inspection", "high_frequency_personal", "service_minutes", "popularity", "fee",
        )  # fmt: skip
        return _fields(item, names) | {
            "code": item.id,
            "initials": initials(item.name, item.short_name),
            "department_id": self.departments.rows[item.department].pk,
            "queue_code": item.queue,
            "township_queue_code": item.township_queue or "",
            "special_procedure": item.special_procedure or "",
            "guide": {key: plain[key] for key in GUIDE_KEYS},
            "active": True,
            "order": order,
        }

    def load_offers(self) -> Tally:
        """Offer each matter at every centre whose queue for it lists the matter's department (R3.6)."""
        wanted = {
            (self.matters.rows[item.id].pk, self.centres.rows[centre.code].pk): self.queues.rows[
                self.centres.rows[centre.code].pk, queue.code
            ].pk
            for item in self.county.items
            for centre in self.county.centres
            for queue in centre.queues
            if queue.code == (item.township_queue if is_township(centre.level) else item.queue)
            and item.department in queue.departments
        }
        existing = {(offer.matter_id, offer.centre_id): offer for offer in Offer.objects.all()}
        gone = [offer.pk for key, offer in existing.items() if key not in wanted]
        Offer.objects.filter(pk__in=gone).delete()
        moved = [offer for key, offer in existing.items() if key in wanted and offer.queue_id != wanted[key]]
        for offer in moved:
            offer.queue_id = wanted[offer.matter_id, offer.centre_id]
        Offer.objects.bulk_update(moved, ["queue"])
        new = [key for key in wanted if key not in existing]
        Offer.objects.bulk_create(Offer(matter_id=m, centre_id=c, queue_id=wanted[m, c]) for m, c in new)
        return Tally(len(new), len(moved), len(wanted) - len(new) - len(moved), len(gone))

    def load_packages(self) -> Tally:
        tally = self.packages.bring(
            {
                p.id: _fields(p, ("name", "short_name", "audience"))
                | {
                    "code": p.id,
                    "initials": initials(p.name, p.short_name),
                    "lead_id": self.matters.rows[p.lead_item].pk,
                    "merged_materials": files.as_plain(p.merged_materials),
                    "active": True,
                    "order": order,
                }
                for order, p in enumerate(self.county.packages)
            }
        )
        return tally + Tally(changed=sum(self.link_members(package) for package in self.county.packages))

    def link_members(self, package: files.Package) -> bool:
        row = self.packages.rows[package.id]
        wanted = [self.matters.rows[code].pk for code in package.member_items]
        members = PackageMember.objects.filter(package=row)
        found = list(members.order_by("order").values_list("matter_id", flat=True))
        if found == wanted:
            return False
        members.delete()
        PackageMember.objects.bulk_create(
            PackageMember(package=row, matter_id=matter, order=order) for order, matter in enumerate(wanted)
        )
        return bool(found)

    def load_files(self) -> Tally:
        contents = {
            "demand.yaml": files.as_plain(self.county.demand) if self.county.demand else None,
            "README.md": self.county.readme or None,
        }
        return sum((_keep(name, _json(content)) for name, content in contents.items()), start=Tally())


def _keep(name: str, content: Any) -> Tally:
    found = CountyFile.objects.filter(name=name).first()
    if content is None:
        return Tally(retired=CountyFile.objects.filter(name=name).delete()[0])
    if found and found.content == content:
        return Tally(unchanged=1)
    CountyFile.objects.update_or_create(name=name, defaults={"content": content})
    return Tally(changed=1) if found else Tally(added=1)


def _json(value: Any) -> Any:
    """Answer a value as it comes back from a JSON column, where every key is a text."""
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    return [_json(item) for item in value] if isinstance(value, list) else value


def _fields(record: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _queue_fields(queue: files.Queue) -> dict[str, Any]:
    return _fields(queue, ("code", "name", "prefix", "bookable", "walk_in_share")) | {
        "service_minutes": queue.avg_service_minutes,
        "active": True,
    }


def _demand(demand: files.Demand | None, centre: files.Centre, queue: str) -> Decimal | None:
    """Answer the assumed load of a queue in service minutes of a normal day, None where the files say nothing."""
    if demand is None:
        return None
    part = demand.township if is_township(centre.level) else demand.county
    known = part.queues.get(queue)
    if known is None:
        return None
    scale = demand.township.scale.get(centre.code, 1) if is_township(centre.level) else 1
    minutes = known.arrivals.per_day * known.service_time.mean * scale
    return Decimal(str(minutes)).quantize(Decimal("0.01"))


def _weight(link: CounterQueue | None) -> Decimal | None:
    return link.weight if link else None


def _told(matter: Matter) -> dict[str, Any]:
    """Answer what an applicant is told about a matter; a new version of the guide begins when any of it changes."""
    return {
        **matter.guide,
        "fee": matter.fee,
        "handling": matter.handling,
        "promise_days": matter.promise_days,
        "legal_days": matter.legal_days,
    }

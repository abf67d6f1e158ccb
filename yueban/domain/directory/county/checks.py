"""What no single field shows: references, duplicates, overlaps, contradictions between fields."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from yueban.domain.directory.county.binding import Notes, listed, sound
from yueban.domain.directory.county.demand_checks import check_demand
from yueban.domain.directory.county.records import Centre, Item, Package, Queue, Region, Session

RESERVED_PREFIX = "Y"  # of booked tickets (architecture, invariant 4)
TOWNSHIP_LEVELS = ("township", "village")

Parts = Mapping[str, Any]


def check(parts: Parts, notes: Mapping[str, Notes]) -> None:
    """Note everything that contradicts in what could be read; what could not be read was noted before."""
    _Regions(parts, notes["regions"]).check()
    _unique(parts, notes["departments"], "departments", "code", "name")
    _Centres(parts, notes).check()
    _Items(parts, notes).check()
    _Packages(parts, notes).check()
    if "demand" in parts:
        check_demand(parts, notes)


def entries(parts: Parts, name: str) -> Iterator[tuple[int, Any]]:
    """Answer the entries of a file that could be read, with their positions."""
    return iter(listed(parts.get(name, ())))


def _unique(parts: Parts, notes: Notes, name: str, *keys: str) -> None:
    for key in keys:
        repeated(
            notes,
            key,
            ((getattr(entry, key), (name, position, key)) for position, entry in entries(parts, name)),
        )


def repeated(notes: Notes, key: str, values: Iterable[tuple[Any, tuple[str | int, ...]]]) -> None:
    """Note each value that came before, with the line where it came first."""
    seen: dict[Any, int] = {}
    for value, path in values:
        if not sound(value):
            continue
        line = notes.line(*path)
        if value in seen:
            notes.add(line, "duplicate", name=key, value=value, first=seen[value])
        seen.setdefault(value, line)


def known(parts: Parts, notes: Mapping[str, Notes], name: str, key: str) -> set[str] | None:
    """Answer the codes a file defines, in a wrong form too; None where the file could not be read."""
    if name not in parts:
        return None
    return {getattr(entry, key) for _, entry in entries(parts, name)} | notes[name].codes


class _Regions:
    def __init__(self, parts: Parts, notes: Notes) -> None:
        self.parts, self.notes = parts, notes
        self.by_code: dict[str, Region] = {region.code: region for _, region in entries(parts, "regions")}

    def check(self) -> None:
        _unique(self.parts, self.notes, "regions", "code")
        for position, region in entries(self.parts, "regions"):
            self.parent(region, self.notes.line("regions", position, "parent"))

    def parent(self, region: Region, line: int) -> None:
        if region.parent is None or not sound(region.parent):
            return
        if region.parent not in self.by_code and region.parent not in self.notes.codes:
            self.notes.add(line, "unknown_region", value=region.parent)
        seen, step = {region.code}, self.by_code.get(region.parent)
        while step and step.code not in seen:
            seen.add(step.code)
            step = self.by_code.get(step.parent or "")
        if step and step.code == region.code and sound(region.code):
            self.notes.add(line, "region_cycle", value=region.code)


class _Centres:
    def __init__(self, parts: Parts, notes: Mapping[str, Notes]) -> None:
        self.parts, self.notes = parts, notes["centres"]
        self.departments = known(parts, notes, "departments", "code")
        self.regions = known(parts, notes, "regions", "code")
        self.levels = {region.code: region.level for _, region in entries(parts, "regions")}

    def check(self) -> None:
        _unique(self.parts, self.notes, "centres", "code", "short_name")
        for position, centre in entries(self.parts, "centres"):
            path = ("centres", position)
            self.region(centre, path)
            _sessions(centre.sessions, self.notes, (*path, "sessions"))
            self.queues(centre, path)
            self.counters(centre, path)

    def region(self, centre: Centre, path: tuple[str | int, ...]) -> None:
        if not sound(centre.region, centre.level):
            return
        if self.regions is not None and centre.region not in self.regions:
            self.notes.add(self.notes.line(*path, "region"), "unknown_region", value=centre.region)
        level = self.levels.get(centre.region, centre.level)
        if sound(level) and level != centre.level:
            self.notes.add(self.notes.line(*path, "level"), "level_differs", value=centre.level, limit=level)

    def queues(self, centre: Centre, path: tuple[str | int, ...]) -> None:
        for key in ("code", "prefix"):
            values = ((getattr(q, key), (*path, "queues", i, key)) for i, q in listed(centre.queues))
            repeated(self.notes, key, values)
        for i, queue in listed(centre.queues):
            self.queue(queue, (*path, "queues", i))

    def queue(self, queue: Queue, path: tuple[str | int, ...]) -> None:
        if sound(queue.prefix) and queue.prefix.startswith(RESERVED_PREFIX):
            self.notes.add(self.notes.line(*path, "prefix"), "prefix_reserved", value=queue.prefix)
        references(self.notes, "unknown_department", queue.departments, self.departments, (*path, "departments"))

    def counters(self, centre: Centre, path: tuple[str | int, ...]) -> None:
        numbers = ((c.number, (*path, "counters", i, "number")) for i, c in listed(centre.counters))
        repeated(self.notes, "number", numbers)
        codes = {queue.code for _, queue in listed(centre.queues)} if _queues_read(centre) else None
        for i, counter in listed(centre.counters):
            references(self.notes, "unknown_queue", counter.queues, codes, (*path, "counters", i, "queues"))


def references(
    notes: Notes, code: str, values: Sequence[str], defined: set[str] | None, path: tuple[str | int, ...]
) -> None:
    """Note what a list names twice or that nothing defines."""
    repeated(notes, str(path[-1]), ((value, (*path, i)) for i, value in listed(values)))
    for i, value in listed(values):
        if defined is not None and value not in defined:
            notes.add(notes.line(*path, i), code, value=value)


def _queues_read(centre: Centre) -> bool:
    """Tell whether every queue of a centre is known by code and departments."""
    return sound(centre.queues) and all(
        sound(queue) and sound(queue.code, queue.departments) and sound(*queue.departments) for queue in centre.queues
    )


def _sessions(sessions: Sequence[Session], notes: Notes, path: tuple[str | int, ...]) -> None:
    read = [(i, s) for i, s in listed(sessions) if sound(s.start, s.end, s.valid_from, s.valid_to, s.weekdays)]
    for place, (i, session) in enumerate(read):
        line = notes.line(*path, i)
        if session.start >= session.end:
            notes.add(line, "session_backwards", value=f"{session.start:%H:%M}", limit=f"{session.end:%H:%M}")
        if session.valid_from > session.valid_to:
            notes.add(line, "season_backwards", value=session.valid_from, limit=session.valid_to)
        for j, earlier in read[:place]:
            if _overlap(session, earlier):
                notes.add(line, "sessions_overlap", first=notes.line(*path, j))


def _overlap(one: Session, other: Session) -> bool:
    return (
        one.valid_from <= other.valid_to
        and other.valid_from <= one.valid_to
        and not set(one.weekdays).isdisjoint(other.weekdays)
        and one.start < other.end
        and other.start < one.end
    )


class _Items:
    def __init__(self, parts: Parts, notes: Mapping[str, Notes]) -> None:
        self.parts, self.notes = parts, notes["items"]
        self.departments = known(parts, notes, "departments", "code")
        read = all_queues_read(parts)
        self.queues = _queues(parts, township=False) if read else None
        self.township_queues = _queues(parts, township=True) if read else None

    def check(self) -> None:
        _unique(self.parts, self.notes, "items", "id", "name")
        for position, item in entries(self.parts, "items"):
            self.item(item, functools.partial(self.notes.line, "items", position))

    def item(self, item: Item, line: Callable[[str], int]) -> None:
        if self.departments is not None and sound(item.department) and item.department not in self.departments:
            self.notes.add(line("department"), "unknown_department", value=item.department)
        self.queue(item, item.queue, self.queues, line("queue"))
        if item.township_queue is not None:
            self.queue(item, item.township_queue, self.township_queues, line("township_queue"))
        _days(item, self.notes, line)
        _contradictions(item, self.notes, line)

    def queue(self, item: Item, code: str, defined: dict[str, set[str]] | None, line: int) -> None:
        if defined is None or not sound(code, item.department):
            return
        if code not in defined:
            self.notes.add(line, "unknown_queue", value=code)
        elif item.department not in defined[code]:
            self.notes.add(line, "department_not_in_queue", value=item.department, limit=code)


def all_queues_read(parts: Parts) -> bool:
    """Tell whether the queues of all centres are known, so that what names another one is wrong."""
    return "centres" in parts and all(sound(c) and sound(c.level) and _queues_read(c) for c in parts["centres"])


def _queues(parts: Parts, *, township: bool) -> dict[str, set[str]]:
    """Answer the queues of one kind of centre with their departments (over all centres that have the queue)."""
    result: dict[str, set[str]] = {}
    for _, centre in entries(parts, "centres"):
        if (centre.level in TOWNSHIP_LEVELS) is township:
            for queue in centre.queues:
                result.setdefault(queue.code, set()).update(queue.departments)
    return result


def _days(item: Item, notes: Notes, line: Callable[[str], int]) -> None:
    if not sound(item.promise_days):
        return
    if sound(item.handling) and (item.handling == "immediate") != (item.promise_days == 0):
        notes.add(line("promise_days"), "days_contradict", value=item.promise_days)
    if item.legal_days is not None and sound(item.legal_days) and item.legal_days < item.promise_days:
        notes.add(line("legal_days"), "legal_days_shorter", value=item.promise_days, limit=item.legal_days)


def _contradictions(item: Item, notes: Notes, line: Callable[[str], int]) -> None:
    if sound(item.inspection, item.special_procedure) and item.inspection != (item.special_procedure is not None):
        notes.add(line("inspection"), "inspection_contradicts")
    if item.township_queue is not None and item.scope == "none":
        notes.add(line("scope"), "scope_contradicts")
    if item.high_frequency_personal is True and item.audience == "enterprise":
        notes.add(line("high_frequency_personal"), "audience_contradicts")


class _Packages:
    def __init__(self, parts: Parts, notes: Mapping[str, Notes]) -> None:
        self.parts, self.notes = parts, notes["packages"]
        self.known = known(parts, notes, "items", "id")
        self.items: dict[str, Item] = {item.id: item for _, item in entries(parts, "items")}

    def check(self) -> None:
        _unique(self.parts, self.notes, "packages", "id", "name")
        for position, package in entries(self.parts, "packages"):
            self.package(package, ("packages", position))

    def package(self, package: Package, path: tuple[str | int, ...]) -> None:
        if sound(package.id) and package.id in self.items:
            self.notes.add(self.notes.line(*path, "id"), "id_taken", value=package.id)
        if self.known is not None and sound(package.lead_item) and package.lead_item not in self.known:
            self.notes.add(self.notes.line(*path, "lead_item"), "unknown_item", value=package.lead_item)
        references(self.notes, "unknown_item", package.member_items, self.known, (*path, "member_items"))
        if sound(package.lead_item, package.member_items) and package.lead_item in package.member_items:
            self.notes.add(self.notes.line(*path, "lead_item"), "lead_is_member", value=package.lead_item)
        if sound(package.lead_item, package.member_items, package.merged_materials):
            self.totals(package, (*path, "merged_materials"))

    def totals(self, package: Package, path: tuple[str | int, ...]) -> None:
        merged = package.merged_materials
        members = [self.items.get(code) for code in (package.lead_item, *package.member_items)]
        if not sound(merged.separate_total, merged.merged_total, merged.list):
            return
        if all(item is not None and sound(item.materials) for item in members):
            separate = sum(len(item.materials) for item in members if item)
            self.total("separate_total", merged.separate_total, separate, path)
        self.total("merged_total", merged.merged_total, len(merged.list), path)
        if merged.merged_total > merged.separate_total:
            line = self.notes.line(*path, "merged_total")
            self.notes.add(line, "merged_more", value=merged.merged_total, limit=merged.separate_total)

    def total(self, name: str, said: int, real: int, path: tuple[str | int, ...]) -> None:
        if said != real:
            self.notes.add(self.notes.line(*path, name), "total_differs", name=name, value=said, limit=real)

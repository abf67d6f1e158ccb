"""The checklist of an appointment with what was found and handed in; what waits for a reviewer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from yueban.domain.prereview.models import HandedIn, MaterialMark
from yueban.domain.prereview.rules import LIVE, WITHDRAWN, Mark, Material, Outcome, State, open_points

if TYPE_CHECKING:
    from datetime import date, datetime

_CHECKLIST: Final = """
SELECT a.id, r.revision, r.outcome, r.reviewed_at, r.handed_in_at, coalesce(r.materials,
    CASE WHEN k.id IS NULL THEN coalesce(v.guide, m.guide)->'materials' ELSE k.merged_materials->'list' END)::text
FROM booking_appointment a JOIN directory_matter m ON m.id = a.matter_id
LEFT JOIN directory_guideversion v ON v.matter_id = m.id AND v.version = a.guide_version
LEFT JOIN directory_package k ON k.id = a.package_id
LEFT JOIN prereview_review r ON r.appointment_id = a.id
WHERE a.id = %s
"""
_WAITING: Final = """
SELECT a.code, a.name, lower(a.during), m.name, d.name, r.outcome, r.handed_in_at,
    r.handed_in_at IS NOT NULL AND (r.reviewed_at IS NULL OR r.handed_in_at > r.reviewed_at),
    (SELECT count(*) FROM prereview_handedin h WHERE h.review_id = r.id),
    (SELECT count(*) FROM prereview_materialmark k WHERE k.review_id = r.id AND k.state <> 'ok')
FROM prereview_review r JOIN booking_appointment a ON a.id = r.appointment_id
JOIN directory_matter m ON m.id = a.matter_id JOIN directory_department d ON d.id = m.department_id
WHERE a.centre_id = %(centre)s AND a.service_date >= %(today)s AND a.status = ANY(%(live)s)
    AND (%(department)s::bigint IS NULL OR m.department_id = %(department)s::bigint)
ORDER BY 8 DESC, lower(a.during), a.id LIMIT 200
"""


@dataclass(frozen=True, slots=True)
class CopyView:
    """One copy that was handed in; `fresh` when no review has been written since."""

    id: int
    kind: str
    size: int
    at: datetime
    fresh: bool

    @property
    def kilobytes(self) -> int:
        """The size as people read it."""
        return max(1, round(self.size / 1024))


@dataclass(frozen=True, slots=True)
class Item:
    """One material of the checklist with what was found of it."""

    place: int
    material: Material
    mark: Mark | None
    copies: tuple[CopyView, ...]

    @property
    def fresh(self) -> bool:
        """Whether a copy came that nobody has looked at."""
        return any(copy.fresh for copy in self.copies)


@dataclass(frozen=True, slots=True)
class Checklist:
    """The materials of an appointment as its applicant was told them (R3.5). `revision` changes with everything below."""

    appointment_id: int
    revision: int
    outcome: Outcome | None
    reviewed_at: datetime | None
    handed_in_at: datetime | None
    items: tuple[Item, ...]

    @property
    def waits(self) -> bool:
        """Whether copies came that nobody has looked at."""
        return any(item.fresh for item in self.items)

    @property
    def copies(self) -> int:
        """How many copies there are."""
        return sum(len(item.copies) for item in self.items)

    @property
    def open_points(self) -> int:
        """How many materials are to be mended or brought."""
        return open_points({item.place: item.mark for item in self.items if item.mark})

    @property
    def touched(self) -> bool:
        """Whether there is anything to tell: a review or a copy."""
        return self.reviewed_at is not None or self.copies > 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """An appointment whose materials somebody looks at; `waits` when copies came since."""

    code: str
    name: str
    starts_at: datetime
    matter: str
    department: str
    outcome: str
    handed_in_at: datetime | None
    waits: bool
    copies: int
    open_points: int


def checklist(appointment_id: int) -> Checklist:
    """Give the checklist of an appointment, untouched when nobody has begun; raises LookupError without one."""
    row = _row(appointment_id)
    marks = {each.material: Mark(State(each.state), each.advice) for each in _marks(appointment_id)}
    copies = _copies(appointment_id, row[3])
    items = tuple(
        Item(place, material, marks.get(place), tuple(copies.get(place, ())))
        for place, material in enumerate(materials_in(row[5]))
    )
    outcome = Outcome(row[2]) if row[2] else None
    return Checklist(appointment_id, row[1] or 0, outcome, row[3], row[4], items)


def materials_in(text: str | None) -> list[Material]:
    """Read the materials of a guide, or of a package's merged list, from their JSON."""
    return [Material.told(entry) for entry in json.loads(text or "[]")]


def told_materials(appointment_id: int) -> list[Any]:
    """Give the entries of the checklist as they were told, to be kept with the review."""
    found: list[Any] = json.loads(_row(appointment_id)[5] or "[]")
    return found


def _row(appointment_id: int) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_CHECKLIST, [appointment_id])
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        raise LookupError(appointment_id)
    return row


def _marks(appointment_id: int) -> list[MaterialMark]:
    return list(MaterialMark.objects.filter(review__appointment=appointment_id))


def _copies(appointment_id: int, reviewed_at: datetime | None) -> dict[int, list[CopyView]]:
    rows = HandedIn.objects.filter(review__appointment=appointment_id).order_by("at", "id")
    found: dict[int, list[CopyView]] = {}
    for material, copy_id, kind, size, at in rows.values_list("material", "id", "kind", "size", "at"):
        fresh = reviewed_at is None or at > reviewed_at
        found.setdefault(material, []).append(CopyView(copy_id, kind, size, at, fresh))
    return found


def waiting(centre_id: int, *, department_id: int | None, today: date) -> list[Waiting]:
    """Give the hall's appointments under review from today on, those with new copies first; of one department if given."""
    values = {"centre": centre_id, "department": department_id, "today": today, "live": sorted(LIVE)}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, values)
        return [Waiting(*row) for row in cursor.fetchall()]


_BROKEN: Final = {
    "a review tells an outcome that its marks do not give": """
        SELECT 'review ' || r.id FROM prereview_review r WHERE r.outcome <> '' AND (r.outcome = 'passed') <>
            NOT EXISTS (SELECT 1 FROM prereview_materialmark k WHERE k.review_id = r.id AND k.state <> 'ok')""",
    "a copy or mark is of a material that the checklist does not have": """
        SELECT 'review ' || r.id FROM prereview_review r
        WHERE jsonb_array_length(r.materials) <= (SELECT max(x.material) FROM (
            SELECT material FROM prereview_materialmark WHERE review_id = r.id
            UNION ALL SELECT material FROM prereview_handedin WHERE review_id = r.id) x)""",
}


def broken_invariants() -> list[str]:
    """Give a line for every row that breaks an invariant; an empty list is the proof."""
    broken = []
    with connection.cursor() as cursor:
        for meaning, statement in _BROKEN.items():
            cursor.execute(statement)
            broken += [f"{meaning}: {row[0]}" for row in cursor.fetchall()]
    return broken


def expired(*, last_kept: date, limit: int) -> list[int]:
    """Give the ids of copies that are kept no longer: of service dates before `last_kept`, and of withdrawn appointments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.id FROM prereview_handedin h JOIN prereview_review r ON r.id = h.review_id"
            " JOIN booking_appointment a ON a.id = r.appointment_id"
            " WHERE a.service_date < %s OR a.status = ANY(%s) ORDER BY h.id LIMIT %s::int",
            [last_kept, sorted(WITHDRAWN), limit],
        )
        return [row[0] for row in cursor.fetchall()]

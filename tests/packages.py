"""A 一件事 for tests: a lead matter of a hall and members of other departments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.factories import make_matter, request_for
from yueban.domain.booking import operations as booking
from yueban.domain.directory.models import Department, Package, PackageMember

if TYPE_CHECKING:
    from datetime import datetime

    from tests.factories import Hall


def make_package(hall: Hall, *, members: int = 2, code: str = "package") -> Package:
    """Make a package that the hall's matter leads, each member in a department of its own (`member-1`, …)."""
    package = Package.objects.create(
        code=code,
        name="样例一件事",
        short_name="样例一件事",
        audience="personal",
        lead=hall.matter,
        merged_materials={"separate_total": 9, "merged_total": 2, "list": ["居民身份证", "户口簿"], "note": ""},
    )
    for order in range(1, members + 1):
        department, _ = Department.objects.get_or_create(
            code=f"member-{order}", defaults={"name": f"样例部门{order}", "short_name": f"样例{order}"}
        )
        matter = make_matter(department, hall.queue, code=f"{code}-m{order}", name=f"样例成员事项{order}")
        PackageMember.objects.create(package=package, matter=matter, order=order)
    return package


def book_package(hall: Hall, package: Package, n: int = 1, *, hour: int = 9, now: datetime) -> str:
    """Book a package for the n-th applicant online and give the number."""
    request = replace(request_for(hall, hall.slot(hour), n), matter="", package=package.code)
    return booking.book(request, by="applicant", now=now).code

"""Matters, where they are offered, and packages."""

import unicodedata
from typing import Any

from django.db.models import Case, Exists, F, FloatField, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Cast, Coalesce

from yueban.domain.directory.models import (
    Centre,
    Department,
    GuideVersion,
    Matter,
    Offer,
    Package,
    PackageMember,
    Queue,
)
from yueban.domain.directory.rules import storable

LONGEST_SEARCH = 50
MOST_WORDS = 5


class UnknownMatter(LookupError):
    """No matter in use has this id."""


class UnknownPackage(LookupError):
    """No package in use has this id."""


def _in_use() -> QuerySet[Matter]:
    return Matter.objects.filter(active=True, department__active=True).select_related("department")


def search_matters(
    text: str = "", *, centre: Centre | None = None, department: Department | None = None, audience: str = ""
) -> QuerySet[Matter]:
    """Answer matters whose name, department or pinyin initials hold every word of `text`, the best fit first.

    `audience` personal or enterprise also finds what is for both. Nothing is raised for odd text: it finds nothing.
    """
    rows = _in_use()
    if centre is not None:
        rows = rows.filter(Exists(Offer.objects.filter(matter=OuterRef("pk"), centre=centre, queue__active=True)))
    if department is not None:
        rows = rows.filter(department=department)
    if audience:
        rows = rows.filter(audience__in=[audience, "both"])
    words = _words(text)
    for word in words:
        rows = rows.filter(_matches(word))
    return _ranked(rows, words) if words else rows.order_by("department__order", "order", "code")


def _words(text: str) -> list[str]:
    """Answer what to look for: full width made half, lower case, without what PostgreSQL cannot hold."""
    plain = unicodedata.normalize("NFKC", text[: LONGEST_SEARCH * 2]).lower()
    kept = "".join(letter for letter in plain if storable(letter))
    return kept[:LONGEST_SEARCH].split()[:MOST_WORDS]


def _matches(word: str) -> Q:
    found = Q(name__icontains=word) | Q(short_name__icontains=word) | Q(department__name__icontains=word)
    found |= Q(department__short_name__icontains=word) | Q(code=word)
    return found | Q(initials__contains=word) if word.isascii() and word.isalnum() else found


def _ranked(rows: QuerySet[Matter], words: list[str]) -> QuerySet[Matter]:
    first = words[0]
    fit = Case(
        When(Q(name__iexact=first) | Q(short_name__iexact=first) | Q(code=first), then=Value(0)),
        When(Q(name__istartswith=first) | Q(short_name__istartswith=first), then=Value(1)),
        When(Q(name__icontains=first) | Q(short_name__icontains=first), then=Value(2)),
        When(Q(initials__startswith=first), then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    return rows.annotate(fit=fit).order_by("fit", "-popularity", "order", "code")


def matter(code: str) -> Matter:
    """Answer one matter with its guide and department; raises UnknownMatter."""
    found = _in_use().filter(code=code).first() if storable(code) else None
    if found is None:
        raise UnknownMatter(code)
    return found


def guide_as_told(matter: Matter, version: int) -> dict[str, Any]:
    """Answer what an applicant was told about a matter when `version` held (conditions … faqs, fee, days)."""
    found = GuideVersion.objects.filter(matter=matter, version=version).values_list("guide", flat=True).first()
    return found if found is not None else dict(matter.guide)


def popular_matters(limit: int = 8) -> list[Matter]:
    """Answer what is most wanted: the share of a matter in its queue times the load of that queue over the county."""
    load = (
        Queue.objects.filter(code=OuterRef("queue_code"), active=True, centre__active=True)
        .values("code")
        .annotate(sum=Sum(F("demand") / F("service_minutes"), output_field=FloatField()))
        .values("sum")
    )
    share = Cast("popularity", FloatField()) / Window(Sum("popularity"), partition_by="queue_code")
    rows = _in_use().annotate(wanted=share * Coalesce(load, 1.0, output_field=FloatField()))
    return list(rows.order_by("-wanted", "order", "code")[:limit])


def offers(matter: Matter) -> QuerySet[Offer]:
    """Answer where a matter is handled: each offer with its centre and queue, in the county's order of centres."""
    return (
        Offer.objects.filter(matter=matter, centre__active=True, queue__active=True)
        .select_related("centre", "queue")
        .order_by("centre__order", "centre__code")
    )


def offer(matter: Matter, centre: Centre) -> Offer | None:
    """Answer the offer of a matter at one centre, None where it is not handled there."""
    return offers(matter).filter(centre=centre).first()


def queues_with_frequent_matters(centre: Centre) -> set[int]:
    """Answer the ids of a centre's queues where a personal high-frequency matter is handled (R3.3)."""
    rows = Offer.objects.filter(centre=centre, queue__active=True, matter__active=True)
    return set(rows.filter(matter__high_frequency_personal=True).values_list("queue_id", flat=True))


def packages() -> QuerySet[Package]:
    """Answer all packages with their lead matter, and members in order as `packagemember_set`."""
    return _package_rows().order_by("order", "code")


def search_packages(text: str, *, department: Department | None = None) -> QuerySet[Package]:
    """Answer packages whose name or pinyin initials hold every word of `text`; those that a department leads, if given."""
    rows, words = packages(), _words(text)
    for word in words:
        found = Q(name__icontains=word) | Q(short_name__icontains=word)
        rows = rows.filter(found | Q(initials__contains=word) if word.isascii() and word.isalnum() else found)
    if department is not None:
        rows = rows.filter(lead__department=department)
    return rows if words else rows.none()


def _package_rows() -> QuerySet[Package]:
    rows = Package.objects.filter(active=True, lead__active=True).select_related("lead__department")
    return rows.prefetch_related("packagemember_set__matter__department")


def package(code: str) -> Package:
    """Answer one package; raises UnknownPackage."""
    found = _package_rows().filter(code=code).first() if storable(code) else None
    if found is None:
        raise UnknownPackage(code)
    return found


def packages_of(matter: Matter) -> QuerySet[Package]:
    """Answer the packages that a matter leads or belongs to."""
    belongs = Exists(PackageMember.objects.filter(package=OuterRef("pk"), matter=matter))
    return packages().filter(Q(lead=matter) | Q(belongs))

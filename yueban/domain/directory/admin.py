"""Reference data in the admin: looked up, and mended between two imports. Nothing is deleted, only retired.

The next import of the county folder has the last word; what is changed here belongs into the files too (`yueban export`).
"""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from yueban.domain.directory.models import (
    Centre,
    Counter,
    CounterQueue,
    Department,
    Matter,
    Offer,
    Package,
    PackageMember,
    Queue,
    Region,
)


class Reference(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Retired instead of deleted; codes are fixed, because files and channels name things by them."""

    list_filter_submit = True
    warn_unsaved_form = True
    list_per_page = 50
    fixed: tuple[str, ...] = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Fix what names a thing once it exists."""
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj else ()))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  Django's signature
        """History points to every row: switch `active` off instead."""
        return False


class Links(TabularInline):  # type: ignore[misc]  # unfold ships no types
    """Rows of a list inside another page."""

    extra = 0


class QueueLinks(Links):
    """What a counter serves, best first."""

    model = CounterQueue
    autocomplete_fields = ("queue",)


class Members(Links):
    """The matters of a package."""

    model = PackageMember
    autocomplete_fields = ("matter",)


class Offers(Links):
    """Where a matter can be handled: derived at import, only shown."""

    model = Offer
    fields = readonly_fields = ("centre", "queue")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  Django's signature
        """Offers follow from queues and matters."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  Django's signature
        """Offers follow from queues and matters."""
        return False


@admin.register(Region)
class RegionAdmin(Reference):
    """行政区划."""

    list_display = ("name", "code", "level", "parent", "active")
    list_filter = ("level", "active")
    search_fields = ("name", "code")


@admin.register(Department)
class DepartmentAdmin(Reference):
    """部门."""

    list_display = ("name", "short_name", "code", "supervised_by", "active")
    list_filter = ("active",)
    search_fields = ("name", "short_name", "code")


@admin.register(Centre)
class CentreAdmin(Reference):
    """中心."""

    list_display = ("name", "code", "level", "phone", "address", "active")
    list_filter = ("level", "active")
    search_fields = ("name", "short_name", "code")
    list_select_related = ("region",)


@admin.register(Queue)
class QueueAdmin(Reference):
    """队列."""

    list_display = ("name", "centre", "prefix", "service_minutes", "walk_in_share", "bookable", "active")
    list_filter = ("bookable", "active", "centre")
    search_fields = ("name", "code", "centre__name")
    list_select_related = ("centre",)
    filter_horizontal = ("departments",)
    fixed = ("code", "centre", "demand")


@admin.register(Counter)
class CounterAdmin(Reference):
    """窗口."""

    list_display = ("name", "number", "centre", "area", "comprehensive", "booking_only", "active")
    list_filter = ("comprehensive", "booking_only", "active", "centre")
    search_fields = ("name", "centre__name")
    list_select_related = ("centre",)
    inlines = (QueueLinks,)
    fixed = ("number", "centre")


@admin.register(Matter)
class MatterAdmin(Reference):
    """事项; its guide comes from the files, so that each version of it is kept."""

    list_display = ("name", "department", "audience", "scope", "online_bookable", "service_minutes", "active")
    list_filter = ("audience", "scope", "online_bookable", "high_frequency_personal", "active", "department")
    search_fields = ("name", "short_name", "initials", "code")
    list_select_related = ("department",)
    inlines = (Offers,)
    fixed = (
        "code", "initials", "department", "queue_code", "township_queue_code", "fee", "handling", "promise_days",
        "legal_days", "guide", "guide_version",
    )  # fmt: skip


@admin.register(Package)
class PackageAdmin(Reference):
    """一件事套餐."""

    list_display = ("name", "lead", "audience", "active")
    list_filter = ("audience", "active")
    search_fields = ("name", "code")
    list_select_related = ("lead",)
    autocomplete_fields = ("lead",)
    inlines = (Members,)

"""Where the desk begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from yueban.domain.people.rules import Permission
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yueban.surfaces.workplace import Workplace


@require_GET
@at_work(Permission.BOOK_FOR_OTHERS)
def home(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show what waits for this desk."""
    return page(request, "desk/home.html", place)

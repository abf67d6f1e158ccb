"""Where the desk begins: what waits, the late on top, and a field that finds an appointment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from yueban.domain.people.rules import Permission
from yueban.kernel import clock
from yueban.surfaces.desk import arrivals, callbacks
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from yueban.surfaces.desk.cards import Card
    from yueban.surfaces.workplace import Workplace

MAKERS: list[Callable[[Workplace, datetime], Card | None]] = [callbacks.card, arrivals.card]
"""The cards of the desk in their order; a maker answers None where its work is not this person's."""


@require_GET
@at_work(Permission.BOOK_FOR_OTHERS)
def home(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show what waits for this desk; cards with something late come first."""
    now = clock.now()
    made = [card for maker in MAKERS if (card := maker(place, now)) is not None]
    return page(request, "desk/home.html", place, cards=sorted(made, key=lambda card: not card.late))

"""Putting regulations on record."""

from __future__ import annotations

from yueban.domain.regulation.models import Regulation
from yueban.domain.regulation.rules import Parameters
from yueban.domain.regulation.rules.texts import shenqiu_2022_7


def seed() -> None:
    """Put the founding regulation on record unless one of its date is there already; the migration does it first."""
    document = shenqiu_2022_7()
    Regulation.objects.get_or_create(
        effective_from=document.effective_from,
        defaults={
            "title": document.title,
            "number": document.number,
            "parameters": Parameters().to_json(),
            "clauses": list(document.clauses),
        },
    )

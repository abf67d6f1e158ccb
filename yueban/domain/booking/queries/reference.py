"""The regulation and the working days, kept in memory and tested against the revision that every read returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from yueban.domain.calendar import queries as calendar
from yueban.domain.regulation import queries as regulation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from yueban.domain.calendar.rules import WorkingDays
    from yueban.domain.regulation.queries import RegulationView


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reference:
    """What was true at `revision`."""

    revision: int
    days: WorkingDays
    editions: tuple[RegulationView, ...]

    def in_force(self, on: date) -> RegulationView:
        """Give the edition in force on a date (the first one for days before it)."""
        past = [edition for edition in self.editions if edition.effective_from <= on]
        return past[-1] if past else self.editions[0]

    def edition(self, identity: int) -> RegulationView:
        """Give an edition by its id."""
        return next(edition for edition in self.editions if edition.id == identity)


_kept: list[Reference] = []


def current() -> Reference:
    """Give the reference data in memory, read once a process; whoever decides by it must test its revision."""
    return _kept[-1] if _kept else _refresh()


def fresh(read: Callable[[Reference], tuple[int, T]]) -> tuple[Reference, T]:
    """Run a read that also returns the database's revision; run it again when the reference data was older."""
    reference = current()
    revision, found = read(reference)
    while revision != reference.revision:
        reference = _refresh()
        revision, found = read(reference)
    return reference, found


def _refresh() -> Reference:
    revision = regulation.revision()
    reference = Reference(
        revision=revision,
        days=calendar.working_days(),
        editions=tuple(sorted(regulation.history(), key=lambda edition: edition.effective_from)),
    )
    _kept[:] = [reference]
    return reference


def edition(identity: int) -> RegulationView:
    """Give an edition of the regulation by its id; one that was added since is read."""
    found = [edition for edition in current().editions if edition.id == identity]
    return found[0] if found else _refresh().edition(identity)

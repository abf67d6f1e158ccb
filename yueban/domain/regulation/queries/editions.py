"""Which regulation holds when, and its clauses as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from django.db import connection
from django.utils.translation import get_language

from yueban.domain.regulation.models import Regulation
from yueban.domain.regulation.queries.labels import parameter_label, parameter_value
from yueban.domain.regulation.queries.sentences import citation
from yueban.domain.regulation.rules import Clause, Parameters, parameters_of
from yueban.domain.regulation.rules.texts import system_texts

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class UnknownRegulation(LookupError):
    """No edition has this id, or none is loaded."""


@dataclass(frozen=True, slots=True)
class RegulationView:
    """One edition: in force from 00:00 of `effective_from` until the next one's date."""

    id: int
    title: str
    number: str
    effective_from: date
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class ParameterView:
    """One number of the regulation as a person reads it; `changed`: it is not the document's value."""

    name: str
    label: str
    value: str
    changed: bool


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One clause: what the document says (`text`, Chinese) and what the system does for it (active language)."""

    id: Clause
    citation: str
    section: str
    heading: str
    text: str
    system: str
    later: bool
    """Not all of it is offered yet."""
    parameters: tuple[ParameterView, ...]


def revision() -> int:
    """Return the number that changes with every change of reference data; equal numbers mean equal data.

    It comes from a sequence, so that a rolled back transaction never lends its number to another state.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM regulation_revision")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


class Kept(Generic[T]):
    """A value read from reference data, kept in this process as long as the revision stands."""

    def __init__(self, load: Callable[[], T]) -> None:
        """Remember how to read it; nothing is read yet."""
        self._load = load
        self._kept: tuple[int, T] | None = None

    def get(self) -> T:
        """Return the value, read again when the reference data changed since."""
        current = revision()
        kept = self._kept
        if kept is None or kept[0] != current:
            kept = self._kept = current, self._load()
        return kept[1]


@dataclass(frozen=True, slots=True)
class _Edition:
    view: RegulationView
    clauses: tuple[dict[str, Any], ...]


def _load() -> tuple[_Edition, ...]:
    rows = Regulation.objects.order_by("effective_from")
    return tuple(_Edition(_view(row), tuple(row.clauses)) for row in rows)


def _view(row: Regulation) -> RegulationView:
    parameters = Parameters.from_json(row.parameters)
    return RegulationView(row.pk, row.title, row.number, row.effective_from, parameters)


_editions: Final = Kept(_load)


def history() -> tuple[RegulationView, ...]:
    """Return all editions, the oldest first."""
    return tuple(edition.view for edition in _editions.get())


def in_force(on: date) -> RegulationView:
    """Return the edition in force on a date; before the first one's date, the first. `UnknownRegulation` when none is."""
    return _in_force(on).view


def by_id(identity: int) -> RegulationView:
    """Return an edition by its id; `UnknownRegulation` when there is none."""
    for edition in _editions.get():
        if edition.view.id == identity:
            return edition.view
    raise UnknownRegulation(identity)


def clauses(on: date) -> tuple[ClauseView, ...]:
    """Return the clauses in force on a date, in the document's order, in the active language."""
    edition = _in_force(on)
    english = (get_language() or "").startswith("en")
    return tuple(_clause_view(clause, edition.view.parameters, english=english) for clause in edition.clauses)


def _in_force(on: date) -> _Edition:
    editions = _editions.get()
    if not editions:
        raise UnknownRegulation(on)
    past = [edition for edition in editions if edition.view.effective_from <= on]
    return past[-1] if past else editions[0]


def _clause_view(clause: dict[str, Any], parameters: Parameters, *, english: bool) -> ClauseView:
    def told(key: str) -> str:
        return str(clause[f"{key}_en" if english else key])

    identity = Clause(clause["id"])
    ours = system_texts()[identity]
    return ClauseView(
        id=identity,
        citation=citation(identity),
        section=told("section"),
        heading=told("heading"),
        text=clause["text"],
        system=ours.system_en if english else ours.system,
        later=ours.later,
        parameters=tuple(_parameter_view(name, parameters) for name in parameters_of(identity)),
    )


def _parameter_view(name: str, parameters: Parameters) -> ParameterView:
    value = getattr(parameters, name)
    changed = value != getattr(Parameters(), name)
    return ParameterView(name, parameter_label(name), parameter_value(name, value), changed)

"""Bring the rows of one table to what the files say: few statements, and only rows that differ are written."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from django.db.models import Manager, Model

from yueban.domain.directory.operations.summary import Tally

ModelT = TypeVar("ModelT", bound=Model)
BATCH = 500


class Table(Generic[ModelT]):
    """The rows of one table by key. `wanted` gives the fields of each key; rows without a key there are retired."""

    def __init__(self, model: type[ModelT], key: Callable[[ModelT], Any], rows: Iterable[ModelT]) -> None:
        self.model = model
        self.manager: Manager[ModelT] = model._default_manager  # noqa: SLF001  Django's documented way for any model
        self.key = key
        self.rows: dict[Any, ModelT] = {key(row): row for row in rows}

    def bring(self, wanted: Mapping[Any, Mapping[str, Any]]) -> Tally:
        """Retire, add and change, in that order, so that a number or prefix may pass from one row to another."""
        retired = self.retire(wanted.keys())
        added = [self.model(**fields) for key, fields in wanted.items() if key not in self.rows]
        changed = [row for key, fields in wanted.items() if (row := self.rows.get(key)) and self.assign(row, fields)]
        self.store(added, changed, wanted)
        return Tally(len(added), len(changed), len(wanted) - len(added) - len(changed), retired)

    def retire(self, kept: Iterable[Any]) -> int:
        """Switch off what the files no longer name; rows that history points to must stay."""
        kept = set(kept)
        gone = [row for key, row in self.rows.items() if key not in kept and getattr(row, "active", True)]
        self.manager.filter(pk__in=[row.pk for row in gone]).update(active=False)
        for row in gone:
            row.active = False  # type: ignore[attr-defined]  # each model here has it
        return len(gone)

    @staticmethod
    def assign(row: ModelT, fields: Mapping[str, Any]) -> bool:
        """Set the fields that differ; tell whether any did."""
        differing = {name: value for name, value in fields.items() if getattr(row, name) != value}
        for name, value in differing.items():
            setattr(row, name, value)
        return bool(differing)

    def store(self, added: list[ModelT], changed: list[ModelT], wanted: Mapping[Any, Mapping[str, Any]]) -> None:
        """Write new and changed rows, and know the new ones by key from now on."""
        if changed:
            names = sorted(next(iter(wanted.values())))
            self.manager.bulk_update(changed, names, batch_size=BATCH)
        self.rows |= {self.key(row): row for row in self.manager.bulk_create(added, batch_size=BATCH)}

"""What a load did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from typing_extensions import override

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told of long work: what is being done (a code), steps done, steps in all."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records of one kind were added, changed, left unchanged or retired."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Answer the sum, field by field."""
        return Tally(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.retired + other.retired,
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """A load, kind by kind (`regions`, `departments`, `centres`, `queues`, `counters`, `matters`, `offers`, `packages`)."""

    kinds: Mapping[str, Tally] = field(default_factory=dict)

    @property
    def total(self) -> Tally:
        """Answer the sum over all kinds."""
        return sum(self.kinds.values(), start=Tally())

    @property
    def anything(self) -> bool:
        """Tell whether the load changed the database."""
        total = self.total
        return bool(total.added or total.changed or total.retired)

    @override
    def __str__(self) -> str:
        """Answer one line per kind, for whoever ran the load."""
        lines = (
            f"{kind:<12} {t.added:>6} added {t.changed:>6} changed {t.unchanged:>6} unchanged {t.retired:>6} retired"
            for kind, t in self.kinds.items()
        )
        return "\n".join(lines)

    def as_plain(self) -> dict[str, dict[str, int]]:
        """Answer the numbers for the audit log."""
        return {
            kind: {"added": t.added, "changed": t.changed, "unchanged": t.unchanged, "retired": t.retired}
            for kind, t in self.kinds.items()
        }

"""Every address of the site, by the name of its view; what the tests about permissions walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """One address: its name with the surface's, its pattern, its view and the names of what stands in it."""

    name: str
    pattern: str
    view: Callable[..., Any]
    parts: tuple[str, ...]

    @property
    def permissions(self) -> frozenset[str] | None:
        """What `requires` wrote on the view: None where nothing is stated, empty for anybody of the staff."""
        return getattr(self.view, "permissions", None)


def addresses() -> dict[str, Address]:
    """Give all but Django's own admin, whose permissions are those of its models."""
    return {each.name: each for each in _below(get_resolver().url_patterns) if not each.pattern.startswith("admin/")}


def _below(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[Address]:
    for each in patterns:
        pattern = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _below(each.url_patterns, pattern, each.namespace or space)
        elif isinstance(each, URLPattern):
            name = f"{space}:{each.name}" if space and each.name else each.name or pattern
            yield Address(name, pattern, each.callback, tuple(each.pattern.converters))

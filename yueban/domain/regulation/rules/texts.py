"""The packaged texts: the document cut into clauses, and what this system does for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from yueban.domain.regulation.rules.reasons import Clause

_TEXTS = resources.files("yueban.domain.regulation").joinpath("texts")


@dataclass(frozen=True, slots=True)
class Document:
    """A regulation as published; `clauses` are plain values, as an edition keeps them."""

    title: str
    number: str
    effective_from: date
    clauses: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class SystemText:
    """What this system does for a clause, in Chinese and English; `later`: not all of it is offered yet."""

    system: str
    system_en: str
    later: bool = False


@cache
def shenqiu_2022_7() -> Document:
    """Return 沈"放管服"办[2022]7号, the regulation this project was made for."""
    data = _read("shenqiu-2022-7.yaml")
    effective_from = date.fromisoformat(data["effective_from"])
    return Document(data["title"], data["number"], effective_from, tuple(data["clauses"]))


@cache
def system_texts() -> dict[Clause, SystemText]:
    """Return what the system does, for every clause."""
    return {Clause(clause): SystemText(**text) for clause, text in _read("system.yaml").items()}


def _read(name: str) -> Any:
    return yaml.safe_load(_TEXTS.joinpath(name).read_text(encoding="utf-8"))

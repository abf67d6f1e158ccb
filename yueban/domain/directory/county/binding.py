"""From a tree of located values to the typed records, by the records' own annotations; every problem is collected.

A binder answers the value, or BROKEN after it has noted why. A record or list with a broken part is built all the same, so
that what is wrong elsewhere in it is found too; whoever noted a problem must not hand the result on.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from yueban.domain.directory.county import documents
from yueban.domain.directory.county.problems import Problem
from yueban.domain.directory.county.records import Between, Form, Length, MonthDay, Places, SomeOf

BROKEN: Final = object()
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_LEAP_YEAR = 2024
_SHOWN = 40


class Notes:
    """Where a record stands in its file, and what is wrong; paths are keys and positions from the file's root."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: dict[tuple[str | int, ...], int] = {}
        self.codes: set[str] = set()  # that stand in the file in a wrong form, so that references to them are known

    def add(self, line: int, code: str, **details: object) -> object:
        """Note a problem; answers BROKEN for the binder to hand on."""
        self.problems.append(Problem(self.file, line, code, tuple((k, str(v)) for k, v in details.items())))
        return BROKEN

    def line(self, *path: str | int) -> int:
        """Answer the line of a path, or of its nearest known parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def sound(*values: Any) -> bool:
    """Tell whether all values could be read."""
    return all(value is not BROKEN for value in values)


def listed(values: Any) -> list[tuple[int, Any]]:
    """Answer the entries of a list that could be read, with their positions; none of a list that could not."""
    return [(i, value) for i, value in enumerate(values) if sound(value)] if sound(values) else []


Path: TypeAlias = tuple[str | int, ...]
Binder: TypeAlias = Callable[[documents.Tree, Path, Notes], Any]


def bind(kind: Any, tree: documents.Tree, path: Path, notes: Notes) -> Any:
    """Answer `tree` as a `kind`, or BROKEN with the reasons in `notes`."""
    return binder(kind)(tree, path, notes)


@cache
def binder(kind: Any) -> Binder:
    """Answer the binder of a type annotation."""
    origin = get_origin(kind)
    if origin is Annotated:
        base, *bounds = get_args(kind)
        return _bounded(binder(base), tuple(bounds))
    if origin in (Union, UnionType):
        return _optional(binder(next(arg for arg in get_args(kind) if arg is not NoneType)))
    if origin is Literal:
        return _choice(get_args(kind))
    if origin is tuple:
        return _sequence(binder(get_args(kind)[0]))
    if origin is Mapping:
        return _mapping(*(binder(arg) for arg in get_args(kind)))
    return _SCALARS.get(kind) or _record(kind)


def _name(path: Path) -> str:
    words = [part for part in path if isinstance(part, str)]
    return words[-1] if words else ""


def said(tree: documents.Tree) -> str:
    """Answer a value as it is quoted in a message."""
    if isinstance(tree, documents.Scalar):
        return tree.text[:_SHOWN] if tree.value is not None else "null"
    return "[…]" if isinstance(tree, documents.Sequence) else "{…}"


def _scalar(code: str, convert: Callable[[documents.Scalar], Any]) -> Binder:
    def bound(tree: documents.Tree, path: Path, notes: Notes) -> Any:
        value = convert(tree) if isinstance(tree, documents.Scalar) else BROKEN
        return notes.add(tree.line, code, name=_name(path), value=said(tree)) if value is BROKEN else value

    return bound


def _text(scalar: documents.Scalar) -> Any:
    return scalar.value if isinstance(scalar.value, str) else BROKEN


def _integer(scalar: documents.Scalar) -> Any:
    if scalar.line == 0 and isinstance(scalar.value, str) and scalar.value.isdecimal():
        return int(scalar.value)  # a key that came back from JSON, which has only texts for keys
    return scalar.value if type(scalar.value) is int else BROKEN


def _number(scalar: documents.Scalar) -> Any:
    return scalar.value if type(scalar.value) in (int, float) else BROKEN


def _decimal(scalar: documents.Scalar) -> Any:
    return Decimal(scalar.text) if type(scalar.value) in (int, float) else BROKEN


def _boolean(scalar: documents.Scalar) -> Any:
    return scalar.value if isinstance(scalar.value, bool) else BROKEN


def _time(scalar: documents.Scalar) -> Any:
    found = _TIME.fullmatch(scalar.text)
    return dt.time(int(found[1]), int(found[2])) if found else BROKEN


def _month_day(scalar: documents.Scalar) -> Any:
    found = _MONTH_DAY.fullmatch(scalar.text)
    if not found:
        return BROKEN
    try:
        day = dt.date(_LEAP_YEAR, int(found[1]), int(found[2]))
    except ValueError:
        return BROKEN
    return MonthDay(day.month, day.day)


_SCALARS: dict[Any, Binder] = {
    str: _scalar("not_text", _text),
    int: _scalar("not_integer", _integer),
    float: _scalar("not_number", _number),
    Decimal: _scalar("not_number", _decimal),
    bool: _scalar("not_boolean", _boolean),
    dt.time: _scalar("not_time", _time),
    MonthDay: _scalar("not_month_day", _month_day),
}


def _optional(inner: Binder) -> Binder:
    def bound(tree: documents.Tree, path: Path, notes: Notes) -> Any:
        if isinstance(tree, documents.Scalar) and tree.value is None:
            return None
        return inner(tree, path, notes)

    return bound


def _choice(allowed: tuple[Any, ...]) -> Binder:
    if allowed == (True,):
        return _assumption

    def bound(tree: documents.Tree, path: Path, notes: Notes) -> Any:
        if isinstance(tree, documents.Scalar) and tree.value in allowed:
            return tree.value
        limit = "、".join(str(choice) for choice in allowed)
        return notes.add(tree.line, "not_choice", name=_name(path), value=said(tree), limit=limit)

    return bound


def _assumption(tree: documents.Tree, _path: Path, notes: Notes) -> Any:
    if isinstance(tree, documents.Scalar) and tree.value is True:
        return True
    return notes.add(tree.line, "not_an_assumption")


def _bounded(inner: Binder, bounds: tuple[Any, ...]) -> Binder:
    checks = [_CHECKS[type(bound)](bound) for bound in bounds]

    def bound(tree: documents.Tree, path: Path, notes: Notes) -> Any:
        value = inner(tree, path, notes)
        for check in checks:
            if value is BROKEN:
                break
            value = check(value, tree, path, notes)
        return value

    return bound


def _length(bounds: Length) -> Callable[..., Any]:
    def check(value: str, tree: documents.Tree, path: Path, notes: Notes) -> Any:
        if not value.strip():
            return notes.add(tree.line, "empty", name=_name(path))
        if value != value.strip():
            return notes.add(tree.line, "blank_ends", name=_name(path), value=value[:_SHOWN])
        if len(value) > bounds.high:
            return notes.add(tree.line, "too_long", name=_name(path), value=len(value), limit=bounds.high)
        return value

    return check


def _between(bounds: Between) -> Callable[..., Any]:
    def check(value: float, tree: documents.Tree, path: Path, notes: Notes) -> Any:
        if bounds.low <= value <= bounds.high:
            return value
        limit = f"{bounds.low:g}–{bounds.high:g}"
        return notes.add(tree.line, "out_of_range", name=_name(path), value=str(value)[:_SHOWN], limit=limit)

    return check


def _places(places: Places) -> Callable[..., Any]:
    def check(value: Decimal, tree: documents.Tree, path: Path, notes: Notes) -> Any:
        if round(value, places.most) == value:
            return value
        return notes.add(tree.line, "too_fine", name=_name(path), value=str(value)[:_SHOWN], limit=places.most)

    return check


def _form(form: Form) -> Callable[..., Any]:
    pattern = re.compile(form.pattern)

    def check(value: str, tree: documents.Tree, path: Path, notes: Notes) -> Any:
        if pattern.fullmatch(value):
            return value
        return notes.add(tree.line, "bad_form", name=_name(path), value=value[:_SHOWN], limit=form.saying)

    return check


def _some(_bounds: SomeOf) -> Callable[..., Any]:
    def check(value: tuple[Any, ...], tree: documents.Tree, path: Path, notes: Notes) -> Any:
        return value or notes.add(tree.line, "too_few", name=_name(path))

    return check


_CHECKS: dict[type, Callable[[Any], Callable[..., Any]]] = {
    Length: _length,
    Between: _between,
    Form: _form,
    Places: _places,
    SomeOf: _some,
}


def _sequence(inner: Binder) -> Binder:
    def bound(tree: documents.Tree, path: Path, notes: Notes) -> Any:
        notes.lines[path] = tree.line
        if not isinstance(tree, documents.Sequence):
            return notes.add(tree.line, "not_list", name=_name(path), value=said(tree))
        values = []
        for position, item in enumerate(tree.items):
            notes.lines[*path, position] = item.line
            values.append(inner(item, (*path, position), notes))
        return tuple(values)

    return bound


def _mapping(key_binder: Binder, value_binder: Binder) -> Binder:
    def bound(tree: documents.Tree, path: Path, notes: Notes) -> Any:
        if not isinstance(tree, documents.Mapping):
            return notes.add(tree.line, "not_mapping", name=_name(path), value=said(tree))
        result = {}
        for key, value in tree.entries.items():
            line = notes.lines[*path, key] = tree.lines[key]
            bound_key = key_binder(documents.Scalar(line, key, str(key)), path, notes)
            result[bound_key] = value_binder(value, (*path, key), notes)
        return result

    return bound


@cache
def _plan(kind: Any) -> dict[str, tuple[Field[Any], Binder]]:
    hints = get_type_hints(kind, include_extras=True)
    return {key_of(item): (item, binder(hints[item.name])) for item in fields(kind)}


def key_of(item: "Field[Any]") -> str:
    """Answer the key under which a field stands in the file."""
    return str(item.metadata.get("key", item.name))


def _record(kind: Any) -> Binder:
    def bound(tree: documents.Tree, path: Path, notes: Notes) -> Any:
        notes.lines.setdefault(path, tree.line)
        if not isinstance(tree, documents.Mapping):
            return notes.add(tree.line, "not_mapping", name=_name(path), value=said(tree))
        plan = _plan(kind)
        _unknown(tree, plan, notes)
        return kind(**{item.name: _field(item, inner, tree, path, notes) for item, inner in plan.values()})

    return bound


def _unknown(tree: documents.Mapping, plan: dict[str, Any], notes: Notes) -> None:
    for key in tree.entries:
        if key not in plan:
            notes.add(tree.lines[key], "unknown_key", value=str(key)[:_SHOWN])


def _field(item: "Field[Any]", inner: Binder, tree: documents.Mapping, path: Path, notes: Notes) -> Any:
    key = key_of(item)
    if key in tree.entries:
        notes.lines[*path, key] = tree.lines[key]
        return inner(tree.entries[key], (*path, key), notes)
    if item.default is MISSING:
        return notes.add(tree.line, "missing_key", name=key)
    return item.default

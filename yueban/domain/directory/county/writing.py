"""The exact inverse of reading: typed records to YAML files of the same form, and to plain JSON values and back."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from yueban.domain.directory.county import documents
from yueban.domain.directory.county.binding import Notes, bind, key_of
from yueban.domain.directory.county.problems import CountyInvalid
from yueban.domain.directory.county.records import County, Demand, MonthDay

HEADER = "# {name}: written by `yueban export`; format and meaning of the fields: README.md of the sample county.\n"
FLOW_WIDTH = 160
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TAGS = {
    type(None): "tag:yaml.org,2002:null",
    bool: "tag:yaml.org,2002:bool",
    int: "tag:yaml.org,2002:int",
    float: "tag:yaml.org,2002:float",
}
_TEXT, _MAP, _SEQ = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"


def write(county: County, folder: Path | str) -> list[Path]:
    """Write the county's files into `folder` (made when missing); answers their paths, replacing each file whole."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"README.md": county.readme} | {f"{name}.yaml": _page(name, page) for name, page in _pages(county)}
    for name, text in texts.items():
        if text:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        else:
            (folder / name).unlink(missing_ok=True)
    return [folder / name for name, text in texts.items() if text]


def _pages(county: County) -> Iterator[tuple[str, Any]]:
    for name in ("regions", "departments", "centres", "items"):
        yield name, {name: as_plain(getattr(county, name))}
    yield "packages", {"packages": as_plain(county.packages)} if county.packages else None
    yield "demand", as_plain(county.demand) if county.demand else None


def as_plain(value: Any) -> Any:
    """Answer a record as dicts, lists, texts and numbers; keys in the records' order, of mappings sorted."""
    if is_dataclass(value) and not isinstance(value, MonthDay):
        kept = (item for item in fields(value) if not _left_out(item.default, getattr(value, item.name)))
        return {key_of(item): as_plain(getattr(value, item.name)) for item in kept}
    if isinstance(value, Mapping):
        return {key: as_plain(value[key]) for key in _ordered(value)}
    if isinstance(value, tuple | list):
        return [as_plain(item) for item in value]
    return _scalar(value)


def demand_from_plain(value: Any) -> Demand:
    """Answer the demand that `as_plain` (or a JSON copy of it, where numbers as keys became texts) came from."""
    notes = Notes("demand.yaml")
    demand = bind(Demand, tree(value), (), notes)
    if notes.problems:
        raise CountyInvalid(notes.problems)
    result: Demand = demand
    return result


def _left_out(default: Any, value: Any) -> bool:
    return default is not MISSING and value == default


def _ordered(value: Mapping[Any, Any]) -> list[Any]:
    return list(value) if all(isinstance(item, list) for item in value.values()) else sorted(value, key=_number_first)


def _number_first(key: str | int) -> tuple[int, str]:
    return (int(key), "") if str(key).isdecimal() else (-1, str(key))


def _scalar(value: Any) -> Any:
    if isinstance(value, MonthDay):
        return str(value)
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return _number(value) if isinstance(value, Decimal) else value


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def tree(value: Any) -> documents.Tree:
    """Answer a plain value as if it had been read (line 0)."""
    if isinstance(value, Mapping):
        entries = {key: tree(item) for key, item in value.items()}
        return documents.Mapping(0, entries, dict.fromkeys(entries, 0))
    if isinstance(value, list):
        return documents.Sequence(0, [tree(item) for item in value])
    return documents.Scalar(0, value, str(value))


def _page(name: str, value: Any) -> str:
    return "" if value is None else HEADER.format(name=f"{name}.yaml") + yaml_text(value)


def yaml_text(value: Any) -> str:
    """Answer plain values as YAML: readable by people, and read back by `documents` as exactly these values."""
    return str(yaml.serialize(_node(value, 0), Dumper=_DUMPER, allow_unicode=True, width=1_000_000, indent=2))


def _node(value: Any, depth: int) -> yaml.Node:
    if isinstance(value, dict):
        pairs = [(_leaf(key), _node(item, depth + 1)) for key, item in value.items()]
        return yaml.MappingNode(_MAP, pairs, flow_style=depth > 1 and _short(value))
    if isinstance(value, list):
        return yaml.SequenceNode(_SEQ, [_node(item, depth + 1) for item in value], flow_style=_numbers_or_codes(value))
    return _leaf(value)


def _leaf(value: Any) -> yaml.ScalarNode:
    if isinstance(value, str):
        unsure = documents.plain_value(value) != value or value[:1].isdigit() or "\n" in value
        return yaml.ScalarNode(_TEXT, value, style='"' if "\n" in value else "'" if unsure else None)
    return yaml.ScalarNode(_TAGS[type(value)], json.dumps(value))


def _short(value: dict[str, Any]) -> bool:
    simple = all(not isinstance(item, dict | list) or _numbers_or_codes(item) for item in value.values())
    return simple and len(str(value)) < FLOW_WIDTH


def _numbers_or_codes(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(i, int) or (isinstance(i, str) and i.isascii()) for i in value)

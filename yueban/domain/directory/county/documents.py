"""From the bytes of one file to a tree of located values.

A file is text of people who are no programmers: a BOM and CRLF are accepted, every other surprise is said with its line.
The subset is YAML 1.2's core without aliases and tags, which could make a small file explode or build objects.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from yueban.domain.directory.county.problems import Problem

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 24
MAX_NODES = 2_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,18}\.[0-9]*|\.[0-9]+|[0-9]{1,18})(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")

Plain: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; `text` is what the file says, `value` what it means."""

    line: int
    value: Plain
    text: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of values."""

    line: int
    items: list["Tree"]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys (text or whole numbers) with the line of each key, and their values."""

    line: int
    entries: dict[str | int, "Tree"]
    lines: dict[str | int, int]


Tree: TypeAlias = Scalar | Sequence | Mapping


class _Stopped(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


def plain_value(text: str) -> Plain:
    """Answer what an unquoted scalar means: null, a boolean, a number, else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    return text


def parse(path: Path) -> tuple[Tree | None, list[Problem]]:
    """Read one file; answer its tree (None when it cannot be used) and what is wrong with it."""
    text, problem = _text(path)
    if problem is not None:
        return None, [problem]
    try:
        builder = _Builder(path.name)
        tree = builder.build(text)
    except _Stopped as stopped:
        return None, [stopped.problem]
    except yaml.YAMLError as error:
        return None, [_syntax(path.name, error, text)]
    return tree, builder.problems


def text_of(path: Path) -> tuple[str, list[Problem]]:
    """Answer a file's text with LF line ends, empty when there is no such file."""
    if not path.exists():
        return "", []
    text, problem = _text(path)
    return text.replace("\r\n", "\n"), [problem] if problem else []


def _text(path: Path) -> tuple[str, Problem | None]:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return "", Problem(path.name, 0, "too_large", (("value", str(size)), ("limit", str(MAX_BYTES))))
        raw = path.read_bytes()
    except FileNotFoundError:
        return "", Problem(path.name, 0, "missing_file")
    except OSError as error:
        return "", Problem(path.name, 0, "unreadable", (("value", error.strerror or ""),))
    return _decoded(path.name, raw)


def _decoded(name: str, raw: bytes) -> tuple[str, Problem | None]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return "", Problem(name, raw.count(b"\n", 0, error.start) + 1, "wrong_encoding")
    found = _CONTROL.search(text)
    if found:
        value = f"U+{ord(found.group()):04X}"
        return "", Problem(name, text.count("\n", 0, found.start()) + 1, "control_character", (("value", value),))
    return text, None


def _syntax(name: str, error: yaml.YAMLError, text: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 0
    lines = text.splitlines()
    indentation = re.match(r"\s*", lines[line - 1] if 0 < line <= len(lines) else "")
    if indentation and "\t" in indentation.group():
        return Problem(name, line, "tab")
    saying = str(getattr(error, "problem", None) or error)
    return Problem(name, line, "not_yaml", (("value", saying),))


class _Builder:
    """Builds the tree from the parser's events, so that neither depth nor an alias can hurt.

    Events are Any: the parser's two forms, C and Python, type them differently.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.count = 0

    def build(self, text: str) -> Tree | None:
        events = yaml.parse(text, Loader=_LOADER)
        tree: Tree | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.stop(event, "several_documents")
                tree = self.node(next(events), events, 0)
        return tree

    def stop(self, event: Any, code: str, **details: object) -> None:
        raise _Stopped(self.problem(event.start_mark.line + 1, code, **details))

    def problem(self, line: int, code: str, **details: object) -> Problem:
        return Problem(self.name, line, code, tuple((key, str(value)) for key, value in details.items()))

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Tree:
        self.guard(event, depth)
        line = event.start_mark.line + 1
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(line, events, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(line, events, depth)
        return self.scalar(event, line)

    def guard(self, event: Any, depth: int) -> None:
        self.count += 1
        if depth > MAX_DEPTH:
            self.stop(event, "too_deep", limit=MAX_DEPTH)
        if self.count > MAX_NODES:
            self.stop(event, "too_many", limit=MAX_NODES)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self.stop(event, "alias")
        if event.tag:
            self.stop(event, "tag", value=event.tag)

    def scalar(self, event: Any, line: int) -> Scalar:
        found = _CONTROL.search(event.value)
        if found:
            self.problems.append(self.problem(line, "control_character", value=f"U+{ord(found.group()):04X}"))
        return Scalar(line, event.value if event.style else plain_value(event.value), event.value)

    def sequence(self, line: int, events: Iterator[Any], depth: int) -> Sequence:
        items: list[Tree] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self.node(event, events, depth + 1))
        return Sequence(line, items)

    def mapping(self, line: int, events: Iterator[Any], depth: int) -> Mapping:
        result = Mapping(line, {}, {})
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self.node(event, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            self.enter(result, key, value)
        return result

    def enter(self, mapping: Mapping, key: Tree, value: Tree) -> None:
        if not isinstance(key, Scalar) or not isinstance(key.value, str | int) or isinstance(key.value, bool):
            self.problems.append(self.problem(key.line, "key_not_scalar"))
        elif key.value == "<<":
            self.problems.append(self.problem(key.line, "alias"))
        elif key.value in mapping.entries:
            first = mapping.lines[key.value]
            self.problems.append(self.problem(key.line, "duplicate_key", value=key.value, first=first))
        else:
            mapping.entries[key.value] = value
            mapping.lines[key.value] = key.line

"""Which text a counter's screen shows, and how it is written for the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from yueban.domain.queueing.screens.base import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

CALLED: Final = "请{label}号到{counter}号窗口办理"
IDLE: Final = "热情为您服务"
PAUSED: Final = "暂停服务"

NAMES: Final = frozenset({"label", "counter", "area"})
"""What a template may fill in: the number, the counter's number, the area where it stands."""

REPEAT: Final = timedelta(seconds=5)
"""The same text within this time is not shown again: a screen that blinks for nothing is not read any more."""

ENCODINGS: Final = ("gb18030", "gbk", "utf-8")
"""What the controllers of window screens understand."""

_NAME: Final = re.compile(r"\{(\w+)\}")
_FRAME: Final = re.compile(r"\\x([0-9A-Fa-f]{2})|\\([rnt\\])|\{(\w+)\}")
_ESCAPES: Final = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}


@dataclass(frozen=True, slots=True)
class Texts:
    """The templates of a centre."""

    called: str = CALLED
    idle: str = IDLE
    paused: str = PAUSED


class Sight(StrEnum):
    """What there is to see at a counter."""

    CALLED = "called"
    IDLE = "idle"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Face:
    """A counter as its screen must know it: whether it calls (`mode`), and who is there (`ticket`: called or serving)."""

    counter: int
    area: str
    mode: str
    label: str = ""
    ticket: str = ""


def sight(face: Face) -> Sight:
    """A number that was just called stands until its holder is there, even where the counter pauses after it."""
    if face.ticket == "called":
        return Sight.CALLED
    if face.mode != "open":
        return Sight.PAUSED
    return Sight.CALLED if face.ticket else Sight.IDLE


def text_of(face: Face, texts: Texts) -> str:
    """The words of what there is to see."""
    template = {Sight.CALLED: texts.called, Sight.IDLE: texts.idle, Sight.PAUSED: texts.paused}[sight(face)]
    return fill(template, {"label": face.label, "counter": str(face.counter), "area": face.area})[:LONGEST]


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values into the {names} of a template; an unknown name stays as it is written."""
    return _NAME.sub(lambda match: values.get(match[1], match[0]), template)


def unknown_names(template: str, known: frozenset[str] = NAMES) -> list[str]:
    """The {names} of a template that nothing is put in for."""
    return sorted(set(_NAME.findall(template)) - known)


def is_repeat(shown: str, shown_at: datetime | None, text: str, *, now: datetime) -> bool:
    """Whether a screen shows this text since less than REPEAT."""
    return text == shown and shown_at is not None and timedelta(0) <= now - shown_at < REPEAT


def payload(frame: str, text: str, face: Face, encoding: str) -> bytes:
    r"""The bytes for a controller: its frame with `{text}` (`{label}`, `{counter}`, `{state}`) and `\r \n \t \xNN`.

    What the encoding cannot write becomes a question mark; line ends and control characters of a text become blanks.
    """
    plain = "".join(" " if ord(each) < ord(" ") else each for each in text)
    values = {"text": plain, "label": face.label, "counter": str(face.counter), "state": str(sight(face))}
    written, end = b"", 0
    for match in _FRAME.finditer(frame):
        written += frame[end : match.start()].encode(encoding, "replace") + _piece(match, values, encoding)
        end = match.end()
    return written + frame[end:].encode(encoding, "replace")


def _piece(match: re.Match[str], values: Mapping[str, str], encoding: str) -> bytes:
    byte, escape, name = match.groups()
    if byte:
        return bytes.fromhex(byte)
    return _ESCAPES[escape] if escape else values.get(name, match[0]).encode(encoding, "replace")

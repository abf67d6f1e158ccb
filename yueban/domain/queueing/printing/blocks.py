"""What a slip is made of, and how text fits its width: a Chinese character is two columns wide."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COLUMNS: Final[Mapping[int, int]] = {58: 32, 80: 48}
"""Columns of the usual font (12 × 24 dots) on paper of so many millimetres: 384 and 576 dots."""

LARGEST: Final = 8
"""The largest factor by which ESC/POS enlarges characters."""

Align: TypeAlias = Literal["left", "center"]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `size` multiplies width and height."""

    text: str
    size: int = 1
    bold: bool = False
    align: Align = "center"


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, centred."""

    data: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty lines."""

    lines: int = 1


Block: TypeAlias = Text | Qr | Rule | Gap


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def fitted(text: str, columns: int, largest: int = LARGEST) -> int:
    """The largest size at which a text still fits on one line."""
    return max(1, min(largest, columns // max(1, width(text))))


def wrapped(text: str, columns: int) -> Iterator[str]:
    """Lines no wider than `columns`; it breaks between Chinese characters, and where it can not inside a word."""
    line = ""
    for piece in _pieces(text):
        if width(line) + width(piece) > columns and line:
            yield line.rstrip()
            line = piece.lstrip()
        else:
            line += piece
        while width(line) > columns:
            yield line[:columns]
            line = line[columns:]
    yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Where a line may end: after every wide character, and after a blank."""
    piece = ""
    for each in text:
        if width(each) > 1 and piece:
            yield piece
            piece = ""
        piece += each
        if width(each) > 1 or each == " ":
            yield piece
            piece = ""
    if piece:
        yield piece

"""A sentence as the words that are spoken one after another: phrases whole, numbers and letters one by one.

`display/voice.js` does the same on the board; a test compares the two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DIGITS: Final = "0123456789"
_PLACE: Final = re.compile(r"\{(\w+)\}")
_SILENT: Final = re.compile(r"^[\s，。！、；：,.!;:]+|[\s，。！、；：,.!;:]+$")
_LETTER_BY_LETTER: Final = frozenset({"label", "counter"})


def spoken(template: str, values: Mapping[str, str]) -> list[str]:
    """The words of a sentence: `请 A 0 1 2 号到 3 号窗口办理`."""
    words: list[str] = []
    for index, part in enumerate(_PLACE.split(template)):
        if index % 2 == 0:
            words.append(_SILENT.sub("", part))
        elif part in _LETTER_BY_LETTER:
            words.extend(values.get(part, ""))
        else:
            words.append(values.get(part, ""))
    return [word for word in words if word]


def playlist(template: str, values: Mapping[str, str], clips: Mapping[str, str]) -> list[str] | None:
    """The clips of a sentence in their order; None when one is missing, then the browser speaks the sentence itself."""
    words = spoken(template, values)
    return [clips[word] for word in words] if words and all(word in clips for word in words) else None


def wanted(templates: Iterable[str], prefixes: Iterable[str], areas: Iterable[str]) -> list[str]:
    """Every word that the calls of these halls are made of, each once: digits, the letters of tickets, phrases."""
    letters = sorted({letter for prefix in prefixes for letter in prefix} | {"Y"})
    words = [*DIGITS, *letters]
    for template in templates:
        words += spoken(template, {})
        if "{area}" in template:
            words += areas
    return list(dict.fromkeys(words))

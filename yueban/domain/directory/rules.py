"""Words and levels of the directory that several parts need."""

from collections.abc import Iterable

LONGEST_INITIALS = 200


def is_township(level: str) -> bool:
    """Tell whether a centre of this level serves a township's queues (便民服务中心)."""
    return level in ("township", "village")


def storable(text: str) -> bool:
    """Tell whether PostgreSQL can hold a text: no NUL, no half of a surrogate pair. What it cannot hold names nothing."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def initials(*texts: str) -> str:
    """Answer the pinyin initials of each text in lower case, e.g. 身份证换领 → sfzhl; other letters and digits stay."""
    # Its dictionary takes 55 MB, and only a county that is being loaded needs it: not the processes that serve.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    return " ".join(_kept("".join(lazy_pinyin(text, style=Style.FIRST_LETTER))) for text in texts)[:LONGEST_INITIALS]


def _kept(letters: Iterable[str]) -> str:
    return "".join(letter for letter in "".join(letters).lower() if letter.isascii() and letter.isalnum())

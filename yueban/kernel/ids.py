"""Public numbers and secrets: what people read aloud, and what nobody may guess."""

from __future__ import annotations

import hashlib
import secrets

_GROUP = 4


def new_code() -> str:
    """Give a random appointment number: 8 digits, the first not 0. Unique only by its constraint."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def grouped(code: str) -> str:
    """Group a number for the eye: 82641907 becomes 8264 1907."""
    return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def ungrouped(text: str) -> str:
    """Undo `grouped` and what people type: blanks, dashes and full-width digits."""
    narrow = "".join(chr(ord(c) - 0xFEE0) if "０" <= c <= "９" else c for c in text)
    return "".join(c for c in narrow if not c.isspace() and c not in "-－—")


def new_token(prefix: str = "yb") -> str:
    """Give a new bearer token with 192 random bits; only its digest is stored."""
    return f"{prefix}_{secrets.token_urlsafe(24)}"


def new_press() -> str:
    """Name one press of a terminal's button, so that a press whose answer was lost is known again."""
    return secrets.token_urlsafe(12)


def token_digest(token: str) -> bytes:
    """Give the 32 bytes a token is stored and found by.

    A plain digest is enough because a token is random: there is no dictionary to try.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

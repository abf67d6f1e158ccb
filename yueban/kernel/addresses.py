"""Where a device listens on the hall's network."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Address(NamedTuple):
    """A host (name or number) and a port."""

    host: str
    port: int


_ADDRESS: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*):(?P<port>[0-9]{1,5})", re.ASCII)
_PORTS: Final = range(1, 2**16)


def address_of(text: str) -> Address:
    """Read `192.168.1.50:5005`, `led-3.hall:5005` or `[fe80::1]:5005`. Raises ValueError."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or int(match["port"]) not in _PORTS:
        raise ValueError(text)
    return Address(match["host"].strip("[]"), int(match["port"]))


def is_address(text: str) -> bool:
    """Whether `address_of` can read it."""
    try:
        address_of(text)
    except ValueError:
        return False
    return True

"""What does not belong into a picture or a paper: a second file inside the first, for a program that reads it otherwise.

Phones do append to their photographs (moving pictures, brightness maps), so what follows a picture is no offence by
itself; it is never kept. An archive, a web page or a document inside is one.
"""

from __future__ import annotations

from typing import Final

_ARCHIVE_END: Final = b"PK\x05\x06"
_ARCHIVE_TAIL: Final = 65_557
"""Programs look for the end of a zip archive in so many last bytes, and nowhere else."""
_ARCHIVES: Final = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_PAGES: Final = (b"<script", b"<html", b"<!doctype", b"<?php")
_PAPER: Final = b"%PDF-"


def holds_a_stranger(content: bytes) -> bool:
    """Tell whether another kind of file is hidden in these bytes: an archive, a web page, a second document."""
    if _ARCHIVE_END in content[-_ARCHIVE_TAIL:] or any(sign in content for sign in _ARCHIVES):
        return True
    lower = content.lower()
    return any(sign in lower for sign in _PAGES) or content.find(_PAPER, 1) != -1

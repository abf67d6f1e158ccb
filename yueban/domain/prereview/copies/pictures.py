"""Photographs: decoded whole within bounds and written anew, so that what is kept is a picture and nothing else.

Writing anew drops the place where it was taken, the telephone's name, and whatever else was inside.
"""

from __future__ import annotations

import re
import threading
import warnings
from io import BytesIO
from typing import Final

from PIL import ExifTags, Image

from yueban.kernel.errors import InvalidInput, gettext_noop

JPEG: Final = b"\xff\xd8\xff"
PNG: Final = b"\x89PNG\r\n\x1a\n"

MOST_PIXELS: Final = 50_000_000
MOST_SCANS: Final = 40
"""A progressive picture has about ten; thousands would keep a processor busy for minutes."""
LONGEST_SIDE: Final = 2600
"""Pixels that are kept: an A4 page at more than 200 dots an inch."""
_QUALITY: Final = 82

BROKEN: Final = gettext_noop("这张图片不完整或已损坏，请重新拍一张再传。")
TOO_MANY_PIXELS: Final = gettext_noop("这张图片的像素太多，请用普通模式（5000 万像素以内）重拍，或截屏后再传。")

_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_START_OF_SCAN: Final = 0xDA
_END: Final = 0xD9
_SEGMENT: Final = 4

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned that was taken at this orientation (Exif)."""

# A large picture needs hundreds of megabytes while it is decoded: one at a time in each process.
_ONE_AT_A_TIME = threading.Lock()


def redrawn(content: bytes) -> bytes:
    """Give the picture as a JPEG of our own: upright, bounded in size, without metadata. Raises `InvalidInput`."""
    if content.startswith(JPEG) and _scans(content) > MOST_SCANS:
        raise InvalidInput("file", "broken_picture", BROKEN)
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is lower
            return _redraw(content)
    except Image.DecompressionBombError as error:
        raise InvalidInput("file", "too_many_pixels", TOO_MANY_PIXELS) from error
    except InvalidInput:
        raise
    except Exception as error:  # a decoder answers hostile bytes with whatever it stumbles over
        raise InvalidInput("file", "broken_picture", BROKEN) from error


def _redraw(content: bytes) -> bytes:
    with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise InvalidInput("file", "too_many_pixels", TOO_MANY_PIXELS)
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than needed
        picture.load()
        upright = _upright(picture)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        made = BytesIO()
        _on_white(upright).save(made, "JPEG", quality=_QUALITY, optimize=True)
        return made.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    """Turn it as its Exif says; nothing else of that is read or written, for much of it is broken."""
    turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return picture if turn is None else picture.transpose(turn)


def _on_white(picture: Image.Image) -> Image.Image:
    """Give it without transparency; a scan with a clear ground would turn black."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def _scans(content: bytes) -> int:
    """Count the scans of a JPEG by its markers, up to its end or to what is no JPEG any more."""
    at, found = 2, 0
    while at + _SEGMENT <= len(content) and content[at] == 0xFF and content[at + 1] != _END:  # noqa: PLR2004 - a marker
        starts = content[at + 1] == _START_OF_SCAN
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if starts:
            found += 1
            marker = _MARKER.search(content, at)
            at = marker.start() if marker else len(content)
    return found

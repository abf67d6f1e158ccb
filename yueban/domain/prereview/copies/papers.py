"""PDF papers: kept as they are, so looked through for everything that would act on whoever opens them.

A look in linear time over names and object streams, not a parser: a parser of hostile files is a risk of its own, and
the viewer of the browser, which shows the paper, parses behind walls.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

from yueban.kernel.errors import InvalidInput, gettext_noop

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD: Final = re.compile(rb"%PDF-[12]\.\d[\s%]")
_NAME: Final = re.compile(rb"/([^\x00-\x20/<>\[\](){}%]+)")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_BLANK: Final = b"\x00\t\n\x0c\r "
_DICTIONARY: Final = 2000  # bytes before a stream in which its own dictionary is looked for
_MOST_UNPACKED: Final = 40 * 1024 * 1024
_ACTS: Final = frozenset(
    {b"JavaScript", b"JS", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia", b"XFA"}
    | {b"SubmitForm", b"ImportData", b"GoToE", b"GoToR", b"Rendition", b"Movie"}
)

NO_PAPER: Final = gettext_noop("这个 PDF 不完整或已损坏，请重新导出，或拍照上传。")
LOCKED: Final = gettext_noop("这个 PDF 加了密码，请去掉密码后再传，或拍照上传。")
ACTS: Final = gettext_noop("这个 PDF 带有脚本、附件或外部操作，为安全不能接收，请打印成普通 PDF 或拍照上传。")


def check_paper(content: bytes) -> None:
    """Raise `InvalidInput` unless this is a whole PDF that is neither locked nor does anything but show pages."""
    if _HEAD.match(content) is None or not content.rstrip(_BLANK).endswith(b"%%EOF"):
        raise InvalidInput("file", "broken_paper", NO_PAPER)
    names = _names(content)
    if b"Encrypt" in names:
        raise InvalidInput("file", "locked_paper", LOCKED)
    if names & _ACTS:
        raise InvalidInput("file", "acting_paper", ACTS)
    if not names & {b"Page", b"Pages"}:
        raise InvalidInput("file", "broken_paper", NO_PAPER)


def _names(content: bytes) -> set[bytes]:
    """Give every name outside the streams and inside the packed objects."""
    found: set[bytes] = set()
    unpacked = 0
    for outside, stream in _pieces(content):
        found |= _names_in(outside)
        if b"ObjStm" in _names_in(outside[-_DICTIONARY:]):
            objects = _unpack(stream, _MOST_UNPACKED - unpacked)
            unpacked += len(objects)
            found |= _names_in(objects)
    return found


def _names_in(text: bytes) -> set[bytes]:
    """Give the names of a text, written plainly: `/J#53` is the name JS."""
    return {_ESCAPED.sub(lambda hex_: bytes.fromhex(hex_[1].decode()), name) for name in _NAME.findall(text)}


def _pieces(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give what stands before each stream, and the stream."""
    at = 0
    while (begins := content.find(b"stream", at)) != -1:
        ends = content.find(b"endstream", begins)
        if ends == -1:
            break
        yield content[at:begins], content[begins + len(b"stream") : ends]
        at = ends + len(b"endstream")
    yield content[at:], b""


def _unpack(stream: bytes, most: int) -> bytes:
    """Unpack the objects of a stream; one that is larger than any paper's, or packed otherwise, is refused."""
    unpacker = zlib.decompressobj()
    try:
        objects = unpacker.decompress(stream.lstrip(b"\r\n"), max(1, most))
    except zlib.error as error:
        raise InvalidInput("file", "broken_paper", NO_PAPER) from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise InvalidInput("file", "broken_paper", NO_PAPER)
    return objects

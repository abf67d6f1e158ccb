"""Copies of materials that applicants hand in: what is believed of a file is what its bytes say, never its name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yueban.domain.prereview.copies.papers import check_paper
from yueban.domain.prereview.copies.pictures import JPEG, PNG, redrawn
from yueban.domain.prereview.copies.strangers import holds_a_stranger
from yueban.kernel.errors import InvalidInput, gettext_noop

MOST_BYTES: Final = 10 * 1024 * 1024
_HEIC: Final = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1")

EMPTY: Final = gettext_noop("请先选一张照片或一个 PDF 文件；选的文件不能是空的。")
PATH: Final = gettext_noop("文件名里带有路径，为安全不能接收。请从相册或文件夹里重新选择。")
TOO_LARGE: Final = gettext_noop("文件超过 10 MB。请拍照时选普通画质，或把 PDF 压缩后再传。")
WRONG_TYPE: Final = gettext_noop("只能传照片（JPG、PNG）或 PDF 文件。别的文件请打印成 PDF，或拍照上传。")
HEIC: Final = gettext_noop("这是苹果手机的 HEIC 照片。请在「设置-相机-格式」里选「兼容性最佳」重拍，或截屏后上传。")
MIXED: Final = gettext_noop("这个文件里夹带了别的内容，为安全不能接收。请重新拍照上传。")


class Kind(StrEnum):
    """What a copy is kept as."""

    PICTURE = "picture"
    PAPER = "paper"


CONTENT_TYPES: Final[dict[Kind, str]] = {Kind.PICTURE: "image/jpeg", Kind.PAPER: "application/pdf"}
ENDINGS: Final[dict[Kind, str]] = {Kind.PICTURE: "jpg", Kind.PAPER: "pdf"}


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that was checked: a picture drawn anew, or a paper as it came."""

    kind: Kind
    content: bytes


def too_large() -> InvalidInput:
    """Give the refusal of a file beyond `MOST_BYTES`, also for one of which only the beginning was read."""
    return InvalidInput("file", "too_large", TOO_LARGE)


def read_copy(content: bytes) -> Copy:
    """Read what was handed in; raises `InvalidInput` on `file` with the reason in words, and keeps nothing."""
    if not content:
        raise InvalidInput("file", "empty", EMPTY)
    if len(content) > MOST_BYTES:
        raise too_large()
    if content.startswith(b"%PDF-"):
        return _paper(content)
    if content.startswith((JPEG, PNG)):
        return _picture(content)
    if content[4:12] in _HEIC:
        raise InvalidInput("file", "heic", HEIC)
    raise InvalidInput("file", "wrong_type", WRONG_TYPE)


def _paper(content: bytes) -> Copy:
    if holds_a_stranger(content):
        raise InvalidInput("file", "mixed", MIXED)
    check_paper(content)
    return Copy(Kind.PAPER, content)


def _picture(content: bytes) -> Copy:
    if holds_a_stranger(content):
        raise InvalidInput("file", "mixed", MIXED)
    return Copy(Kind.PICTURE, redrawn(content))

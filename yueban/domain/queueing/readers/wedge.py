"""What a reader types: a signed QR code, an appointment number, or the fields of an ID card in whatever order it has."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from yueban.kernel import crypto, ids
from yueban.kernel.certificates import CertificateKind, parse_certificate
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yueban.kernel.certificates import Certificate

LONGEST: Final = 1000
"""Characters of a reading that are looked at; an ID card with its address has about 150."""

_CODE: Final = re.compile(r"[1-9][0-9]{7}", re.ASCII)
_CITIZEN: Final = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])", re.ASCII)
_SEPARATOR: Final = re.compile(r"[|,;\t\r\n^$#&=<>\"'{}]+|[:/](?=\D)")
_NAME: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,12}(?:·[\u3400-\u9fff]{1,12})*")
_NO_NAMES: Final = (
    "姓名",
    "性别",
    "民族",
    "出生",
    "住址",
    "签发",
    "身份证",
    "公民",
    "有效",
    "号码",
    "公安局",
    "分局",
    "族",
)
_KINDS: Final = (CertificateKind.HMT_RESIDENCE, CertificateKind.FOREIGN_PERMANENT, CertificateKind.RESIDENT_ID)


class Meaning(StrEnum):
    """What was read."""

    APPOINTMENT = "appointment"
    CERTIFICATE = "certificate"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Reading:
    """An appointment's `code`, or a `certificate` with the `name` beside it where the reader gave one."""

    meaning: Meaning
    code: str = ""
    certificate: Certificate | None = None
    name: str = ""


def understand(typed: str) -> Reading:
    """Understand one reading; a number whose check digit is wrong means nothing, for a reader does not mistype.

    A wedge types through the input method of the terminal, so characters may come in full width.
    """
    text = "".join(each if each.isprintable() else "\n" for each in unicodedata.normalize("NFKC", typed[:LONGEST]))
    signed = crypto.verify(text.strip()) or ""
    for candidate in (signed, ids.ungrouped(text)):
        if _CODE.fullmatch(candidate):
            return Reading(Meaning.APPOINTMENT, code=candidate)
    for certificate in _certificates(text):
        return Reading(Meaning.CERTIFICATE, certificate=certificate, name=_name(text))
    return Reading(Meaning.NOTHING)


def _certificates(text: str) -> Iterator[Certificate]:
    """Every number of 18 characters that is one; the kind follows from how it begins."""
    for found in [*_CITIZEN.findall(text), *_CITIZEN.findall(ids.ungrouped(text))]:
        for kind in _KINDS:
            try:
                yield parse_certificate(kind, found)
            except InvalidInput:
                continue


def _name(text: str) -> str:
    """The first field that looks like a name."""
    for field in _SEPARATOR.split(text):
        bare = field.strip().removeprefix("姓名").strip(" :")
        if _NAME.fullmatch(bare) and not any(word in bare for word in _NO_NAMES):
            return bare
    return ""

"""Certificates, organisation codes, phones and names: read, checked, masked (R5.1).

Length, date and checksum decide. The region digits are only a hint: old numbers (412728 for this very
county), residents of Taiwan, Hong Kong and Macao (8x0000) and numbers starting with 9 are valid.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from yueban.kernel.errors import InvalidInput, gettext_noop

_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_BLANKS: Final = re.compile(r"[\s\u200b\u200e\u200f\ufeff-]+")
_LONGEST_INPUT: Final = 64


class CertificateKind(StrEnum):
    """The kinds of certificate that R5.1 accepts."""

    RESIDENT_ID = "resident_id"
    HMT_RESIDENCE = "hmt_residence"
    FOREIGN_PERMANENT = "foreign_permanent"
    PASSPORT = "passport"
    HM_PERMIT = "hm_permit"
    TW_PERMIT = "tw_permit"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate whose number has been normalised and checked."""

    kind: CertificateKind
    number: str

    @property
    def masked(self) -> str:
        """The number as a screen may show it: 411624********1234."""
        return mask_number(self.number)

    @property
    def birth_date(self) -> date | None:
        """The holder's birth date where the number carries one (18 characters), else None."""
        return _citizen_date(self.number) if len(self.number) == _CITIZEN_LENGTH else None

    @property
    def identity(self) -> str:
        """What R5.2 counts by: the person, whatever card the number was read from.

        An 18-character number names one person under every kind; the last two digits of a travel
        permit are its issue count and change with each renewal.
        """
        if _CITIZEN.fullmatch(self.number):
            return f"citizen:{self.number}"
        lasting = _ISSUE_COUNT.sub(r"\1", self.number) if self.kind in _PERMITS else self.number
        return f"{self.kind}:{lasting}"


_CITIZEN: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_CITIZEN_LENGTH: Final = 18
_CITIZEN_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS: Final = "10X98765432"
_FIRST_YEAR: Final = 1880
_LAST_YEAR: Final = 2099
_OLD_RESIDENT: Final = re.compile(r"[0-9]{15}")
_HMT_PREFIXES: Final = ("810000", "820000", "830000")
_OLD_FOREIGN: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
_PASSPORT: Final = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,17}")
_HM_PERMIT: Final = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")
_TW_PERMIT: Final = re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]")
_PERMITS: Final = frozenset({CertificateKind.HM_PERMIT, CertificateKind.TW_PERMIT})
_ISSUE_COUNT: Final = re.compile(r"^([HM]?[0-9]{8})[0-9]{2}[A-Z]?$")

_UNKNOWN_KIND: Final = gettext_noop("请选择证件类型。")
_MISSING: Final = gettext_noop("请填写证件号码。")
_OLD_NUMBER: Final = gettext_noop("15 位旧身份证号码已停止使用，请填写 18 位公民身份号码。")
_CITIZEN_SHAPE: Final = gettext_noop("号码应为 18 位：前 17 位是数字，最后一位是数字或 X。")
_CITIZEN_BIRTH: Final = gettext_noop("号码中的出生日期不存在，请核对第 7 至 14 位。")
_CITIZEN_CHECKSUM: Final = gettext_noop("号码校验不通过，请逐位核对。")
_HMT_SHAPE: Final = gettext_noop("港澳台居民居住证号码应以 810000、820000 或 830000 开头。")
_FOREIGN_SHAPE: Final = gettext_noop("外国人永久居留身份证号码应为以 9 开头的 18 位号码，或 3 个字母加 12 位数字。")
_PASSPORT_SHAPE: Final = gettext_noop("护照号码应为 5 至 17 位字母和数字。")
_HM_SHAPE: Final = gettext_noop("港澳居民来往内地通行证号码应为 H 或 M 加 8 位或 10 位数字。")
_TW_SHAPE: Final = gettext_noop("台湾居民来往大陆通行证号码应为 8 位数字，旧证为 10 位数字加 1 个字母。")


def _narrow(text: str) -> str:
    return text.translate(_WIDE)


def _compact(text: str) -> str:
    """Normalise a number: half width, upper case, no blanks or dashes; too long a text stays long."""
    return _BLANKS.sub("", _narrow(text[: _LONGEST_INPUT * 2])).upper()


def _bad(message: str) -> InvalidInput:
    return InvalidInput("certificate", "bad_certificate", message)


def _citizen_date(number: str) -> date | None:
    digits = number[6:14]
    if not digits.isdecimal():
        return None
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return born if _FIRST_YEAR <= born.year <= _LAST_YEAR else None


def citizen_check(first17: str) -> str:
    """Give the last character of an 18-character number (GB 11643: ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _CITIZEN_WEIGHTS, strict=True))
    return _CITIZEN_CHECKS[total % 11]


def _check_citizen(number: str) -> None:
    if not _CITIZEN.fullmatch(number):
        raise _bad(_CITIZEN_SHAPE)
    if _citizen_date(number) is None:
        raise _bad(_CITIZEN_BIRTH)
    if citizen_check(number[:17]) != number[17]:
        raise _bad(_CITIZEN_CHECKSUM)


def _check_resident(number: str) -> None:
    if _OLD_RESIDENT.fullmatch(number):
        raise _bad(_OLD_NUMBER)
    _check_citizen(number)


def _check_hmt(number: str) -> None:
    if not number.startswith(_HMT_PREFIXES):
        raise _bad(_HMT_SHAPE)
    _check_citizen(number)


def _check_foreign(number: str) -> None:
    if _OLD_FOREIGN.fullmatch(number):
        return
    if not (number.startswith("9") and len(number) == _CITIZEN_LENGTH):
        raise _bad(_FOREIGN_SHAPE)
    _check_citizen(number)


def _check_passport(number: str) -> None:
    if not _PASSPORT.fullmatch(number):
        raise _bad(_PASSPORT_SHAPE)


def _check_hm_permit(number: str) -> None:
    if not _HM_PERMIT.fullmatch(number):
        raise _bad(_HM_SHAPE)


def _check_tw_permit(number: str) -> None:
    if not _TW_PERMIT.fullmatch(number):
        raise _bad(_TW_SHAPE)


_CHECKS: Final = {
    CertificateKind.RESIDENT_ID: _check_resident,
    CertificateKind.HMT_RESIDENCE: _check_hmt,
    CertificateKind.FOREIGN_PERMANENT: _check_foreign,
    CertificateKind.PASSPORT: _check_passport,
    CertificateKind.HM_PERMIT: _check_hm_permit,
    CertificateKind.TW_PERMIT: _check_tw_permit,
}


def _kind(text: str) -> CertificateKind:
    try:
        return CertificateKind(text.strip().lower())
    except ValueError as error:
        raise _bad(_UNKNOWN_KIND) from error


def parse_certificate(kind: str, number: str) -> Certificate:
    """Read a certificate as typed; raise InvalidInput (`bad_certificate`) with the reason in words."""
    known = _kind(kind)
    compact = _compact(number)
    if not compact:
        raise _bad(_MISSING)
    if known is CertificateKind.TW_PERMIT:  # the old card prints its letter in brackets
        compact = compact.replace("(", "").replace(")", "")
    _CHECKS[known](compact)
    return Certificate(known, compact)


_USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BAD_USCC: Final = gettext_noop("统一社会信用代码应为 18 位，且不含字母 I、O、S、V、Z，请核对。")
_USCC_CHECKSUM: Final = gettext_noop("统一社会信用代码校验不通过，请逐位核对。")


def uscc_check(first17: str) -> str:
    """Give the last character of a unified social credit code (GB 32100: weights 3^i, modulo 31)."""
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    return _USCC_ALPHABET[-total % 31]


def parse_uscc(text: str) -> str:
    """Read a unified social credit code; raise InvalidInput (`bad_uscc`)."""
    code = _compact(text)
    if not _USCC.fullmatch(code):
        raise InvalidInput("uscc", "bad_uscc", _BAD_USCC)
    if uscc_check(code[:17]) != code[17]:
        raise InvalidInput("uscc", "bad_uscc", _USCC_CHECKSUM)
    return code


_PHONE: Final = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_BAD_PHONE: Final = gettext_noop("请填写 11 位手机号码。")


def parse_phone(text: str) -> str:
    """Read a mobile number, +86 and blanks dropped; raise InvalidInput (`bad_phone`)."""
    match = _PHONE.fullmatch(_compact(text))
    if match is None:
        raise InvalidInput("phone", "bad_phone", _BAD_PHONE)
    return match[1]


_NAME_LENGTH: Final = 50
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Cn"})  # private use stays: rare characters of names live there
_BAD_NAME: Final = gettext_noop("请填写姓名，1 至 50 个字。")
_NAME_LETTERS: Final = gettext_noop("姓名不能只有数字或符号，也不能含控制字符。")


def _is_name(name: str) -> bool:
    categories = {unicodedata.category(char) for char in name}
    return not categories & _UNPRINTABLE and any(category[0] == "L" or category == "Co" for category in categories)


def parse_name(text: str) -> str:
    """Read a person's or an organisation's name, blanks tidied; raise InvalidInput (`bad_name`)."""
    name = " ".join(_narrow(text[: _NAME_LENGTH * 4]).split())
    if not 1 <= len(name) <= _NAME_LENGTH:
        raise InvalidInput("name", "bad_name", _BAD_NAME)
    if not _is_name(name):
        raise InvalidInput("name", "bad_name", _NAME_LETTERS)
    return name


def mask_number(number: str) -> str:
    """Hide the middle of a certificate number: the first six and last four of 18 stay, fewer of shorter."""
    head, tail = (6, 4) if len(number) >= _CITIZEN_LENGTH else (len(number) // 5, len(number) // 4)
    return number[:head] + "*" * (len(number) - head - tail) + number[len(number) - tail :]


def mask_phone(phone: str) -> str:
    """Hide the middle of a mobile number: 138****5678."""
    return f"{phone[:3]}****{phone[-4:]}"


def mask_name(name: str) -> str:
    """Hide all but the first character of a name: 张**."""
    return name[:1] + "*" * max(1, len(name) - 1)

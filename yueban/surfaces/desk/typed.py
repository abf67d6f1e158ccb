"""What a clerk typed into the registration, not yet believed and never lost; and how it is read."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from yueban.domain.booking.rules import ChannelKind
from yueban.domain.queueing import readers
from yueban.kernel import certificates
from yueban.kernel.errors import FieldError, InvalidInput
from yueban.kernel.wall import in_our_years

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yueban.kernel.certificates import Certificate

T = TypeVar("T")

LONGEST = 300
LONGEST_ID = 18  # digits; a bigint holds them all
INPUTS = ("number", "name", "phone", "organisation", "uscc", "q", "slot", "why")
OWN, RELATIVE, NONE = "own", "relative", "none"


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they stand in the form. `what` is `m:` and a matter's code, or `p:` and a package's."""

    channel: str = ""
    kind: str = "resident_id"
    number: str = ""
    name: str = ""
    phone: str = ""
    owner: str = OWN
    q: str = ""
    what: str = ""
    organisation: str = ""
    uscc: str = ""
    hall: str = ""
    day: str = ""
    slot: str = ""
    override: str = ""
    why: str = ""
    call: str = ""

    @classmethod
    def of(cls, post: Mapping[str, str]) -> Typed:
        """Read a form; a card that a reader typed into the number becomes number, kind and name."""
        values = {each.name: post.get(each.name, "")[:LONGEST].replace("\0", "").strip() for each in fields(cls)}
        typed = cls(**values)
        reading = readers.understand(typed.number)
        if reading.certificate is None:
            return typed
        card = reading.certificate
        return replace(typed, kind=card.kind, number=card.number, name=typed.name or reading.name)

    @property
    def channel_kind(self) -> ChannelKind:
        """Onsite or by telephone: nothing else is registered at a desk."""
        return ChannelKind.PHONE if self.channel == ChannelKind.PHONE else ChannelKind.ONSITE

    @property
    def slot_id(self) -> int:
        """The chosen hour, 0 when none is."""
        return _id(self.slot)

    @property
    def call_id(self) -> int:
        """The call that this answers, 0 for none."""
        return _id(self.call)

    @property
    def from_day(self) -> date | None:
        """From which day on hours are wanted."""
        return day_of(self.day)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who comes, read and checked; `phone` is empty for somebody who has none."""

    certificate: Certificate
    name: str
    phone: str
    organisation: str
    uscc: str


def day_of(text: str) -> date | None:
    """Read a date; None for whatever is none."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and in_our_years(found) else None


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else 0


def certificate_of(typed: Typed) -> Certificate | None:
    """Read the certificate; None while it is none."""
    try:
        return certificates.parse_certificate(typed.kind, typed.number)
    except InvalidInput:
        return None


def applicant_of(typed: Typed, audience: str) -> Applicant:
    """Read who comes. Raises `InvalidInput` with every error; an enterprise's matter needs the organisation."""
    errors: list[FieldError] = []
    certificate = _read(lambda: certificates.parse_certificate(typed.kind, typed.number), errors)
    name = _read(lambda: certificates.parse_name(typed.name), errors)
    phone = _read(lambda: _phone(typed), errors)
    organisation = _read(lambda: _organisation(typed, audience), errors)
    uscc = _read(lambda: certificates.parse_uscc(typed.uscc) if typed.uscc else "", errors)
    if certificate is None or name is None or phone is None or organisation is None or uscc is None:
        raise InvalidInput.of(errors)
    return Applicant(certificate, name, phone, organisation, uscc)


def early_errors(typed: Typed) -> dict[str, str]:
    """Say what is wrong with what has been typed so far; what is still empty is not wrong yet."""
    errors: list[FieldError] = []
    if typed.number:
        _read(lambda: certificates.parse_certificate(typed.kind, typed.number), errors)
    if typed.name:
        _read(lambda: certificates.parse_name(typed.name), errors)
    if typed.phone:
        _read(lambda: certificates.parse_phone(typed.phone), errors)
    return by_field(errors)


def by_field(errors: list[FieldError]) -> dict[str, str]:
    """Give the sentence for each input."""
    names = {"certificate": "number"}
    return {names.get(error.field, error.field): error.text(_) for error in errors}


def beside(errors: Mapping[str, str], inputs: tuple[str, ...] = INPUTS) -> dict[str, str]:
    """Give the sentence of every input, empty where nothing is wrong."""
    return dict.fromkeys(inputs, "") | dict(errors)


def _phone(typed: Typed) -> str:
    if typed.owner == NONE:
        return ""
    if not typed.phone:
        raise InvalidInput("phone", "missing", _("请填写手机号；没有手机请选“没有手机”。"))
    return certificates.parse_phone(typed.phone)


def _organisation(typed: Typed, audience: str) -> str:
    if audience == "personal" or (audience == "both" and not typed.organisation and not typed.uscc):
        return ""
    try:
        return certificates.parse_name(typed.organisation)
    except InvalidInput as error:
        raise InvalidInput("organisation", "bad_name", _("请填写单位名称。")) from error


def _read(parse: Callable[[], T], errors: list[FieldError]) -> T | None:
    try:
        return parse()
    except InvalidInput as error:
        errors.extend(error.errors)
        return None

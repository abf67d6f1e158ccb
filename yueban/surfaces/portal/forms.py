"""The form of who comes: read every field, and say everything that is wrong at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext, gettext_lazy

from yueban.kernel import certificates
from yueban.kernel.certificates import Certificate, CertificateKind
from yueban.kernel.errors import FieldError, InvalidInput
from yueban.surfaces.portal.visitor import Typed

T = TypeVar("T")

KINDS = {
    CertificateKind.RESIDENT_ID: gettext_lazy("居民身份证"),
    CertificateKind.HMT_RESIDENCE: gettext_lazy("港澳台居民居住证"),
    CertificateKind.FOREIGN_PERMANENT: gettext_lazy("外国人永久居留身份证"),
    CertificateKind.PASSPORT: gettext_lazy("护照"),
    CertificateKind.HM_PERMIT: gettext_lazy("港澳居民来往内地通行证"),
    CertificateKind.TW_PERMIT: gettext_lazy("台湾居民来往大陆通行证"),
}
INPUTS = {"certificate": "number"}  # the kernel's name of a field, and the input that holds it


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who comes, read and checked."""

    name: str
    certificate: Certificate
    phone: str
    organisation: str
    uscc: str


@dataclass(frozen=True, slots=True)
class Field:
    """One input as the page shows it."""

    name: str
    value: str
    error: str = ""
    hinted: bool = False

    @property
    def described_by(self) -> str:
        """The ids of the hint and the error, for screen readers."""
        parts = [f"{self.name}-hint"] if self.hinted else []
        return " ".join([*parts, f"{self.name}-error"] if self.error else parts)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One line of the summary of errors."""

    field: str
    text: str


def read_applicant(typed: Typed, audience: str) -> Applicant:
    """Read who comes. Raises `InvalidInput` with every error; an enterprise matter needs the organisation."""
    errors: list[FieldError] = []
    name = _read(lambda: certificates.parse_name(typed.name), errors)
    certificate = _read(lambda: certificates.parse_certificate(typed.kind, typed.number), errors)
    organisation = _read(lambda: read_organisation(typed, audience), errors)
    uscc = _read(lambda: certificates.parse_uscc(typed.uscc) if typed.uscc.strip() else "", errors)
    phone = _read(lambda: certificates.parse_phone(typed.phone), errors)
    if name is None or certificate is None or organisation is None or uscc is None or phone is None:
        raise InvalidInput.of(errors)
    return Applicant(name, certificate, phone, organisation, uscc)


def read_organisation(typed: Typed, audience: str) -> str:
    """Read the organisation's name; for matters of persons there is none."""
    if audience == "personal" or (audience == "both" and not typed.organisation.strip() and not typed.uscc.strip()):
        return ""
    try:
        return certificates.parse_name(typed.organisation)
    except InvalidInput as error:
        raise InvalidInput("organisation", "bad_name", gettext("请填写单位名称。")) from error


def shown(values: dict[str, str], errors: list[FieldError], hinted: tuple[str, ...] = ()) -> dict[str, Field]:
    """The inputs with what was typed and what is wrong beside each."""
    wrong = {error.field: error.text for error in summary(errors)}
    return {name: Field(name, value, wrong.get(name, ""), name in hinted) for name, value in values.items()}


def summary(errors: list[FieldError]) -> list[Wrong]:
    """What stands on top of the page, each line leading to its input."""
    return [Wrong(INPUTS.get(error.field, error.field), error.text(gettext)) for error in errors]


def _read(parse: Callable[[], T], errors: list[FieldError]) -> T | None:
    try:
        return parse()
    except InvalidInput as error:
        errors.extend(error.errors)
        return None

"""Who comes, parsed: every error at once, each under its field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from yueban.kernel.certificates import Certificate, parse_certificate, parse_name, parse_phone, parse_uscc
from yueban.kernel.errors import FieldError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from yueban.surfaces.api import schemas

Given = TypeVar("Given")
Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person as the domain takes it."""

    name: str
    certificate: Certificate
    phone: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """An enterprise as the domain takes it."""

    name: str = ""
    uscc: str = ""


class Collected:
    """Runs parsers and keeps their errors, to be raised together."""

    def __init__(self, prefix: str = "") -> None:
        """Errors get `prefix.` before their field."""
        self.prefix = prefix
        self.errors: list[FieldError] = []

    def __call__(self, parse: Callable[[Given], Parsed], given: Given) -> Parsed:
        """Answer what was parsed; after an error something that `check` keeps from being used."""
        try:
            return parse(given)
        except InvalidInput as invalid:
            self.errors += [error.within(self.prefix) if self.prefix else error for error in invalid.errors]
            return None  # type: ignore[return-value]  # check() raises before it is used

    def check(self) -> None:
        """Raise `InvalidInput` when there was any error."""
        if self.errors:
            raise InvalidInput.of(self.errors)


def parse_applicant(given: schemas.Applicant) -> Applicant:
    """Parse name, certificate and phone. Raises `InvalidInput` (`applicant.name` …)."""
    collect = Collected("applicant")
    made = Applicant(
        collect(parse_name, given.name),
        collect(lambda one: parse_certificate(one.kind, one.number), given.certificate),
        collect(parse_phone, given.phone),
    )
    collect.check()
    return made


def parse_organisation(given: schemas.Organisation | None) -> Organisation:
    """Parse the enterprise's name and USCC, empty without one. Raises `InvalidInput` (`organisation.uscc` …)."""
    if given is None:
        return Organisation()
    collect = Collected("organisation")
    made = Organisation(collect(parse_name, given.name), collect(parse_uscc, given.uscc))
    collect.check()
    return made

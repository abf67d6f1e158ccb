"""Input that cannot be read, said field by field.

The kernel knows no Django. A message is its own Chinese msgid, marked by `gettext_noop` so that
`makemessages` finds it; a surface passes its `gettext` to `FieldError.text`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def gettext_noop(message: str) -> str:
    """Mark a Chinese sentence as translatable without translating it here."""
    return message


def _untranslated(message: str) -> str:
    return message


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field: `code` for programs, `message` (Chinese msgid) for people."""

    field: str
    code: str
    message: str
    details: Mapping[str, str | int] = dataclasses.field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = _untranslated) -> str:
        """Give the sentence in the language of `translate`, its `%(name)s` filled from the details."""
        sentence = translate(self.message)
        return sentence % self.details if self.details else sentence

    def within(self, prefix: str) -> FieldError:
        """Give the same error for the field inside a larger form (`applicant.phone`)."""
        return FieldError(f"{prefix}.{self.field}", self.code, self.message, self.details)


class InvalidInput(ValueError):
    """Input that is malformed whatever the regulation says; the API answers it with 422."""

    def __init__(self, field: str, code: str, message: str, **details: str | int) -> None:
        """Hold one error; see `of` for many at once."""
        self.errors: list[FieldError] = [FieldError(field, code, message, details)]
        super().__init__(field, code)

    @classmethod
    def of(cls, errors: Sequence[FieldError]) -> InvalidInput:
        """Make one exception of several errors (at least one)."""
        first = errors[0]
        exception = cls(first.field, first.code, first.message)
        exception.errors = list(errors)
        return exception


class ClockRefused(RuntimeError):
    """The environment asks for a simulated clock that cannot be given."""

"""Every number of the regulation, with the document's values as defaults, and its JSON form."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, Final, Self, get_type_hints

from yueban.domain.regulation.rules.reasons import Clause


class Remainder(StrEnum):
    """What happens to the rest of a session that is shorter than a slot (R1.2)."""

    SHORT = "short"
    DROP = "drop"
    MERGE = "merge"


class GraceFrom(StrEnum):
    """Where the grace of R4.3 is counted from."""

    SLOT_END = "slot_end"
    SLOT_START = "slot_start"


class ParameterProblem(StrEnum):
    """What can be wrong with one parameter."""

    UNKNOWN = "unknown"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True, slots=True)
class ParameterError:
    """One wrong parameter: its name, the problem, and what would be right."""

    name: str
    problem: ParameterProblem
    expected: str = ""


class InvalidParameters(ValueError):
    """A parameter record is wrong; `errors` lists everything that is."""

    def __init__(self, errors: list[ParameterError]) -> None:
        """Keep all errors; the text names each."""
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{e.name}: {e.problem} {e.expected}".rstrip() for e in errors))


@dataclass(frozen=True, slots=True)
class HeadStarts:
    """Minutes by which a class of visitors is put forward in the calling order (R5.3); the largest counts."""

    arrived_booking: int = 120
    statutory: int = 60
    booked_online: int = 30
    walk_in: int = 0

    @property
    def largest(self) -> int:
        """The bound of overtaking, in minutes."""
        return max(self.arrived_booking, self.statutory, self.booked_online, self.walk_in)


@dataclass(frozen=True, slots=True)
class Of:
    """What a parameter belongs to, and its bounds, both inclusive (None: its type is bound enough)."""

    clause: Clause
    low: Any = None
    high: Any = None


_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_NONE: Final = timedelta(0)
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one edition of the regulation; an attribute carries the clause it belongs to.

    Durations are `timedelta` (clock time) unless the name says minutes; `…_days` and the two
    `Decimal` leads are working days of the county's calendar.
    """

    slot_minutes: Annotated[int, Of(Clause.R1_2, 5, 480)] = 60
    remainder: Annotated[Remainder, Of(Clause.R1_2)] = Remainder.SHORT
    early_late_minutes: Annotated[int, Of(Clause.R3_1, 0, 180)] = 60
    desk_cutoff: Annotated[time, Of(Clause.R4_0)] = time(16, 30)
    desk_cutoff_days: Annotated[int, Of(Clause.R4_0, 0, 30)] = 1
    online_lead: Annotated[timedelta, Of(Clause.R4_0, _NONE, _WEEK)] = 3 * _HOUR
    horizon: Annotated[int, Of(Clause.R4_0, 1, 60)] = 7
    callback_due: Annotated[Decimal, Of(Clause.R4_1_2, Decimal(0), Decimal(10))] = Decimal("0.5")
    checkin_opens: Annotated[timedelta, Of(Clause.R4_1_3, _NONE, _DAY)] = 60 * _MINUTE
    counter_cancel_lead: Annotated[Decimal, Of(Clause.R4_3, Decimal(0), Decimal(10))] = Decimal("0.5")
    cancel_lead: Annotated[timedelta, Of(Clause.R4_3, _NONE, _WEEK)] = 3 * _HOUR
    grace: Annotated[timedelta, Of(Clause.R4_3, _NONE, _DAY)] = 30 * _MINUTE
    grace_from: Annotated[GraceFrom, Of(Clause.R4_3)] = GraceFrom.SLOT_END
    remote_absence_is_no_show: Annotated[bool, Of(Clause.R4_3)] = True
    hold_back_minutes: Annotated[int, Of(Clause.R4_3, 0, 120)] = 0
    per_slot: Annotated[int, Of(Clause.R5_2, 1, 1)] = 1
    """Held by the schema (no overlapping appointments of one person); shown, not changeable."""
    per_day: Annotated[int, Of(Clause.R5_2, 1, 20)] = 2
    priority_opens: Annotated[timedelta, Of(Clause.R5_3, _NONE, _DAY)] = 10 * _MINUTE
    head_starts: Annotated[HeadStarts, Of(Clause.R5_3)] = HeadStarts()
    preference_step: Annotated[timedelta, Of(Clause.R5_3, _NONE, _DAY)] = 5 * _MINUTE
    strikes: Annotated[int, Of(Clause.R5_4, 1, 100)] = 3
    warn: Annotated[int, Of(Clause.R5_4, 0, 100)] = 2
    complaint_accept_days: Annotated[int, Of(Clause.R5_5_1, 0, 90)] = 1
    complaint_answer_days: Annotated[int, Of(Clause.R5_5_1, 1, 90)] = 5
    complaint_answer_longest_days: Annotated[int, Of(Clause.R5_5_1, 1, 365)] = 15
    follow_up_share: Annotated[Decimal, Of(Clause.R5_5_2, Decimal(0), Decimal(1))] = Decimal("0.05")
    rectification_verify_days: Annotated[int, Of(Clause.R5_5_3, 0, 90)] = 1
    rectification_fix_days: Annotated[int, Of(Clause.R5_5_3, 1, 90)] = 5
    rectification_fix_longest_days: Annotated[int, Of(Clause.R5_5_3, 1, 365)] = 15

    def to_json(self) -> dict[str, Any]:
        """Return JSON values only: durations in minutes, times `HH:MM`, decimals as strings."""
        return {f.name: _encode(getattr(self, f.name)) for f in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; a parameter left out has the document's value.

        Raises `InvalidParameters` with every unknown name, wrong type, value out of range and
        contradiction at once.
        """
        fields = {f.name: f for f in dataclasses.fields(cls)}
        errors = [ParameterError(name, ParameterProblem.UNKNOWN) for name in data if name not in fields]
        values: dict[str, Any] = {}
        for name, value in data.items():
            if name in fields:
                _read(fields[name], value, values, errors)
        if not errors:
            parameters = cls(**values)
            errors = list(_contradictions(parameters))
            if not errors:
                return parameters
        raise InvalidParameters(errors)


_OF: Final[dict[str, Of]] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(Parameters, include_extras=True).items()
}


def clause_of(name: str) -> Clause:
    """Return the clause a parameter belongs to; `KeyError` for an unknown one."""
    return _OF[name].clause


def parameters_of(clause: str) -> tuple[str, ...]:
    """Return the names of the parameters that a clause carries, in their order."""
    return tuple(name for name, of in _OF.items() if of.clause == clause)


def _encode(value: Any) -> Any:
    if isinstance(value, timedelta):
        minutes = value / _MINUTE
        return int(minutes) if minutes == int(minutes) else minutes
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, HeadStarts):
        return dataclasses.asdict(value)
    return str(value) if isinstance(value, Decimal | StrEnum) else value


def _read(field: dataclasses.Field[Any], raw: Any, values: dict[str, Any], errors: list[ParameterError]) -> None:
    low, high = _OF[field.name].low, _OF[field.name].high
    try:
        value = _decode(field.default, raw)
    except (ValueError, InvalidOperation):
        errors.append(ParameterError(field.name, ParameterProblem.WRONG_TYPE, _shape(field.default)))
        return
    if low is not None and not low <= value <= high:
        errors.append(ParameterError(field.name, ParameterProblem.OUT_OF_RANGE, f"{_encode(low)}…{_encode(high)}"))
    values[field.name] = value


def _decode(like: Any, raw: Any) -> Any:
    """Read `raw` as the type of the default; `ValueError` or `InvalidOperation` when it is another."""
    read = _READERS.get(type(like))
    return read(raw) if read else type(like)(_exactly(str, raw))


def _exactly(kind: type, raw: Any) -> Any:
    if type(raw) is not kind:
        raise ValueError(raw)
    return raw


def _whole(raw: Any) -> int:
    """Accept an int that a timedelta and a column can hold (a JSON number may have any length)."""
    number: int = _exactly(int, raw)
    if abs(number) > 1_000_000:  # noqa: PLR2004 - far above every range, far below every overflow
        raise ValueError(raw)
    return number


def _clock_time(raw: Any) -> time:
    if not re.fullmatch(r"[0-2]\d:[0-5]\d", _exactly(str, raw), re.ASCII):
        raise ValueError(raw)
    return time.fromisoformat(raw)


def _decimal(raw: Any) -> Decimal:
    number = Decimal(_exactly(str, raw))
    if not number.is_finite():
        raise ValueError(raw)
    return number


def _head_starts(raw: Any) -> HeadStarts:
    known = {f.name for f in dataclasses.fields(HeadStarts)}
    values = {name: _whole(minutes) for name, minutes in _exactly(dict, raw).items()}
    if not values.keys() <= known or any(not 0 <= minutes <= 24 * 60 for minutes in values.values()):
        raise ValueError(raw)
    return HeadStarts(**values)


_READERS: Final[dict[type, Callable[[Any], Any]]] = {
    bool: lambda raw: _exactly(bool, raw),
    int: _whole,
    timedelta: lambda raw: timedelta(minutes=_whole(raw)),
    time: _clock_time,
    Decimal: _decimal,
    HeadStarts: _head_starts,
}


def _shape(like: Any) -> str:
    """Say how the JSON value must look, by the example of the default."""
    if isinstance(like, Remainder | GraceFrom):
        return " / ".join(type(like))
    return repr(_encode(like))


def _contradictions(parameters: Parameters) -> list[ParameterError]:
    """Find pairs of parameters that cannot hold together."""
    pairs = (
        ("warn", parameters.warn < parameters.strikes, "< strikes"),
        (
            "complaint_answer_longest_days",
            parameters.complaint_answer_longest_days >= parameters.complaint_answer_days,
            ">= complaint_answer_days",
        ),
        (
            "rectification_fix_longest_days",
            parameters.rectification_fix_longest_days >= parameters.rectification_fix_days,
            ">= rectification_fix_days",
        ),
    )
    return [ParameterError(name, ParameterProblem.CONTRADICTS, rule) for name, holds, rule in pairs if not holds]

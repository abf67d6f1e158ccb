"""Every number of the regulation, with the document's values as defaults, and its JSON form."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, Self

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


class InvalidParameters(ValueError):  # noqa: N818 - named like InvalidInput, its sibling
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
        return max(dataclasses.astuple(self))


def _of(clause: Clause, default: Any, low: Any = None, high: Any = None) -> Any:
    return dataclasses.field(default=default, metadata={"clause": clause, "low": low, "high": high})


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

    slot_minutes: int = _of(Clause.R1_2, 60, 5, 480)
    remainder: Remainder = _of(Clause.R1_2, Remainder.SHORT)
    early_late_minutes: int = _of(Clause.R3_1, 60, 0, 180)
    desk_cutoff: time = _of(Clause.R4_0, time(16, 30))
    desk_cutoff_days: int = _of(Clause.R4_0, 1, 0, 30)
    online_lead: timedelta = _of(Clause.R4_0, 3 * _HOUR, _NONE, _WEEK)
    horizon: int = _of(Clause.R4_0, 7, 1, 60)
    callback_due: Decimal = _of(Clause.R4_1_2, Decimal("0.5"), Decimal(0), Decimal(10))
    checkin_opens: timedelta = _of(Clause.R4_1_3, 60 * _MINUTE, _NONE, _DAY)
    counter_cancel_lead: Decimal = _of(Clause.R4_3, Decimal("0.5"), Decimal(0), Decimal(10))
    cancel_lead: timedelta = _of(Clause.R4_3, 3 * _HOUR, _NONE, _WEEK)
    grace: timedelta = _of(Clause.R4_3, 30 * _MINUTE, _NONE, _DAY)
    grace_from: GraceFrom = _of(Clause.R4_3, GraceFrom.SLOT_END)
    remote_absence_is_no_show: bool = _of(Clause.R4_3, default=True)
    hold_back_minutes: int = _of(Clause.R4_3, 0, 0, 120)
    per_slot: int = _of(Clause.R5_2, 1, 1, 1)
    """Held by the schema (no overlapping appointments of one person); shown, not changeable."""
    per_day: int = _of(Clause.R5_2, 2, 1, 20)
    priority_opens: timedelta = _of(Clause.R5_3, 10 * _MINUTE, _NONE, _DAY)
    head_starts: HeadStarts = _of(Clause.R5_3, HeadStarts())
    preference_step: timedelta = _of(Clause.R5_3, 5 * _MINUTE, _NONE, _DAY)
    strikes: int = _of(Clause.R5_4, 3, 1, 100)
    warn: int = _of(Clause.R5_4, 2, 0, 100)
    complaint_accept_days: int = _of(Clause.R5_5_1, 1, 0, 90)
    complaint_answer_days: int = _of(Clause.R5_5_1, 5, 1, 90)
    complaint_answer_longest_days: int = _of(Clause.R5_5_1, 15, 1, 365)
    follow_up_share: Decimal = _of(Clause.R5_5_2, Decimal("0.05"), Decimal(0), Decimal(1))
    rectification_verify_days: int = _of(Clause.R5_5_3, 1, 0, 90)
    rectification_fix_days: int = _of(Clause.R5_5_3, 5, 1, 90)
    rectification_fix_longest_days: int = _of(Clause.R5_5_3, 15, 1, 365)

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


def clause_of(name: str) -> Clause:
    """Return the clause a parameter belongs to; `KeyError` for an unknown one."""
    clause: Clause = {f.name: f for f in dataclasses.fields(Parameters)}[name].metadata["clause"]
    return clause


def parameters_of(clause: str) -> tuple[str, ...]:
    """Return the names of the parameters that a clause carries, in their order."""
    return tuple(f.name for f in dataclasses.fields(Parameters) if f.metadata["clause"] == clause)


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
    low, high = field.metadata["low"], field.metadata["high"]
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
    match like:
        case bool():
            return _exactly(bool, raw)
        case int():
            return _whole(raw)
        case timedelta():
            return timedelta(minutes=_whole(raw))
        case time():
            return _clock_time(raw)
        case Decimal():
            return _decimal(raw)
        case HeadStarts():
            return _head_starts(raw)
        case _:
            return type(like)(_exactly(str, raw))


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

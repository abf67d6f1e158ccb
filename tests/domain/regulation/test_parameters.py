"""The parameters: the document's values, their JSON form, and everything that can be wrong with one."""

import json
from contextlib import suppress
from dataclasses import fields, replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.regulation.rules import (
    Clause,
    GraceFrom,
    HeadStarts,
    InvalidParameters,
    ParameterError,
    ParameterProblem,
    Parameters,
    Remainder,
    clause_of,
    parameters_of,
)


def test_the_defaults_are_the_documents() -> None:
    parameters = Parameters()
    assert (parameters.slot_minutes, parameters.remainder) == (60, Remainder.SHORT)
    assert (parameters.desk_cutoff, parameters.desk_cutoff_days) == (time(16, 30), 1)
    assert (parameters.online_lead, parameters.cancel_lead) == (timedelta(hours=3), timedelta(hours=3))
    assert (parameters.grace, parameters.grace_from) == (timedelta(minutes=30), GraceFrom.SLOT_END)
    assert (parameters.callback_due, parameters.counter_cancel_lead) == (Decimal("0.5"), Decimal("0.5"))
    assert (parameters.horizon, parameters.per_slot, parameters.per_day) == (7, 1, 2)
    assert (parameters.strikes, parameters.warn) == (3, 2)
    assert (parameters.checkin_opens, parameters.priority_opens) == (timedelta(minutes=60), timedelta(minutes=10))
    assert parameters.head_starts == HeadStarts(arrived_booking=120, statutory=60, booked_online=30, walk_in=0)


def test_r5_3_the_largest_head_start_bounds_overtaking() -> None:
    assert HeadStarts().largest == 120


def changed(**values: Any) -> Parameters:
    return replace(Parameters(), **values)


@given(
    st.builds(
        changed,
        slot_minutes=st.integers(5, 480),
        remainder=st.sampled_from(Remainder),
        desk_cutoff=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
        online_lead=st.integers(0, 7 * 24 * 60).map(lambda m: timedelta(minutes=m)),
        callback_due=st.decimals(0, 10, places=2),
        grace_from=st.sampled_from(GraceFrom),
        remote_absence_is_no_show=st.booleans(),
        head_starts=st.builds(HeadStarts, *[st.integers(0, 1440)] * 4),
    )
)
def test_what_is_written_as_json_is_read_back_the_same(parameters: Parameters) -> None:
    assert Parameters.from_json(json.loads(json.dumps(parameters.to_json()))) == parameters


def test_a_parameter_left_out_has_the_documents_value() -> None:
    assert Parameters.from_json({"per_day": 3}) == changed(per_day=3)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidParameters) as caught:
        Parameters.from_json(
            {
                "per_month": 1,
                "per_day": True,
                "horizon": 0,
                "desk_cutoff": "24:30",
                "callback_due": "NaN",
                "remainder": "round",
                "online_lead": 10**400,
                "head_starts": {"walk_in": -1},
            }
        )
    assert [(error.name, error.problem) for error in caught.value.errors] == [
        ("per_month", ParameterProblem.UNKNOWN),
        ("per_day", ParameterProblem.WRONG_TYPE),
        ("horizon", ParameterProblem.OUT_OF_RANGE),
        ("desk_cutoff", ParameterProblem.WRONG_TYPE),
        ("callback_due", ParameterProblem.WRONG_TYPE),
        ("remainder", ParameterProblem.WRONG_TYPE),
        ("online_lead", ParameterProblem.WRONG_TYPE),
        ("head_starts", ParameterProblem.WRONG_TYPE),
    ]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"warn": 3}, "warn"),
        ({"complaint_answer_days": 20}, "complaint_answer_longest_days"),
        ({"rectification_fix_days": 20}, "rectification_fix_longest_days"),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(data: dict[str, int], name: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        Parameters.from_json(data)
    assert [(e.name, e.problem) for e in caught.value.errors] == [(name, ParameterProblem.CONTRADICTS)]


def test_one_booking_a_slot_is_held_by_the_schema_and_cannot_be_changed() -> None:
    with pytest.raises(InvalidParameters) as caught:
        Parameters.from_json({"per_slot": 2})
    assert caught.value.errors == (ParameterError("per_slot", ParameterProblem.OUT_OF_RANGE, "1…1"),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([f.name for f in fields(Parameters)]) | st.text(max_size=8), JSON, max_size=6))
def test_any_json_is_read_or_refused(data: dict[str, Any]) -> None:
    with suppress(InvalidParameters):
        assert Parameters.from_json(data).to_json().keys() >= data.keys()


def test_every_parameter_belongs_to_a_clause() -> None:
    names = [name for clause in Clause for name in parameters_of(clause)]
    assert sorted(names) == sorted(f.name for f in fields(Parameters))
    assert clause_of("cancel_lead") is Clause.R4_3

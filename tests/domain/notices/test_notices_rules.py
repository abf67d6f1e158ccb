"""Messages: within two segments, in plain words, sent again with growing pauses."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.notices.rules import MAX_ATTEMPTS, TEXTS, Template, fields_of, pause_after, render, segments
from yueban.kernel.clock import TZ

SIGNATURE = "【沈丘政务】"
STARTS, ENDS = datetime(2026, 11, 30, 9, 30, tzinfo=TZ), datetime(2026, 11, 30, 10, 30, tzinfo=TZ)
FIELDS: dict[str, str | int | datetime] = {
    "code": "82641907",
    "label": "YA012",
    "counter": 3,
    "matter": "居民身份证补领",
    "centre": "县政务服务中心",
    "starts_at": STARTS,
    "ends_at": ENDS,
    "free_until": STARTS - timedelta(hours=3),
    "hotline": "0394-5101234",
    "limit": 3,
    "count": 2,
    "reason": "停电",
    "until": datetime(2026, 12, 1, tzinfo=TZ),
    "minutes": 5,
    "kind": "上门办理",
    "team": "户籍上门服务小组",
    "link": "https://yuyue.shenqiu.example/v/82641907AbCdEfGhIjKl",
}


def test_r4_1_the_confirmation_says_when_where_what_number_and_what_cancelling_costs() -> None:
    assert render(Template.BOOKED, **FIELDS) == (
        "您已预约11月30日周一09:30-10:30到县政务服务中心办理“居民身份证补领”，预约号82641907。请带证件和材料，到场取号。"
        "不能来请在11月30日06:30前取消，之后取消或未到记爽约1次。"
    )


def test_r5_4_a_suspension_says_until_when_what_stays_possible_and_how_to_object() -> None:
    assert render(Template.SUSPENDED, **FIELDS) == (
        "您本月爽约已满3次，12月1日00:00起才能再预约。已约的照常有效，也可到大厅现场取号。有异议请拨0394-5101234申诉。"
    )


@pytest.mark.parametrize("template", Template)
def test_every_message_fits_two_segments(template: Template) -> None:
    long = FIELDS | {"matter": "事" * 100, "centre": "心" * 50, "reason": "因" * 300, "hotline": "0394-12345678"}
    texts = [SIGNATURE + render(template, **fields) for fields in (FIELDS, long)]
    assert max(segments(text) for text in texts) <= 2
    assert "82641907" in texts[1] or "{code}" not in TEXTS[template]


@given(st.sampled_from(Template), st.text("𠮷事心 ", max_size=200), st.text("𠮷事心", max_size=200))
def test_no_name_makes_a_message_longer(template: Template, name: str, reason: str) -> None:
    text = render(template, **FIELDS | {"matter": name, "centre": name, "reason": reason})
    assert segments(SIGNATURE + text) <= 2


@pytest.mark.parametrize("template", Template)
def test_a_missing_field_is_noticed(template: Template) -> None:
    needed = fields_of(template)
    assert render(template, **{name: FIELDS[name] for name in needed})
    for name in needed - {"starts_at", "ends_at"}:
        with pytest.raises(KeyError):
            render(template, **{other: FIELDS[other] for other in needed - {name}})


def test_braces_in_a_name_are_only_text() -> None:
    assert "“{code}”" in render(Template.BOOKED, **FIELDS | {"matter": "{code}"})


@pytest.mark.parametrize(("units", "count"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_segments_are_counted_as_operators_do(units: int, count: int) -> None:
    assert segments("字" * units) == count
    assert segments("𠮷" * (units // 2) + "字" * (units % 2)) == count


def test_pauses_double_up_to_an_hour_and_end() -> None:
    waits = [pause_after(attempt, jitter=0.5) for attempt in range(1, MAX_ATTEMPTS + 1)]
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert max(wait for wait in waits if wait) <= timedelta(hours=1)
    assert waits[-1] is None
    assert pause_after(1, jitter=0) == timedelta(seconds=15)

"""What a window screen shows: the words of a centre, in the bytes of its controller."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import instant
from yueban.domain.queueing.screens import Face, Sight, Texts, fill, is_repeat, payload, sight, text_of, unknown_names

AT = instant("2026-11-30 09:00")


def face(mode: str = "open", label: str = "", ticket: str = "", number: int = 3) -> Face:
    return Face(number, "一楼A区", mode, label, ticket)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (face(), Sight.IDLE),
        (face("paused"), Sight.PAUSED),
        (face("closed"), Sight.PAUSED),
        (face("open", "A012", "called"), Sight.CALLED),
        (face("open", "A012", "serving"), Sight.CALLED),
        (face("paused", "A012", "called"), Sight.CALLED),
        (face("paused", "A012", "serving"), Sight.PAUSED),
    ],
)
def test_a_called_number_stands_until_its_holder_is_there_even_where_the_counter_pauses(
    seen: Face, expected: Sight
) -> None:
    assert sight(seen) is expected


def test_the_usual_words_are_those_of_the_county() -> None:
    shown = [text_of(each, Texts()) for each in (face(label="A012", ticket="called"), face(), face("paused"))]
    assert shown == ["请A012号到3号窗口办理", "热情为您服务", "暂停服务"]


def test_a_centre_has_its_own_words() -> None:
    own = Texts(called="{label} → {area}{counter}", idle="您好", paused="稍候")
    assert text_of(face(label="YA012", ticket="called"), own) == "YA012 → 一楼A区3"
    assert text_of(face(), own) == "您好"


def test_an_unknown_name_in_a_template_is_found_and_never_read_as_code() -> None:
    assert unknown_names("{label} {nummer} {counter}") == ["nummer"]
    assert fill("{label.__class__} {0} {label}", {"label": "A001"}) == "{label.__class__} {0} A001"


def test_the_same_text_is_a_repeat_for_five_seconds() -> None:
    assert is_repeat("x", AT, "x", now=AT + timedelta(seconds=4.9))
    assert not is_repeat("x", AT, "x", now=AT + timedelta(seconds=5))
    assert not is_repeat("x", AT, "y", now=AT + timedelta(seconds=1))
    assert not is_repeat("x", None, "x", now=AT)
    assert not is_repeat("x", AT, "x", now=AT - timedelta(seconds=1)), "another clock has started"


def test_a_frame_carries_the_bytes_that_a_controller_wants() -> None:
    called = face(label="A012", ticket="called")
    sent = payload(r"\x02{counter},{state}|{text}\x03\r\n", "请A012号", called, "gb18030")
    assert sent == b"\x023,called|" + "请A012号".encode("gb18030") + b"\x03\r\n"


def test_a_frame_may_be_json() -> None:
    sent = payload('{"label": "{label}", "text": "{text}"}', "热情为您服务", face(), "utf-8")
    assert sent.decode() == '{"label": "", "text": "热情为您服务"}'


def test_what_an_encoding_cannot_write_is_a_question_mark() -> None:
    assert payload("{text}", "\U0001f600号", face(), "gbk") == b"?" + "号".encode("gbk")


@given(st.text(max_size=60), st.sampled_from(["gb18030", "gbk", "utf-8"]))
def test_no_text_breaks_out_of_its_frame(text: str, encoding: str) -> None:
    sent = payload(r"\x02{text}\x03", text, face(), encoding)
    assert (sent[:1], sent[-1:]) == (b"\x02", b"\x03")
    assert not {0x02, 0x03, 0x0A, 0x0D} & set(sent[1:-1])

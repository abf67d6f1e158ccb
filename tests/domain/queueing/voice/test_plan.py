"""A call as the words that are spoken: phrases whole, numbers and letters one by one."""

from __future__ import annotations

import pytest

from yueban.domain.queueing.screens import CALLED
from yueban.domain.queueing.voice import file_name, playlist, spoken, wanted

CALL = {"label": "YA012", "counter": "13", "area": "一楼A区"}


def test_a_call_is_spoken_digit_by_digit() -> None:
    assert spoken(CALLED, CALL) == ["请", "Y", "A", "0", "1", "2", "号到", "1", "3", "号窗口办理"]


def test_an_area_is_spoken_as_a_whole_and_punctuation_is_silent() -> None:
    assert spoken("{label}，请到{area}。", CALL) == ["Y", "A", "0", "1", "2", "请到", "一楼A区"]


def test_a_template_without_names_is_one_phrase() -> None:
    assert spoken("热情为您服务", {}) == ["热情为您服务"]


def test_a_playlist_needs_every_clip() -> None:
    clips = {word: f"{word}.wav" for word in spoken(CALLED, CALL)}
    assert playlist(CALLED, CALL, clips) == [f"{word}.wav" for word in spoken(CALLED, CALL)]
    assert playlist(CALLED, CALL | {"label": "B012"}, clips) is None, "nobody recorded B: the browser speaks"
    assert playlist("", CALL, clips) is None


def test_every_call_of_a_hall_can_be_put_together_from_what_is_wanted() -> None:
    templates = [CALLED, "{label}号请到{area}{counter}号窗口"]
    clips = {word: word for word in wanted(templates, ["A", "B", "CH"], ["一楼A区", "二楼"])}
    for template in templates:
        for label in ("A001", "YB999", "CH1000", "YCH012"):
            for counter in ("1", "44"):
                assert playlist(template, {"label": label, "counter": counter, "area": "二楼"}, clips) is not None


def test_areas_are_wanted_only_where_a_template_names_them() -> None:
    assert "二楼" not in wanted([CALLED], ["A"], ["二楼"])


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("3", "digit-3"),
        ("Y", "letter-y"),
        ("号窗口办理", "phrase-hao-chuang-kou-ban-li"),
        ("一楼A区", "phrase-yi-lou-a-qu"),
        ("？", "phrase-"),
    ],
)
def test_a_clip_is_called_so_that_somebody_can_record_it(word: str, name: str) -> None:
    assert file_name(word).startswith(name)

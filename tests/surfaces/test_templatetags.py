"""Times, numbers and clauses look the same everywhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils.translation import override

from tests.factories import instant
from yueban.kernel import clock


@pytest.fixture(autouse=True)
def _saturday() -> Iterator[None]:
    before = clock.simulate(clock.frozen(instant("2026-11-28 10:00")))
    yield
    clock.simulate(before)


def render(text: str, **values: object) -> str:
    return Template("{% load yueban %}" + text).render(Context(values))


START = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
END = START + timedelta(hours=1)


def test_a_span_is_written_in_the_countys_zone_with_the_day_after_tomorrow_beside() -> None:
    shown = render("{% span start end %}", start=START, end=END)
    assert "11月30日 周一 09:30–10:30" in shown
    assert "后天" in shown
    assert 'datetime="2026-11-30T09:30:00+08:00"' in shown


def test_a_far_day_has_no_word_beside() -> None:
    assert "beside" not in render("{{ day|day }}", day=instant("2026-12-09 00:00").date())


def test_times_are_english_in_english() -> None:
    with override("en"):
        assert render("{% span_plain start end %}", start=START, end=END) == "Mon 30 Nov 09:30–10:30"
        assert render("{{ lead|duration }}", lead=timedelta(hours=3)) == "3 h"


@pytest.mark.parametrize(
    ("template", "value", "shown"),
    [
        ("{{ value|grouped }}", "82641907", "8264 1907"),
        ("{{ value|ticket }}", "YA012", "YA 012"),
        ("{{ value|ticket }}", "A1000", "A 1000"),
        ("{{ value|masked_phone }}", "13812345678", "138****5678"),
        ("{{ value|spoken }}", "0394-5101000", "0394 5101000"),
        ("{{ value|spoken }}", "13812345678", "138 1234 5678"),
        ("{{ value|duration }}", 90, "90 分钟"),
        ("{{ value|duration }}", 120, "2 小时"),
        ("{{ value|language_tag }}", "zh-hans", "zh-Hans"),
    ],
)
def test_numbers_are_shown_in_groups(template: str, value: object, shown: str) -> None:
    assert render(template, value=value) == shown


def test_a_clause_is_cited_in_the_documents_own_numbering() -> None:
    assert "（制度四、预约流程（三））" in render('{% clause "R4.3" %}')


def test_every_icon_is_drawn_without_being_read_aloud() -> None:
    assert 'aria-hidden="true"' in render('{% icon "phone" %}')

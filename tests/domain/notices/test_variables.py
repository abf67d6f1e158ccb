"""Variables of approved texts: each at most 20 characters, whatever names people give."""

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.notices.rules import LONGEST, TEXTS, Template, names, provider_text, read, variables, written
from yueban.kernel.clock import TZ

STARTS = datetime(2026, 12, 31, 15, 30, tzinfo=TZ)
ANYTHING = st.text(max_size=60)


def fields(**changed: str) -> dict[str, str | int | datetime]:
    """Give every field that any kind needs."""
    known: dict[str, str | int | datetime] = {
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(hours=1),
        "free_until": STARTS - timedelta(hours=3),
        "until": STARTS,
        "code": "82641907",
        "count": 2,
        "limit": 3,
        "minutes": 5,
        "counter": 12,
        "label": "YA012",
        "hotline": "0394-5100000",
        "link": "https://yuyue.shenqiu.gov.cn/q/82641907AbCdEfGhIjKl",
    }
    words = {name for kind in Template for name in names(kind)} - set(known) - {"when"}
    return known | dict.fromkeys(words, "样例") | changed


@pytest.mark.parametrize("kind", Template)
def test_every_variable_of_every_kind_has_at_most_20_characters(kind: Template) -> None:
    long = dict.fromkeys(("matter", "centre", "reason", "team", "kind"), "长" * 50)
    found = variables(kind, **fields(**long))
    assert tuple(found) == names(kind)
    assert max(map(len, found.values())) <= LONGEST


@given(st.sampled_from(Template), ANYTHING, ANYTHING)
def test_no_name_makes_a_variable_longer(kind: Template, name: str, reason: str) -> None:
    found = variables(kind, **fields(matter=name, centre=name, reason=reason))
    assert all(len(value) <= LONGEST for value in found.values())


def test_a_link_stands_as_its_last_part() -> None:
    assert variables(Template.REMINDER, **fields())["link"] == "82641907AbCdEfGhIjKl"


def test_an_hour_is_one_variable() -> None:
    assert variables(Template.BOOKED, **fields())["when"] == "12月31日周四15:30-16:30"


@given(ANYTHING, st.dictionaries(st.text(max_size=10), ANYTHING, max_size=4))
def test_text_and_variables_travel_together(text: str, found: dict[str, str]) -> None:
    assert read(written(text, found)) == (text.replace("\x1f", " "), found)


def test_a_letter_from_before_has_no_variables() -> None:
    assert read("验证码123456") == ("验证码123456", {})


def test_the_text_to_hand_in_has_the_providers_placeholders() -> None:
    text = provider_text(Template.LOGIN_CODE, "${{{name}}}", address="")
    assert text == "验证码${code}，${minutes}分钟内有效。工作人员不会向您索要，请勿告诉他人。"
    assert provider_text(Template.LOGIN_CODE, "{{{n}}}", address="").startswith("验证码{1}，{2}分钟")
    assert all("$" not in each for each in TEXTS.values())


@pytest.mark.parametrize("kind", [kind for kind in Template if "link" in names(kind)])
def test_an_approved_text_holds_the_fixed_part_of_its_link(kind: Template) -> None:
    text = provider_text(kind, "${{{name}}}", address="https://yuyue.example")
    assert re.search(r"https://yuyue\.example/[pqrv]/\$\{link\}", text)

"""Words of the directory."""

import pytest

from yueban.domain.directory.rules import initials, is_township, storable


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("居民身份证换领",), "jmsfzhl"),
        (("婚姻登记", "结婚"), "hydj jh"),
        (("银行开户",), "yhkh"),
        (("重新申领",), "cxsl"),
        (("C1驾驶证（期满换证）",), "c1jszqmhz"),
        (("",), ""),
    ],
)
def test_initials_are_the_first_letters_people_type(texts: tuple[str, ...], expected: str) -> None:
    assert initials(*texts) == expected


def test_initials_fit_their_column() -> None:
    assert len(initials("长" * 300, "短" * 20)) == 200


def test_townships_and_villages_have_township_queues() -> None:
    levels = ["province", "city", "county", "township", "village"]
    assert [is_township(level) for level in levels] == [False, False, False, True, True]


@pytest.mark.parametrize(("text", "expected"), [("预约", True), ("", True), ("a\x00", False), ("\ud800", False)])
def test_text_that_postgresql_cannot_hold_is_known(text: str, expected: bool) -> None:  # noqa: FBT001  a parameter
    assert storable(text) is expected

"""Numbers that people read aloud, and tokens."""

from yueban.kernel import ids


def test_a_code_has_eight_digits_and_no_leading_0() -> None:
    codes = {ids.new_code() for _ in range(2_000)}
    assert {len(code) for code in codes} == {8}
    assert all(code.isdecimal() and code[0] != "0" for code in codes)
    assert len(codes) > 1_990


def test_a_code_is_grouped_for_the_eye_and_read_back() -> None:
    assert ids.grouped("82641907") == "8264 1907"
    assert ids.ungrouped(" 8264 １９０７-") == "82641907"


def test_a_token_is_found_by_its_digest() -> None:
    token = ids.new_token()
    assert ids.token_digest(token) == ids.token_digest(token)
    assert ids.token_digest(token) != ids.token_digest(ids.new_token())
    assert len(ids.token_digest("\ud800")) == 32

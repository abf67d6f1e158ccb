"""R5.1: which certificates are read, refused, masked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.kernel.certificates import (
    Certificate,
    CertificateKind,
    citizen_check,
    mask_name,
    mask_phone,
    parse_certificate,
    parse_name,
    parse_phone,
    parse_uscc,
    uscc_check,
)
from yueban.kernel.errors import InvalidInput


def citizen(first17: str) -> str:
    return first17 + citizen_check(first17)


def message_of(kind: str, number: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        parse_certificate(kind, number)
    (error,) = refused.value.errors
    assert (error.field, error.code) == ("certificate", "bad_certificate")
    return error.message


def test_r5_1_the_example_of_the_standard_is_valid() -> None:
    assert parse_certificate("resident_id", "11010519491231002X").birth_date == date(1949, 12, 31)


@pytest.mark.parametrize(
    "first17",
    [
        "41162419900101123",  # this county
        "41272819560307002",  # this county's old code, born before 2000
        "83000019850615001",  # Taiwan
        "91011520000229001",  # a foreigner's card read as a resident's
    ],
)
def test_r5_1_the_region_code_is_only_a_hint(first17: str) -> None:
    number = citizen(first17)
    assert parse_certificate("resident_id", number) == Certificate(CertificateKind.RESIDENT_ID, number)


def test_r5_1_width_case_and_blanks_are_normalised_first() -> None:
    assert parse_certificate("resident_id", " １１０１０５-19491231 002ｘ\u200b").number == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "part"),
    [
        ("110105194912310021", "校验"),
        ("110105194913310021", "出生日期"),
        ("110105190002290021", "出生日期"),
        ("1101051949123100", "18 位"),
        ("11010519491231002XX", "18 位"),
        ("1101051949123100AX", "18 位"),
        ("٠١٠١٠٥١٩٤٩١٢٣١٠٠٢٣", "18 位"),
        ("", "请填写"),
        (" \u3000", "请填写"),
        ("1" * 100_000, "18 位"),
        ("\x00" * 18, "18 位"),
        ("\ud800", "18 位"),
    ],
)
def test_r5_1_a_malformed_number_is_refused_with_its_reason(number: str, part: str) -> None:
    assert part in message_of("resident_id", number)


def test_r5_1_an_old_15_digit_number_is_refused_with_a_clear_sentence() -> None:
    assert message_of("resident_id", "110105491231002") == "15 位旧身份证号码已停止使用，请填写 18 位公民身份号码。"


def test_r5_1_an_unknown_kind_is_refused() -> None:
    assert message_of("driving_licence", "11010519491231002X") == "请选择证件类型。"


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_r5_1_hmt_residence_permits_start_with_their_code(prefix: str) -> None:
    assert parse_certificate("hmt_residence", citizen(prefix + "19850615001")).birth_date == date(1985, 6, 15)


def test_r5_1_hmt_residence_permits_of_another_code_are_refused() -> None:
    assert "810000" in message_of("hmt_residence", citizen("41162419900101123"))


def test_r5_1_both_forms_of_the_foreign_permanent_card_are_valid() -> None:
    new = parse_certificate("foreign_permanent", citizen("91108419900101001"))
    old = parse_certificate("foreign_permanent", "usa411690010102")
    assert (new.birth_date, old.birth_date) == (date(1990, 1, 1), None)


@pytest.mark.parametrize("number", [citizen("41162419900101123"), "US4116900101022", "USA41169001010"])
def test_r5_1_other_forms_of_the_foreign_permanent_card_are_refused(number: str) -> None:
    assert "以 9 开头" in message_of("foreign_permanent", number)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("passport", "EA1234567", "ABCDEFGH"),
        ("passport", "G12345678", "E1"),
        ("hm_permit", "H12345678", "H1234567"),
        ("hm_permit", "m1234567801", "K12345678"),
        ("tw_permit", "12345678", "1234567"),
        ("tw_permit", "1234567890（B）", "1234567890"),
    ],
)
def test_r5_1_travel_documents_have_their_own_shapes(kind: str, good: str, bad: str) -> None:
    assert parse_certificate(kind, good).kind == kind
    assert message_of(kind, bad)


def test_r5_2_one_person_is_counted_once_over_kinds_and_renewals() -> None:
    number = citizen("83000019850615001")
    assert parse_certificate("resident_id", number).identity == parse_certificate("hmt_residence", number).identity
    renewed = {parse_certificate("hm_permit", text).identity for text in ("H12345678", "H1234567801", "H1234567802")}
    assert renewed == {"hm_permit:H12345678"}
    assert parse_certificate("tw_permit", "1234567802B").identity == parse_certificate("tw_permit", "12345678").identity


def test_a_shown_number_hides_its_middle() -> None:
    assert parse_certificate("resident_id", citizen("41162419900101123")).masked == "411624********1230"
    assert parse_certificate("passport", "EA1234567").masked == "E******67"
    assert (mask_phone("13812345678"), mask_name("样例丙"), mask_name("王")) == ("138****5678", "样**", "王*")


@given(st.sampled_from(list(CertificateKind)), st.text(max_size=40))
def test_any_text_is_read_or_refused(kind: str, number: str) -> None:
    try:
        certificate = parse_certificate(kind, number)
    except InvalidInput:
        return
    assert parse_certificate(kind, certificate.number) == certificate


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_r5_1_one_wrong_digit_is_always_noticed(born: date, order: int, place: int, shift: int) -> None:
    number = citizen(f"411624{born:%Y%m%d}{order:03}")
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert message_of("resident_id", wrong)


@pytest.mark.parametrize("text", ["91350100M000100Y43", "91350100 m000100y43", "９１３５０１００Ｍ０００１００Ｙ４３"])
def test_r5_1_the_code_of_the_standard_is_valid(text: str) -> None:
    assert parse_uscc(text) == "91350100M000100Y43"


def test_r5_1_rural_organisations_start_with_n() -> None:
    first17 = "N2411624MA4XXXXXX"
    assert parse_uscc(first17 + uscc_check(first17))[0] == "N"


@pytest.mark.parametrize(
    "text",
    ["91350100M000100Y44", "91350100I000100Y43", "91350100M000100Y4", "", "统一社会信用代码一二三四五六七八九十"],
)
def test_r5_1_another_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="bad_uscc"):
        parse_uscc(text)


@pytest.mark.parametrize("text", ["13812345678", "+86 138 1234 5678", "0086-13812345678", "１３８１２３４５６７８"])
def test_a_mobile_number_is_read_as_people_write_it(text: str) -> None:
    assert parse_phone(text) == "13812345678"


@pytest.mark.parametrize(
    "text", ["", "1381234567", "138123456789", "12812345678", "0394-5101234", "1381234567a", "+1 3812345678"]
)
def test_another_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="bad_phone"):
        parse_phone(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" 张 三 ", "张 三"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("O'Neil  Ann", "O'Neil Ann"),
        ("\ue863明", "\ue863明"),
    ],
)
def test_a_name_is_kept_but_for_its_blanks(text: str, name: str) -> None:
    assert parse_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "   ", "123", "…", "张\x00三", "张\u202e三", "张\ud800", "张" * 51, "张" * 100_000]
)
def test_a_text_that_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="bad_name"):
        parse_name(text)

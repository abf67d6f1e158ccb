"""What readers and scanners type, and what it means; a reader does not mistype, so nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import resident
from yueban.domain.queueing.readers import LONGEST, Meaning, Reading, understand
from yueban.kernel import crypto
from yueban.kernel.certificates import CertificateKind, parse_certificate

ID = resident(1).number
WRONG = ID[:17] + ("0" if ID[17] != "0" else "1")


def card(number: str = ID, name: str = "", kind: CertificateKind = CertificateKind.RESIDENT_ID) -> Reading:
    return Reading(Meaning.CERTIFICATE, certificate=parse_certificate(kind, number), name=name)


@pytest.mark.parametrize(
    "typed",
    [
        "82641907",
        " 8264 1907\r\n",
        "８２６４１９０７",
        "8264-1907",
        crypto.sign("82641907"),
        crypto.sign("82641907") + "\n",
    ],
)
def test_r4_1_3_a_qr_code_and_a_number_are_the_appointment(typed: str) -> None:
    assert understand(typed) == Reading(Meaning.APPOINTMENT, code="82641907")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (ID, ""),
        (f"{ID}\r", ""),
        (f"{ID[:6]} {ID[6:14]} {ID[14:]}", ""),
        (f"张三|男|汉|19500101|河南省沈丘县某街道1号|{ID}|沈丘县公安局|20200101|长期", "张三"),
        (f"姓名:欧阳娜娜 性别:女 公民身份号码:{ID}", ""),
        (f"姓名:欧阳娜娜;性别:女;公民身份号码:{ID}", "欧阳娜娜"),
        (f"{ID},李四,女", "李四"),
        (f"NAME=买买提·吐尔逊&ID={ID}", "买买提·吐尔逊"),
        (f"01{'　'}{ID}", ""),
        (f'{{"name":"王五","idNum":"{ID}"}}', "王五"),
        ("".join(chr(ord(each) + 0xFEE0) for each in ID), ""),
        (f"|{ID.lower()}", ""),
    ],
)
def test_r5_1_an_id_card_is_found_in_whatever_a_reader_makes_of_it(typed: str, name: str) -> None:
    assert understand(typed) == card(name=name)


def test_the_kind_of_a_card_follows_from_its_number() -> None:
    from yueban.kernel.certificates import citizen_check  # noqa: PLC0415

    for first, kind in (("83000019900101001", "hmt_residence"), ("91112419900101001", "foreign_permanent")):
        number = first + citizen_check(first)
        assert understand(f"|{number}") == card(number, kind=CertificateKind(kind))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hello",
        WRONG,
        f"张三|{WRONG}",
        f"9{ID}",
        f"{ID}9",
        "1234567",
        "02641907",
        "x" * 5000,
        f"{'9' * LONGEST}{ID}",
        "\0" * 20,
        "\ud800",
        crypto.sign("82641907")[:-1] + "!",
    ],
)
def test_anything_else_means_nothing(typed: str) -> None:
    assert understand(typed).meaning is Meaning.NOTHING


@given(st.text(max_size=200))
def test_no_text_breaks_it(typed: str) -> None:
    understand(typed)


@given(st.text(alphabet=st.sampled_from("|,; 张三男汉族:\n"), max_size=30), st.integers(1, 5000))
def test_a_card_is_found_between_any_other_fields(beside: str, n: int) -> None:
    found = understand(f"{beside}|{resident(n).number}|{beside}").certificate
    assert found == resident(n)

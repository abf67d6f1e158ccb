"""The slips, as a person reads them on 58 and 80 millimetres of paper."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.devices import readable
from tests.factories import instant
from yueban.domain.queueing.printing import (
    COLUMNS,
    PAPERS,
    AppointmentSlip,
    Block,
    Sheet,
    Text,
    TicketSlip,
    appointment_slip,
    fitted,
    render,
    ticket_slip,
    wrapped,
)
from yueban.domain.queueing.printing.blocks import width

TICKET = TicketSlip(
    hall="沈丘县政务服务中心",
    phone="0394-5101234",
    label="YA012",
    queue="不动产登记",
    ahead=3,
    minutes=12,
    areas=("一楼 A 区", "二楼 B 区", "三楼 C 区"),
    at=instant("2026-11-30 09:21"),
    hours=(instant("2026-11-30 09:30"), instant("2026-11-30 10:30")),
)
APPOINTMENT = AppointmentSlip(
    hall="沈丘县政务服务中心",
    address="沈丘县某路 1 号",
    phone="0394-5101234",
    code="82641907",
    matter="不动产首次登记",
    starts_at=instant("2026-11-30 09:30"),
    ends_at=instant("2026-11-30 10:30"),
    free_until=instant("2026-11-30 06:30"),
    materials=[f"材料{n}" for n in range(1, 15)],
    qr="signed.text",
    at=instant("2026-11-27 15:00"),
)


def lines(blocks: Sequence[Block], paper: int) -> list[str]:
    """Every line that the printer gets, without blanks at its ends."""
    return [line.strip() for line in readable(render(blocks, Sheet(paper))).split("\n") if line.strip()]


def test_the_slip_of_a_booked_ticket_says_number_queue_hour_wait_and_way() -> None:
    assert lines(ticket_slip(TICKET, paper=80), 80) == [
        "沈丘县政务服务中心",
        "YA 012",
        "不动产登记",
        "预约 09:30-10:30",
        "前面 3 人，约 12 分钟",
        "一楼 A 区",
        "二楼 B 区",
        "-" * 48,
        "请留意叫号；过号请到原窗口说明",
        "2026-11-30 09:21  0394-5101234",
    ]


def test_the_slip_of_a_walk_in_who_is_next_says_so() -> None:
    slip = dataclasses.replace(TICKET, label="A001", hours=None, ahead=0, minutes=0, again=True)
    read = lines(ticket_slip(slip, paper=58), 58)
    assert (read[1], read[3]) == ("A 001", "前面没有人")
    assert "2026-11-30 09:21  补打" in " ".join(read)
    assert not any("预约" in line for line in read)


def test_the_slip_of_an_appointment_says_when_where_what_to_bring_and_until_when_it_costs_nothing() -> None:
    read = lines(appointment_slip(APPOINTMENT, paper=80), 80)
    assert read[:7] == [
        "沈丘县政务服务中心",
        "预约凭条",
        "8264 1907",
        "11月30日 周一",
        "09:30-10:30",
        "不动产首次登记",
        "沈丘县某路 1 号",
    ]
    assert "<signed.text>" in read
    assert [line for line in read if line.startswith("□")] == [f"□ 材料{n}" for n in range(1, 13)]
    assert "还有 2 项，见办事指南" in read
    assert "11月30日 周一 06:30 前可取消，不记爽约" in read


def test_a_slip_speaks_the_language_of_who_asked_for_it() -> None:
    with translation.override("en"):
        read = " ".join(lines(ticket_slip(TICKET, paper=80), 80))
    assert "3 ahead of you, about 12 minutes" in read


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("label", ["A001", "YA012", "YAB1234"])
def test_the_number_is_the_largest_thing_and_fits_on_one_line(paper: int, label: str) -> None:
    blocks = ticket_slip(dataclasses.replace(TICKET, label=label), paper=paper)
    texts = [block for block in blocks if isinstance(block, Text)]
    number = max(texts, key=lambda block: block.size)
    assert number.text.replace(" ", "") == label
    assert number.size >= 4
    assert width(number.text) * number.size <= COLUMNS[paper]


def test_a_printer_gets_chinese_mode_gb18030_a_native_qr_code_and_a_cut() -> None:
    data = render(appointment_slip(APPOINTMENT, paper=58), Sheet(58))
    assert data.startswith(b"\x1b@\x1c&")
    assert "预约凭条".encode("gb18030") in data
    assert b"\x1d(k\x0e\x001P0signed.text\x1d(k" in data
    assert data.endswith(b"\x1dV\x00")


def test_a_printer_without_the_qr_command_gets_a_picture() -> None:
    data = render(appointment_slip(APPOINTMENT, paper=80), Sheet(80, draws_qr=False))
    assert b"\x1d(k" not in data
    assert b"\x1dv0" in data


@given(st.text(alphabet=st.sampled_from("ab 中，A1"), max_size=80), st.integers(2, 48))
def test_no_line_is_wider_than_the_paper_and_no_character_is_lost(text: str, columns: int) -> None:
    written = list(wrapped(text, columns))
    assert all(width(line) <= columns for line in written)
    assert "".join(written).replace(" ", "") == text.replace(" ", "")


@given(st.text(alphabet=st.sampled_from("A1中"), min_size=1, max_size=60), st.sampled_from(list(COLUMNS.values())))
def test_the_size_that_fits_is_the_largest_one(text: str, columns: int) -> None:
    size = fitted(text, columns)
    assert size == 1 or width(text) * size <= columns
    assert size == 8 or width(text) * (size + 1) > columns

"""After the registration (R4.1.1): the notice read aloud, on A4 and on 80 mm; and the page of one appointment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, phone, request_for, resident
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking.operations import OutsideRequest
from yueban.domain.booking.rules import ChannelKind, Place, Status
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.kernel import clock, ids

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-27 10:00")


@pytest.fixture(autouse=True)
def _friday_at_ten() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall(name="样例身份证换领")


@pytest.fixture
def code(hall: Hall) -> str:
    request = request_for(hall, hall.slot(9), channel_kind=ChannelKind.ONSITE)
    return booking.book(request, by="staff:clerk", now=NOW).code


def staff(hall: Hall, login: str = "clerk", role: Role = Role.CLERK) -> Client:
    new = people.NewStaff(login, role, name="样例窗口", centre_id=hall.centre.pk)
    people.add_staff(new, by="test", now=NOW, password="right-right-right")
    made = Client()
    made.post("/staff/login", {"username": login, "password": "right-right-right"})
    return made


def words(answer: Any) -> str:
    return str(answer.content.decode())


def read(pdf: bytes) -> str:
    """The text of a PDF as a browser's engine reads it, without its blanks."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [document[n].get_textpage().get_text_range() for n in range(len(document))]
    return "".join("".join(pages).split())


def test_r4_1_1_the_notice_is_told_once_every_line_was_read(hall: Hall, code: str) -> None:
    clerk, page = staff(hall), f"/desk/appointments/{code}/notice/"
    assert "居民身份证（原件 1 份）" in words(clerk.get(page))
    assert clerk.post(page).status_code == 422
    assert [clerk.post(page, {"read": ["1"]}).status_code for _ in range(2)] == [302, 302]
    told = Event.objects.get(kind="appointment.told")
    assert (told.by, told.clause, told.data) == ("staff:clerk", "R4.1.1", {"materials": 1})
    assert "已完成一次性告知" in words(clerk.get(page))


def test_r3_5_the_sheet_says_everything_in_chinese_that_can_be_read_back(hall: Hall, code: str) -> None:
    answer = staff(hall).get(f"/desk/appointments/{code}/notice.pdf")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    text = read(answer.content)
    for said in (
        "一次性告知单",
        code,
        "11月30日周一09:00–10:00",
        "样例身份证换领",
        "样例政务服务中心样例路1号",
        "居民身份证（原件1份）",
        "有效",
        "样例条件",
        "样例标准",
        "不收费",
        "告知人：",
    ):
        assert said in text, said
    assert resident(1).number not in text
    assert phone(1) not in text


def test_r3_4_the_sheet_of_a_home_visit_has_no_ticket_and_threatens_no_strike(hall: Hall) -> None:
    asked = OutsideRequest(
        centre="hall",
        matter=hall.matter.code,
        channel_kind=ChannelKind.PHONE,
        name="样例老人",
        certificate=resident(5),
        phone=phone(5),
        starts_at=instant("2026-11-30 09:00"),
        ends_at=instant("2026-11-30 10:00"),
        place=Place.HOME_VISIT,
        status=Status.BOOKED,
    )
    visit = booking.book_outside(asked, by="staff:clerk", now=NOW).code
    clerk = staff(hall)
    assert "爽约" not in read(clerk.get(f"/desk/appointments/{visit}/notice.pdf").content)
    assert "记爽约" not in words(clerk.get(f"/desk/appointments/{visit}/notice/"))


def test_the_font_is_inside_the_sheet(hall: Hall, code: str) -> None:
    sheet = staff(hall).get(f"/desk/appointments/{code}/notice.pdf").content
    assert b"/FontFile3" in sheet
    assert b"NotoSansSC" in sheet


def test_the_slip_for_80_mm_is_a_page_of_its_own(hall: Hall, code: str) -> None:
    page = words(staff(hall).get(f"/desk/appointments/{code}/slip/"))
    assert ids.grouped(code) in page
    assert "desk/slip.css" in page
    assert "□ 居民身份证（原件 1 份）" in page
    assert resident(1).number not in page


def test_the_page_of_an_appointment_tells_who_did_what_and_only_masks(hall: Hall, code: str) -> None:
    clerk = staff(hall)
    clerk.post(f"/desk/appointments/{code}/notice/", {"read": ["1"]})
    page = words(clerk.get(f"/desk/appointments/{code}/"))
    for said in ("登记预约", "完成一次性告知", "样例窗口", resident(1).masked):
        assert said in page, said
    assert resident(1).number not in page
    assert phone(1) not in page


def test_an_appointment_of_another_hall_is_not_found(hall: Hall, code: str) -> None:
    stranger = staff(make_hall(code="elsewhere"), "stranger")
    paths = [f"/desk/appointments/{code}/{rest}" for rest in ("", "notice/", "notice.pdf", "slip/")]
    assert [stranger.get(each).status_code for each in paths] == [404] * 4
    assert stranger.get("/desk/appointments/10000000/").status_code == 404


def test_an_appointment_is_found_by_number_certificate_or_telephone_and_never_by_an_address(
    hall: Hall, code: str
) -> None:
    clerk = staff(hall)
    assert clerk.post("/desk/find", {"q": ids.grouped(code)})["Location"] == f"/desk/appointments/{code}/"
    for text in (resident(1).number, phone(1), f"样例|{resident(1).number}"):
        answer = clerk.post("/desk/find", {"q": text})
        assert [each.code for each, *_ in answer.context["found"]] == [code]
    assert clerk.get("/desk/find", {"q": phone(1)})["Location"] == "/desk/"
    assert clerk.post("/desk/find", {"q": phone(2)}).status_code == 404


def test_a_mistyped_number_is_answered_at_the_desk_where_it_can_be_typed_again(hall: Hall, code: str) -> None:
    answer = staff(hall).post("/desk/find", {"q": "1000 0000"})
    assert answer.status_code == 404
    assert "没有找到。请输入预约号" in answer.content.decode()
    assert staff(make_hall(code="elsewhere"), "stranger").post("/desk/find", {"q": code}).status_code == 404


def test_who_looks_for_a_person_finds_only_what_is_their_own_work(hall: Hall, code: str) -> None:
    stranger = staff(make_hall(code="elsewhere"), "stranger")
    assert stranger.post("/desk/find", {"q": phone(1)}).status_code == 404

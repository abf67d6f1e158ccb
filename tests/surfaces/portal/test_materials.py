"""The applicant's page of materials: who may see it, what is taken and what is refused, in words (R3.5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import Hall, instant, phone
from tests.packages import book_package, make_package
from tests.papers import archive, bomb, paper, photo
from tests.surfaces.portal.conftest import Visitor, set_clock
from tests.surfaces.portal.test_mine import log_in
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.operations import move_task
from yueban.domain.booking.queries.tasks import tasks_of
from yueban.domain.booking.rules.tasks import TaskState
from yueban.domain.prereview import operations
from yueban.domain.prereview.copies import MOST_BYTES
from yueban.domain.prereview.models import HandedIn
from yueban.domain.prereview.rules import COPIES_A_MINUTE, Mark, State
from yueban.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(visitor: Visitor, hall: Hall) -> str:
    return visitor.book(hall, 9)


@pytest.fixture
def reader(code: str) -> Client:
    """Who came by the link of the SMS."""
    client = Client()
    assert client.get(operations.link_of(code))["Location"] == f"/me/{code}/materials/"
    return client


def send(client: Client, code: str, content: bytes, *, material: int = 0, name: str = "IMG_1.jpg", **more: str) -> Any:
    file = SimpleUploadedFile(name, content, "image/jpeg")
    return client.post(f"/me/{code}/materials/{material}/", more | {"file": file})


def review(code: str, mark: Mark) -> None:
    operations.review(code, marks={0: mark}, seen=0, by="staff:clerk", now=clock.now())


# --- who may see it ----------------------------------------------------------------------------------


def test_the_link_opens_this_page_and_no_other(reader: Client, code: str) -> None:
    assert reader.get(f"/me/{code}/materials/").status_code == 200
    assert reader.get(f"/me/{code}/")["Location"].startswith("/me/login/")
    assert reader.get(f"/me/{code}/cancel/")["Location"].startswith("/me/login/")


def test_a_forged_link_is_no_page(code: str) -> None:
    good = operations.link_of(code)
    for link in (good[:-1] + ("a" if good[-1] != "a" else "b"), "/p/x", f"/p/{code}"):
        assert Client().get(link).status_code == 404


def test_a_stranger_is_led_to_the_sms_code_and_sends_nothing(code: str) -> None:
    stranger = Client()
    assert stranger.get(f"/me/{code}/materials/")["Location"].startswith("/me/login/")
    log_in(stranger, 2)
    assert stranger.get(f"/me/{code}/materials/").status_code == 404
    assert send(stranger, code, photo()).status_code == 404
    assert not HandedIn.objects.exists()


def test_who_proved_the_phone_comes_from_my_appointments(visitor: Visitor, code: str) -> None:
    log_in(visitor.client)
    page = visitor.client.get(f"/me/{code}/")
    assert f'href="/me/{code}/materials/"' in page.content.decode()
    assert visitor.client.get(f"/me/{code}/materials/").status_code == 200


def test_the_page_names_no_person_and_is_kept_by_no_browser(reader: Client, code: str) -> None:
    page = reader.get(f"/me/{code}/materials/")
    assert "样例甲" not in page.content.decode()
    assert phone(1) not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


# --- what is taken -----------------------------------------------------------------------------------


def test_r3_5_a_copy_is_handed_in_seen_replaced_and_deleted(reader: Client, code: str) -> None:
    answer = send(reader, code, photo())
    assert answer["Location"] == f"/me/{code}/materials/#material-0"
    copy = HandedIn.objects.get().pk
    assert "等预审" in reader.get(f"/me/{code}/materials/").content.decode()
    send(reader, code, paper(), replacing=str(copy))
    copy = HandedIn.objects.get().pk
    answer = reader.post(f"/me/{code}/materials/copies/{copy}/delete", {"material": "0"})
    assert answer["Location"] == f"/me/{code}/materials/#material-0"
    assert not HandedIn.objects.exists()


@pytest.mark.parametrize(("content", "kind"), [(photo(), "image/jpeg"), (paper(), "application/pdf")])
def test_a_copy_is_served_as_what_our_check_found_under_our_own_name(
    reader: Client, code: str, content: bytes, kind: str
) -> None:
    send(reader, code, content, name="<script>.html")
    copy = HandedIn.objects.get().pk
    shown = reader.get(f"/me/{code}/materials/copies/{copy}/")
    ending = {"image/jpeg": "jpg", "application/pdf": "pdf"}[kind]
    assert shown["Content-Type"] == kind
    assert shown["Content-Disposition"] == f'inline; filename="{code}-1-{copy}.{ending}"'
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"].startswith("default-src 'none'")
    assert ("sandbox" in shown["Content-Security-Policy"]) is (ending == "jpg")
    assert "no-store" in shown["Cache-Control"]


def test_a_copy_of_somebody_else_is_not_shown(reader: Client, code: str, hall: Hall) -> None:
    other = Visitor(2).book(hall, 10)
    operations.hand_in(other, material=0, content=photo(), by="applicant", now=clock.now())
    copy = HandedIn.objects.get().pk
    for path in (f"/me/{code}/materials/copies/{copy}/", f"/me/{other}/materials/copies/{copy}/"):
        assert reader.get(path).status_code == 404
    reader.post(f"/me/{code}/materials/copies/{copy}/delete")
    assert HandedIn.objects.exists()


# --- what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "不能是空的"),
        (b"MZ program", "只能传照片"),
        (b"\0\0\0\x18ftypheic....", "HEIC"),
        (photo()[:2000], "不完整或已损坏"),
        (bomb(), "像素太多"),
        (photo() + archive(), "夹带了别的内容"),
        (paper(b"/OpenAction << /S /JavaScript >>"), "带有脚本"),
        (paper(trailer=b"/Encrypt 9 0 R"), "加了密码"),
    ],
    ids=["empty", "type", "heic", "cut", "bomb", "polyglot", "script", "locked"],
)
def test_a_bad_file_is_refused_in_words_beside_its_field_and_nothing_is_stored(
    reader: Client, code: str, content: bytes, words: str
) -> None:
    answer = send(reader, code, content)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert text.count(words) == 2  # in the summary and beside the field
    assert 'href="#file-0"' in text
    assert not HandedIn.objects.exists()


def test_50_megabytes_are_refused_in_words_and_held_by_nobody(reader: Client, code: str) -> None:
    answer = send(reader, code, photo() + b"\0" * (50 * 1024 * 1024))
    assert answer.status_code == 422
    assert answer.content.decode().count("文件超过 10 MB") >= 2
    assert not answer.wsgi_request.FILES
    assert not HandedIn.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd.jpg", "C:\\\\temp\\\\id.jpg", "/id.jpg", "&#47;id.jpg"])
def test_a_path_in_the_name_is_refused_in_words_and_nothing_is_stored(reader: Client, code: str, name: str) -> None:
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = head.encode() + photo() + b"\r\n--b--\r\n"
    answer = reader.post(f"/me/{code}/materials/0/", body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 422
    assert answer.content.decode().count("文件名里带有路径") == 2
    assert not HandedIn.objects.exists()


def test_two_files_at_once_are_more_than_any_page_of_ours_sends(reader: Client, code: str) -> None:
    files = {name: SimpleUploadedFile(name, photo(), "image/jpeg") for name in ("file", "other")}
    assert reader.post(f"/me/{code}/materials/0/", files).status_code == 400
    assert not HandedIn.objects.exists()


def test_ten_megabytes_to_the_byte_are_taken(reader: Client, code: str) -> None:
    content = photo()
    assert send(reader, code, content + b"\0" * (MOST_BYTES - len(content))).status_code == 302
    assert send(reader, code, photo(colour="red") + b"\0" * MOST_BYTES).status_code == 422
    assert HandedIn.objects.count() == 1


def test_a_form_without_a_file_says_so(reader: Client, code: str) -> None:
    answer = reader.post(f"/me/{code}/materials/0/")
    assert answer.status_code == 422
    assert "请先选一张照片" in answer.content.decode()


@pytest.mark.parametrize("replacing", ["x", "-1", "9" * 30, "１２"])
def test_odd_input_breaks_nothing(reader: Client, code: str, replacing: str) -> None:
    assert send(reader, code, photo(), replacing=replacing).status_code in {302, 422}
    assert send(reader, code, photo(), material=99).status_code == 422
    for odd in ("x", "9" * 5000):
        assert reader.post(f"/me/{code}/materials/copies/1/delete", {"material": odd}).status_code == 302


def test_too_many_in_a_minute_are_told_to_wait(reader: Client, code: str) -> None:
    for _ in range(COPIES_A_MINUTE):
        send(reader, code, b"no")
    answer = send(reader, code, photo())
    assert (answer.status_code, "上传太频繁" in answer.content.decode()) == (422, True)


def test_after_the_visit_the_page_stays_and_takes_nothing(reader: Client, code: str) -> None:
    set_clock("2026-12-01 08:00")
    page = reader.get(f"/me/{code}/materials/").content.decode()
    assert "不能再传材料" in page
    assert 'type="file"' not in page
    assert send(reader, code, photo()).status_code == 422


# --- what is told ------------------------------------------------------------------------------------


def test_the_advice_is_read_beside_its_material(reader: Client, code: str) -> None:
    review(code, Mark(State.TO_FIX, "照片反光，请重拍"))
    page = reader.get(f"/me/{code}/materials/").content.decode()
    assert "照片反光，请重拍" in page
    assert "有 1 项要改或要补" in page


def test_what_was_mended_waits_again_and_keeps_its_advice_in_sight(reader: Client, code: str) -> None:
    review(code, Mark(State.TO_FIX, "请重拍"))
    set_clock("2026-11-27 09:40")
    send(reader, code, photo())
    page = reader.get(f"/me/{code}/materials/").content.decode()
    assert "等预审" in page
    assert "请重拍" in page
    assert ">要改<" not in page


def test_what_passed_is_said_plainly(visitor: Visitor, reader: Client, code: str) -> None:
    review(code, Mark(State.OK))
    assert "材料已预审合格" in reader.get(f"/me/{code}/materials/").content.decode()
    log_in(visitor.client)
    assert "材料已预审合格" in visitor.client.get(f"/me/{code}/").content.decode()


def test_r5_2_the_members_of_a_package_are_on_the_page_of_the_appointment(hall: Hall) -> None:
    code = book_package(hall, make_package(hall), now=clock.now())
    appointment = appointments.by_code(code, now=clock.now())
    booking.mark_accepted(appointment.id, by="staff:lead", now=instant("2026-11-30 09:05"))
    one = tasks_of(appointment.id)[0]
    move_task(one.id, TaskState.RETURNED, seen="in_progress", reason="缺一页证明", by="staff:x", now=clock.now())
    client = Client()
    log_in(client)
    page = client.get(f"/me/{code}/").content.decode()
    for words in ("一件事办到哪一步", "样例成员事项1", "样例部门2", "已退回", "缺一页证明", "办理中"):
        assert words in page

"""Visits at the desk: arranged in one form, moved, ended; and only by who arranges them there (R3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.factories import instant, phone, resident
from tests.visiting import Field, another_matter, make_field, township
from yueban.domain.audit.models import Event
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.rules import Status
from yueban.domain.directory.models import Department
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.domain.visits import operations, queries
from yueban.domain.visits.models import Team, Visit
from yueban.domain.visits.rules import Result
from yueban.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
NOW = instant("2026-11-26 10:00")


@pytest.fixture(autouse=True)
def _thursday() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


@pytest.fixture
def field() -> Field:
    return make_field()


def staff(field: Field, role: Role = Role.CLERK, *, department: Department | None = None) -> Client:
    """A browser with a member of staff logged in, of a hall, and bound to a department when it is said."""
    login = f"{role}-{field.hall.centre.code}-{department.code if department else 'all'}"
    new = people.NewStaff(
        login,
        role,
        name="样例职员",
        centre_id=field.hall.centre.pk,
        department_id=department.pk if department else None,
    )
    people.add_staff(new, by="test", now=NOW, password="right-right-right")
    made = Client()
    made.post("/staff/login", {"username": login, "password": "right-right-right"})
    return made


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def form(field: Field, **fields: str) -> dict[str, str]:
    """What a clerk sends."""
    values = {
        "do": "arrange",
        "way": "home",
        "what": f"m:{field.matter.code}",
        "channel": "phone",
        "kind": "resident_id",
        "number": resident(1).number,
        "name": "样例申请人",
        "phone": phone(1),
        "owner": "own",
        "ground": "elderly",
        "evidence": "样例优待证",
        "township": str(field.township.pk),
        "address": "样例村 8 号",
        "team": str(field.team.pk),
        "at": "2026-11-30T09:30:00+08:00",
        "minutes": "60",
        "travel": "30",
    }
    return values | fields


def new(client: Client, field: Field, **fields: str) -> Any:
    return client.post("/desk/visits/new/", form(field, **fields))


# --- arranging --------------------------------------------------------------------------------------------------------


def test_r3_4_a_clerk_arranges_a_home_visit_in_one_form(field: Field) -> None:
    clerk = staff(field)
    answer = new(clerk, field)
    made = Appointment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/visits/{made.code}/")
    assert (made.place, made.status, made.channel_kind) == ("home_visit", Status.BOOKED, "phone")
    page = words(clerk.get(answer["Location"]))
    for shown in ("一组", "样例镇 样例村 8 号", "老年人", "样例优待证", "138****0001", "09:30–10:30"):
        assert shown in page
    assert phone(1) not in page
    assert resident(1).number not in page


def test_r3_4_a_second_visit_at_the_same_time_is_explained_and_nothing_typed_is_lost(field: Field) -> None:
    clerk = staff(field)
    new(clerk, field)
    answer = new(clerk, field, number=resident(2).number, name="样例乙", address="样例村 9 号")
    assert answer.status_code == 409
    page = words(answer)
    assert "已有安排" in page
    for typed in ("样例乙", "样例村 9 号", "样例优待证", resident(2).number):
        assert typed in page
    assert Appointment.objects.count() == 1


def test_the_form_offers_only_times_at_which_the_team_is_free(field: Field) -> None:
    clerk = staff(field)
    look = {"do": "look", "day": "2026-11-30"}
    assert 'value="2026-11-30T09:30:00+08:00"' in words(new(clerk, field, **look))
    new(clerk, field)
    page = words(new(clerk, field, **look))
    assert 'value="2026-11-30T09:30:00+08:00"' not in page
    assert 'value="2026-11-30T15:00:00+08:00"' in page
    assert Appointment.objects.count() == 1


def test_everything_missing_is_said_at_once(field: Field) -> None:
    answer = new(staff(field), field, name="", number="1", address="", township="", at="", minutes="5", travel="999")
    assert answer.status_code == 422
    for wrong in ("请填写姓名", "号码", "请填写详细地址", "请选择乡镇", "请选一个时间", "10 到 480", "0 到 240"):
        assert wrong in words(answer)


@pytest.mark.parametrize(
    "odd",
    [
        {"team": "x"},
        {"team": "²"},
        {"township": "9" * 40},
        {"at": "other", "day": "2026-13-01", "clock": "25:00"},
        {"at": "2026-11-30"},
        {"minutes": "-5"},
        {"at": "other", "day": "2026-11-30", "clock": "23:30"},
        {"way": "nonsense", "ground": ""},
        {"what": "m:nothing"},
        {"name": "\0"},
        {"at": "other", "day": "2031-01-01", "clock": "09:30"},
    ],
)
def test_odd_input_is_answered_with_words(field: Field, odd: dict[str, str]) -> None:
    answer = new(staff(field), field, **odd)
    assert answer.status_code in {409, 422}
    assert not Appointment.objects.exists()


def test_r3_4_a_matter_that_nobody_visits_for_is_explained(field: Field) -> None:
    plain = another_matter(field, home_visit=False)
    answer = new(staff(field), field, what=f"m:{plain.code}", ground="", evidence="")
    page = words(answer)
    for why in ("这个事项不能上门办", "上门办只面向", "请写明上门的依据"):
        assert why in page


def test_r3_4_what_the_general_desk_takes_waits_for_the_department(field: Field) -> None:
    hotline = staff(field, Role.HOTLINE)
    answer = new(hotline, field)
    made = Appointment.objects.get()
    assert (made.status, answer["Location"]) == (Status.REQUESTED, f"/desk/appointments/{made.code}/")
    assert "样例镇" in words(hotline.get(answer["Location"]))
    assert hotline.get(f"/desk/visits/{made.code}/").status_code == 403
    clerk = staff(field)
    assert "等部门确认" in words(clerk.get("/desk/visits/"))
    assert clerk.post(f"/desk/visits/{made.code}/confirm").status_code == 302
    assert Appointment.objects.get().status == Status.BOOKED


@pytest.mark.parametrize("address", ["/desk/register/", "/desk/calls/new/"])
def test_r3_4_the_general_desk_is_led_to_the_form_of_a_visit(field: Field, address: str) -> None:
    assert "/desk/visits/new/" in words(staff(field, Role.HOTLINE).get(address))


def test_r3_4_an_inspection_is_proposed_and_waits_for_its_answer(field: Field) -> None:
    clerk = staff(field)
    answer = new(clerk, field, way="proposal", ground="", evidence="", told="link")
    made = Appointment.objects.get()
    assert (made.place, made.status, made.ordinal) == ("inspection", Status.REQUESTED, None)
    assert "等申请人答复" in words(clerk.get(answer["Location"]))
    assert "等申请人答复" in words(clerk.get("/desk/visits/"))
    assert "上门和查验" in words(clerk.get("/desk/"))


def test_r3_4_an_inspection_agreed_on_the_telephone_holds_at_once(field: Field) -> None:
    new(staff(field), field, way="proposal", ground="", evidence="", told="phone")
    assert Appointment.objects.get().status == Status.BOOKED


def test_a_visit_is_arranged_for_the_applicant_of_an_appointment_without_typing_who_it_is(field: Field) -> None:
    first = field.arrange(field.asked(start="2026-11-30 15:00"), now=NOW)
    clerk = staff(field)
    page = words(clerk.get(f"/desk/visits/new/?of={first.code}&way=proposal"))
    assert "样例申请人" in page
    assert resident(1).number not in page
    asked = form(field, way="proposal", of=first.code, number="", name="", phone="", what="")
    assert clerk.post("/desk/visits/new/", asked).status_code == 302
    assert Appointment.objects.values("person").distinct().count() == 1
    assert Appointment.objects.count() == 2


def test_r4_0_a_manager_passes_over_the_cut_off_with_a_reason_and_a_clerk_does_not(field: Field) -> None:
    clock.simulate(clock.frozen(instant("2026-11-30 08:00")))
    late = {"override": "样例：今天出院"}
    assert new(staff(field), field, **late).status_code == 409
    manager = staff(field, Role.CENTRE_MANAGER)
    assert new(manager, field).status_code == 409
    assert new(manager, field, **late).status_code == 302
    assert Event.objects.filter(kind="visit.arranged", reason="样例：今天出院").count() == 1


def test_r1_2_out_of_hours_is_for_the_department_s_manager_to_allow(field: Field) -> None:
    evening = {"at": "other", "day": "2026-11-30", "clock": "19:00", "override": "样例：白天不在家"}
    assert new(staff(field), field, **evening).status_code == 409
    manager = staff(field, Role.DEPARTMENT_MANAGER, department=field.team.department)
    assert new(manager, field, **evening).status_code == 302


# --- one visit ----------------------------------------------------------------------------------------------------------


def test_a_visit_is_moved_with_what_is_free_shown_first(field: Field) -> None:
    clerk, visit = staff(field), field.arrange(field.asked(), now=NOW)
    address = f"/desk/visits/{visit.code}/move"
    to = {"team": str(field.team.pk), "minutes": "30", "travel": "10", "at": "2026-12-01T14:30:00+08:00"}
    assert "看空闲时间" in words(clerk.post(address, to | {"do": "look"}))
    assert queries.by_code(visit.code, now=NOW).round == 1
    assert clerk.post(address, to | {"do": "move"}).status_code == 302
    moved = queries.by_code(visit.code, now=NOW)
    assert (moved.starts_at, moved.round) == (instant("2026-12-01 14:30"), 2)
    assert clerk.post(address, to | {"do": "move", "at": ""}).status_code == 422


def test_r3_4_the_wish_of_an_applicant_stands_on_top(field: Field) -> None:
    visit = field.arrange(field.proposed(), now=NOW)
    operations.wish(visit.code, seen=1, words="样例：下周二", by="applicant", now=NOW)
    clerk = staff(field)
    assert "申请人想换时间" in words(clerk.get("/desk/visits/"))
    assert "样例：下周二" in words(clerk.get(f"/desk/visits/{visit.code}/"))
    assert "样例：下周二" in words(clerk.get(f"/desk/appointments/{visit.code}/"))


def test_r3_4_what_an_applicant_declined_is_seen_with_the_reason(field: Field) -> None:
    visit = field.arrange(field.proposed(), now=NOW)
    operations.decline(visit.code, seen=1, why="样例：还没装修好", by="applicant", now=NOW)
    off = field.arrange(field.asked(2, start="2026-11-30 15:00"), now=NOW)
    operations.call_off(off.code, by="applicant", now=NOW)
    page = words(staff(field).get("/desk/visits/"))
    for shown in ("三天内没有成的（2）", "申请人", "样例：还没装修好", "未通过", "已取消", off.code):
        assert shown in page


def test_a_request_is_refused_with_a_reason_only(field: Field) -> None:
    clerk, visit = staff(field), field.arrange(field.asked(settled=False), now=NOW)
    assert clerk.post(f"/desk/visits/{visit.code}/reject", {"reason": " "}).status_code == 422
    assert clerk.post(f"/desk/visits/{visit.code}/reject", {"reason": "样例原因"}).status_code == 302
    assert clerk.post(f"/desk/visits/{visit.code}/confirm").status_code == 409


def test_r4_3_the_department_cancels_with_a_reason(field: Field) -> None:
    clerk, visit = staff(field), field.arrange(field.asked(), now=NOW)
    assert clerk.post(f"/desk/visits/{visit.code}/cancel", {"reason": ""}).status_code == 422
    assert clerk.post(f"/desk/visits/{visit.code}/cancel", {"reason": "样例原因"}).status_code == 302
    assert queries.by_code(visit.code, now=NOW).status is Status.COUNTER_CANCELLED


def test_r4_2_the_result_is_written_down_on_the_day(field: Field) -> None:
    clerk, visit = staff(field), field.arrange(field.proposed(settled=True), now=NOW)
    assert "记下结果" not in words(clerk.get(f"/desk/visits/{visit.code}/"))
    clock.simulate(clock.frozen(instant("2026-11-30 09:40")))
    assert "整改后再验" in words(clerk.get(f"/desk/visits/{visit.code}/"))
    address = f"/desk/visits/{visit.code}/record"
    assert clerk.post(address, {"result": ""}).status_code == 422
    assert clerk.post(address, {"result": "rectify", "reason": ""}).status_code == 422
    assert clerk.post(address, {"result": "rectify", "reason": "样例整改"}).status_code == 302
    done = queries.by_code(visit.code, now=NOW)
    assert (done.status, done.result) == (Status.SERVED, Result.RECTIFY)
    assert clerk.post(address, {"result": "passed"}).status_code == 409


# --- the day of a team ------------------------------------------------------------------------------------------------


def test_the_route_sheet_shows_whole_numbers_only_for_a_press_that_is_recorded(field: Field) -> None:
    field.arrange(field.asked(), now=NOW)
    field.arrange(field.proposed(2, start="2026-11-30 15:00"), now=NOW)
    clerk, address = staff(field), f"/desk/visits/teams/{field.team.pk}/2026-11-30/"
    page = words(clerk.get(address))
    for hidden in (phone(1), "样例村"):
        assert hidden not in page
    assert "还有 1 处没有确认" in page
    assert not Event.objects.filter(kind="visit.sheet_taken").exists()
    page = words(clerk.post(address))
    for shown in ("13800000001", "样例村 8 号", "居民身份证", "申请人签名"):
        assert shown in page
    assert Event.objects.get(kind="visit.sheet_taken").by.startswith("staff:clerk")


def test_the_team_says_from_the_road_that_it_is_there(field: Field) -> None:
    visit = field.arrange(field.asked(), now=NOW)
    clock.simulate(clock.frozen(instant("2026-11-30 09:31")))
    answer = staff(field).post(f"/desk/visits/{visit.code}/arrive", {"back": "sheet"})
    assert answer["Location"] == f"/desk/visits/teams/{field.team.pk}/2026-11-30/"
    assert queries.by_code(visit.code, now=NOW).status is Status.ACCEPTED


def test_a_township_that_is_driven_to_twice_is_named(field: Field) -> None:
    other = township("411624002", "样例乡")
    field.arrange(field.asked(when=field.when("2026-11-30 08:30", minutes=10)), now=NOW)
    field.arrange(field.asked(2, township_id=other.pk, when=field.when("2026-11-30 10:00", minutes=10)), now=NOW)
    field.arrange(field.asked(3, when=field.when("2026-11-30 11:30", minutes=10)), now=NOW)
    page = words(staff(field).get(f"/desk/visits/teams/{field.team.pk}/2026-11-30/"))
    assert "样例镇要去两趟" in page


def test_teams_are_added_changed_and_retired_by_who_answers_for_the_department(field: Field) -> None:
    manager = staff(field, Role.DEPARTMENT_MANAGER, department=field.team.department)
    added = {"department": "dept", "name": "二组", "members": "样例丙"}
    assert manager.post("/desk/visits/teams/", added).status_code == 302
    assert manager.post("/desk/visits/teams/", added).status_code == 422
    retired = {"team": str(field.team.pk), "name": "一组", "members": "", "retire": "on"}
    assert manager.post("/desk/visits/teams/", retired).status_code == 302
    assert list(Team.objects.order_by("name").values_list("name", "active")) == [("一组", False), ("二组", True)]
    assert staff(field).get("/desk/visits/teams/").status_code == 403


# --- who may ------------------------------------------------------------------------------------------------------------


def pages_of(code: str, team: Team) -> list[str]:
    one = f"/desk/visits/{code}/"
    acts = [one + act for act in ("confirm", "reject", "move", "cancel", "arrive", "record")]
    return [one, *acts, f"/desk/visits/teams/{team.pk}/2026-11-30/"]


def ask(client: Client, address: str) -> Any:
    """Open a page, press what is none."""
    return client.get(address) if address.endswith("/") else client.post(address)


def test_owner_and_colleague_of_another_department_and_stranger(field: Field) -> None:
    visit = field.arrange(field.asked(), now=NOW)
    other = Department.objects.create(code="other", name="样例他部门", short_name="他部门")
    elsewhere = make_field("elsewhere")
    owner = staff(field, department=field.team.department)
    strangers = {
        "colleague": staff(field, department=other),
        "stranger": staff(elsewhere),
    }
    before = Visit.objects.values().get(), Appointment.objects.values().get()
    for client in strangers.values():
        for address in pages_of(visit.code, field.team):
            if address.endswith("/"):
                assert client.get(address).status_code == 404, address
            assert client.post(address, {"reason": "样例", "result": "completed"}).status_code in {404, 405}, address
        assert visit.code not in words(client.get("/desk/visits/"))
    assert (Visit.objects.values().get(), Appointment.objects.values().get()) == before
    assert owner.get(f"/desk/visits/{visit.code}/").status_code == 200
    assert owner.get(f"/desk/visits/teams/{field.team.pk}/2026-11-30/").status_code == 200
    assert visit.code in words(owner.get("/desk/visits/?week=2026-11-30"))


@pytest.mark.parametrize("role", [Role.HOTLINE, Role.GUIDE, Role.SUPERVISOR, Role.AUDIT_ADMIN, Role.SECURITY_ADMIN])
def test_who_does_not_arrange_visits_is_told_so(field: Field, role: Role) -> None:
    visit = field.arrange(field.asked(), now=NOW)
    client = staff(field, role)
    assert client.get("/desk/visits/").status_code == 403
    for address in pages_of(visit.code, field.team):
        assert ask(client, address).status_code == 403, address


def test_a_clerk_of_another_department_arranges_nothing_for_this_one(field: Field) -> None:
    other = Department.objects.create(code="other", name="样例他部门", short_name="他部门")
    assert new(staff(field, department=other), field).status_code == 422
    assert not Appointment.objects.exists()


def test_who_only_registers_proposes_no_inspection(field: Field) -> None:
    assert staff(field, Role.HOTLINE).get("/desk/visits/new/?way=proposal").status_code == 403
    assert new(staff(field, Role.GUIDE), field, way="proposal").status_code == 403


def test_a_visitor_is_asked_to_log_in(field: Field) -> None:
    visit = field.arrange(field.asked(), now=NOW)
    for address in ["/desk/visits/", "/desk/visits/new/", *pages_of(visit.code, field.team)]:
        assert ask(Client(), address)["Location"].startswith("/staff/login")

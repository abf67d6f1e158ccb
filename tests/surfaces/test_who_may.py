"""Who may what, tried at every page of staff: owner, colleague, stranger, nobody.

`ASKS` lists every view that states a permission; tests/architecture/test_permissions.py sees to it that every other view
is public for a reason. A new view is added here, with what it is about:

- PLACE: a page of one's own hall, nothing of another can be named in it
- COUNTY: about no hall; who may at all may everywhere
- HALL: about something of one hall, whichever the department
- DEPARTMENT: about something of one department in one hall
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum, auto
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.architecture.addresses import Address, addresses
from tests.factories import Hall, instant, make_counter, make_hall, make_hours, make_matter, make_queue, phone, resident
from tests.packages import book_package, make_package
from tests.papers import photo
from tests.visiting import Field, make_field
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import PackageTask
from yueban.domain.booking.rules import ChannelKind, Place, Status
from yueban.domain.calendar.models import FlexibleOpening, OpeningCounter, OpeningQueue
from yueban.domain.directory.models import Department
from yueban.domain.notices.models import Message
from yueban.domain.people.models import Staff
from yueban.domain.people.rules import REACHES, Permission, Reach, Role, may
from yueban.domain.prereview import operations as prereview
from yueban.domain.prereview.models import HandedIn
from yueban.domain.queueing import operations as queueing
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-26 09:00")
STATED = {name: each for name, each in addresses().items() if each.permissions is not None}


class About(Enum):
    """What a page is about, which decides who is kept out."""

    PLACE = auto()
    COUNTY = auto()
    HALL = auto()
    DEPARTMENT = auto()


@dataclass(frozen=True)
class Ask:
    """How a page is asked for: what fills its address, by name the things of the world or as it stands."""

    about: About
    post: bool = False
    parts: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """Two centres and two departments; something of everything, in the first hall and of its first department."""

    hall: Hall
    away: Hall
    other: Department
    ids: dict[str, Any]


@pytest.fixture(autouse=True)
def _thursday_morning() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


PLACE, COUNTY, HALL, DEPARTMENT = About.PLACE, About.COUNTY, About.HALL, About.DEPARTMENT
AT_GUIDE = {"code": "=hall"}
AT_COUNTER = {"counter_id": "counter"}
OF_APPOINTMENT = {"code": "appointment"}
OF_CALL = {"call_id": "call"}
OF_VISIT = {"code": "visit"}
OF_OPENING = {"opening_id": "opening"}
OF_ACCOUNT = {"login": "login"}
ASKS = {
    "staff:home": Ask(COUNTY),
    "staff:workplace": Ask(COUNTY),
    "staff:password": Ask(COUNTY),
    "staff:roles": Ask(COUNTY),
    "staff:reveal": Ask(DEPARTMENT, parts=OF_APPOINTMENT),
    "kiosk:setup": Ask(PLACE),
    "kiosk:devices": Ask(PLACE),
    "kiosk:retire": Ask(HALL, post=True, parts={"terminal_id": "terminal"}),
    "display:rating_setup": Ask(PLACE),
    "counter:choose": Ask(PLACE),
    "counter:console": Ask(DEPARTMENT, parts=AT_COUNTER),
    "counter:lists": Ask(DEPARTMENT, parts=AT_COUNTER),
    "counter:sit": Ask(DEPARTMENT, post=True, parts=AT_COUNTER),
    "counter:pause": Ask(DEPARTMENT, post=True, parts=AT_COUNTER),
    "counter:bookings_first": Ask(DEPARTMENT, post=True, parts=AT_COUNTER),
    "counter:help": Ask(DEPARTMENT, post=True, parts=AT_COUNTER),
    "counter:arrive": Ask(DEPARTMENT, post=True, parts=AT_COUNTER),
    "counter:leave": Ask(DEPARTMENT, post=True, parts=AT_COUNTER),
    "counter:call_next": Ask(DEPARTMENT, post=True, parts=AT_COUNTER),
    "counter:act": Ask(DEPARTMENT, post=True, parts=AT_COUNTER | {"ticket_id": "ticket", "action": "=call"}),
    "counter:guides": Ask(PLACE),
    "counter:guide": Ask(HALL, parts=AT_GUIDE),
    "counter:guide_state": Ask(HALL, parts=AT_GUIDE),
    "counter:guide_find": Ask(HALL, parts=AT_GUIDE),
    "counter:guide_ticket": Ask(DEPARTMENT, parts=AT_GUIDE | {"ticket_id": "ticket"}),
    "counter:guide_day": Ask(HALL, parts=AT_GUIDE),
    "counter:guide_overnight": Ask(HALL, post=True, parts=AT_GUIDE),
    "counter:guide_arrive": Ask(HALL, post=True, parts=AT_GUIDE),
    "counter:guide_issue": Ask(HALL, post=True, parts=AT_GUIDE),
    "counter:guide_answer": Ask(HALL, post=True, parts=AT_GUIDE | AT_COUNTER),
    "desk:home": Ask(PLACE),
    "desk:find": Ask(PLACE, post=True),
    "desk:register": Ask(PLACE),
    "desk:appointment": Ask(DEPARTMENT, parts=OF_APPOINTMENT),
    "desk:notice": Ask(DEPARTMENT, parts=OF_APPOINTMENT),
    "desk:sheet": Ask(DEPARTMENT, parts=OF_APPOINTMENT),
    "desk:slip": Ask(DEPARTMENT, parts=OF_APPOINTMENT),
    "desk:print_slip": Ask(DEPARTMENT, post=True, parts=OF_APPOINTMENT),
    "desk:arrive": Ask(DEPARTMENT, post=True, parts=OF_APPOINTMENT),
    "desk:accept": Ask(DEPARTMENT, post=True, parts=OF_APPOINTMENT),
    "desk:urgent": Ask(PLACE),
    "desk:urgent_ask": Ask(PLACE),
    "desk:urgent_approve": Ask(DEPARTMENT, post=True, parts={"code": "urgent"}),
    "desk:urgent_reject": Ask(DEPARTMENT, post=True, parts={"code": "urgent"}),
    "desk:cancelling": Ask(PLACE),
    "desk:arrivals": Ask(PLACE),
    "desk:calls": Ask(PLACE),
    "desk:take_call": Ask(PLACE),
    "desk:call": Ask(DEPARTMENT, parts=OF_CALL),
    "desk:claim": Ask(DEPARTMENT, post=True, parts=OF_CALL),
    "desk:attempt": Ask(DEPARTMENT, post=True, parts=OF_CALL),
    "desk:hand_on": Ask(DEPARTMENT, post=True, parts=OF_CALL),
    "desk:close_call": Ask(DEPARTMENT, post=True, parts=OF_CALL),
    "desk:prereview": Ask(PLACE),
    "desk:prereview-one": Ask(DEPARTMENT, parts=OF_APPOINTMENT),
    "desk:prereview-copy": Ask(DEPARTMENT, parts=OF_APPOINTMENT | {"copy": "copy"}),
    "desk:tasks": Ask(PLACE),
    "desk:task-move": Ask(DEPARTMENT, post=True, parts={"task": "task"}),
    "desk:elsewhere": Ask(PLACE),
    "desk:visits": Ask(PLACE),
    "desk:visit_new": Ask(PLACE),
    "desk:visit_teams": Ask(PLACE),
    "desk:visit_sheet": Ask(DEPARTMENT, parts={"team_id": "team", "day": "=2026-11-30"}),
    "desk:visit": Ask(DEPARTMENT, parts=OF_VISIT),
    "desk:visit_confirm": Ask(DEPARTMENT, post=True, parts=OF_VISIT),
    "desk:visit_reject": Ask(DEPARTMENT, post=True, parts=OF_VISIT),
    "desk:visit_move": Ask(DEPARTMENT, post=True, parts=OF_VISIT),
    "desk:visit_cancel": Ask(DEPARTMENT, post=True, parts=OF_VISIT),
    "desk:visit_arrive": Ask(DEPARTMENT, post=True, parts=OF_VISIT),
    "desk:visit_record": Ask(DEPARTMENT, post=True, parts=OF_VISIT),
    "office:hours": Ask(PLACE),
    "office:hours_new": Ask(PLACE, parts={"kind": "=weekend"}),
    "office:hours_preview": Ask(PLACE, post=True, parts={"kind": "=weekend"}),
    "office:opening": Ask(HALL, parts=OF_OPENING),
    "office:opening_edit": Ask(HALL, parts=OF_OPENING),
    "office:opening_publish": Ask(HALL, post=True, parts=OF_OPENING),
    "office:opening_discard": Ask(HALL, post=True, parts=OF_OPENING),
    "office:opening_withdraw": Ask(HALL, post=True, parts=OF_OPENING),
    "office:messages": Ask(PLACE),
    "office:messages_again": Ask(PLACE, post=True),
    "office:message": Ask(HALL, parts={"message_id": "message"}),
    # nothing is sent again of another hall's: the page only says that there was none
    "office:message_again": Ask(PLACE, post=True, parts={"message_id": "message"}),
    "office:staff": Ask(COUNTY),
    "office:staff_add": Ask(COUNTY),
    "office:account": Ask(COUNTY, parts=OF_ACCOUNT),
    "office:account_post": Ask(COUNTY, post=True, parts=OF_ACCOUNT),
    "office:account_act": Ask(COUNTY, post=True, parts=OF_ACCOUNT | {"action": "=unlock"}),
    "office:audit": Ask(COUNTY),
    "office:reveals": Ask(COUNTY),
}


def make_world() -> World:
    """Build it."""
    held: Field = make_field()
    away = make_hall(code="away")
    make_hours(away.centre)
    other = Department.objects.create(code="other", name="另一样例部门", short_name="另一")
    foreign = make_queue(held.hall.centre, "foreign", "B", other)
    make_counter(held.hall.centre, 9, foreign)
    make_matter(other, foreign)
    return World(held.hall, away, other, _things(held))


def _things(held: Field) -> dict[str, Any]:
    hall = held.hall
    code = booking.book(_request(hall, 1), by="test", now=NOW).code
    prereview.hand_in(code, material=0, content=photo(), by="applicant", now=NOW)
    urgent = booking.book_outside(_urgent(hall), by="test", now=NOW).code
    package = book_package(hall, make_package(hall, members=1), 3, hour=10, now=NOW)
    PackageTask.objects.update(department=hall.matter.department)
    intake = booking.Intake(hall.centre.code, hall.matter.code, "样例来电人", phone(5), "press-1")
    terminal = queueing.ask_to_be_terminal(now=NOW)
    letter = Message.objects.filter(centre_id=hall.centre.pk).latest("id")
    Staff.objects.create(username="somebody", role=Role.CLERK, centre=hall.centre)
    return {
        "appointment": code,
        "copy": HandedIn.objects.latest("id").pk,
        "urgent": urgent,
        "package": package,
        "task": PackageTask.objects.latest("id").pk,
        "call": booking.take_call(intake, by="test", now=NOW),
        "visit": held.arrange(held.asked(4, settled=False)).code,
        "team": held.team.pk,
        "opening": _opening(hall),
        "message": letter.pk,
        "ticket": queueing.issue(hall.queue.pk, by="test", now=NOW).ticket_id,
        "counter": hall.counters[0].pk,
        "terminal": queueing.confirm_terminal(
            terminal.code, centre_id=hall.centre.pk, printer_id=None, name="样例终端", by="test", now=NOW
        ),
        "login": "somebody",
    }


def _request(hall: Hall, n: int) -> booking.BookingRequest:
    return booking.BookingRequest(
        centre=hall.centre.code,
        matter=hall.matter.code,
        slot_id=hall.slot(9).pk,
        channel_kind=ChannelKind.ONSITE,
        name="样例申请人",
        certificate=resident(n),
        phone=phone(n),
    )


def _urgent(hall: Hall) -> booking.OutsideRequest:
    return booking.OutsideRequest(
        centre=hall.centre.code,
        matter=hall.matter.code,
        channel_kind=ChannelKind.ONSITE,
        name="样例申请人",
        certificate=resident(2),
        phone=phone(2),
        starts_at=instant("2026-11-26 19:00"),
        ends_at=instant("2026-11-26 19:30"),
        place=Place.URGENT,
        status=Status.REQUESTED,
        reason="样例：当晚要用",
    )


def _opening(hall: Hall) -> int:
    made = FlexibleOpening.objects.create(
        centre=hall.centre,
        kind="weekend",
        first=date(2026, 11, 28),
        last=date(2026, 11, 29),
        weekdays=[6, 7],
        start=time(9),
        end=time(11),
        made_by="test",
        made_at=NOW,
    )
    OpeningQueue.objects.create(opening=made, queue=hall.queue)
    OpeningCounter.objects.create(opening=made, counter=hall.counters[0])
    return made.pk


def browser(role: Role, centre: Hall | None, department: int | None) -> Client:
    account = Staff.objects.create(
        username=f"{role}-{Staff.objects.count()}",
        role=role,
        centre=centre.centre if centre else None,
        department_id=department,
    )
    made = Client()
    made.force_login(account, backend="yueban.surfaces.access.StaffBackend")
    return made


def holders(address: Address) -> list[Role]:
    """The roles that the page is for."""
    wanted = address.permissions or frozenset()
    return [role for role in Role if not wanted or any(may(role, Permission(each)) for each in wanted)]


def placed(role: Role, centre: Hall, department: int) -> Client:
    """Somebody of a role in a centre, bound to a department where the role can be."""
    reach = REACHES[role]
    bound = department if reach in {Reach.COUNTER, Reach.DEPARTMENT} else None
    return browser(role, None if reach is Reach.COUNTY else centre, bound)


@dataclass(frozen=True)
class Told:
    """What somebody was answered."""

    status: int
    where: str

    @property
    def asked_to_log_in(self) -> bool:
        return self.status == 302 and self.where.startswith("/staff/login")

    @property
    def kept_out(self) -> bool:
        return self.status in {403, 404} or self.asked_to_log_in


def ask(client: Client, name: str, world: World) -> Told:
    row = ASKS[name]
    parts = {part: what[1:] if what[:1] == "=" else world.ids[what] for part, what in row.parts.items()}
    path = reverse(name, kwargs=parts)
    answer = client.post(path) if row.post else client.get(path)
    return Told(answer.status_code, answer.headers.get("Location", ""))


def test_every_view_that_states_a_permission_is_tried() -> None:
    assert sorted(ASKS) == sorted(STATED), "add the new one to ASKS, with what it is about"


@pytest.mark.parametrize("name", sorted(set(ASKS) & set(STATED)))
def test_owner_yes_colleague_and_stranger_no(name: str) -> None:
    world, about = make_world(), ASKS[name].about
    own, roles = world.hall.matter.department_id, holders(STATED[name])
    assert ask(Client(), name, world).asked_to_log_in, "nobody"
    for role in set(Role) - set(roles):
        assert ask(placed(role, world.hall, own), name, world).status == 403, f"{role} has no such permission"
    for role in roles:
        inside = REACHES[role] in {Reach.COUNTY, Reach.LEVEL}
        bound = REACHES[role] in {Reach.COUNTER, Reach.DEPARTMENT}
        if about in {HALL, DEPARTMENT} and not inside:
            assert ask(placed(role, world.away, own), name, world).kept_out, f"{role} of another centre"
        if about is DEPARTMENT and bound:
            assert ask(placed(role, world.hall, world.other.pk), name, world).kept_out, f"{role} of another department"
    assert _let_in(name, world, roles), "nobody whose page it is gets in"


def _let_in(name: str, world: World, roles: list[Role]) -> bool:
    """Whether somebody of a role gets in at home; an empty form may be refused in words, or be none (404)."""
    own = world.hall.matter.department_id
    for role in roles:
        client = placed(role, world.hall, own)
        if REACHES[role] is Reach.COUNTY:  # who belongs to no hall chooses one first
            client.post(reverse("staff:workplace"), {"centre": world.hall.centre.code})
        told = ask(client, name, world)
        if not told.kept_out or (ASKS[name].post and told.status == 404):
            return True
    return False

"""What channels read of the county, and the free hours."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import Hall, instant
from tests.surfaces.api.conftest import Caller, asked, at, token_of
from yueban.domain.calendar import operations as calendar
from yueban.domain.directory import county
from yueban.domain.people.rules import ChannelProgram
from yueban.kernel.clock import TZ

PLACES = ["/centres", "/centres/hall", "/departments", "/matters", "/packages"]


@pytest.fixture(scope="module")
def sample() -> county.County:
    """The sample county as its files say it."""
    return county.read(county.SAMPLE)


@pytest.fixture
def shenqiu(db: None, sample: county.County) -> Caller:
    """A channel of the sample county, loaded with its slots."""
    calendar.load_county(county.SAMPLE, by="system:test", now=datetime(2026, 11, 27, 10, tzinfo=TZ))
    return Caller(token_of("app"))


@pytest.mark.parametrize("path", PLACES)
def test_every_token_reads(owner: Caller, upstream: Caller, clerk: Caller, path: str) -> None:
    assert [caller.get(path).status for caller in (owner, upstream, clerk)] == [200, 200, 200]


@pytest.mark.parametrize("path", PLACES)
def test_without_a_token_nothing_is_read(stranger: Caller, nobody: Caller, path: str) -> None:
    assert [stranger.get(path).status, nobody.get(path).status] == [401, 401]


def test_centres_are_listed_in_the_countys_order(shenqiu: Caller, sample: county.County) -> None:
    found = shenqiu.get("/centres").body["centres"]
    assert [each["code"] for each in found] == [centre.code for centre in sample.centres]
    assert found[0]["region"] == "411624"


def test_a_centre_tells_its_sessions_queues_and_counters_with_ids(shenqiu: Caller, sample: county.County) -> None:
    said, found = sample.centres[0], shenqiu.get("/centres/sq-county").body
    assert [session["start"] for session in found["sessions"]] == ["08:30", "14:30", "15:00", "14:30"]
    assert found["sessions"][0]["valid_from"] == "01-01"
    assert [queue["code"] for queue in found["queues"]] == [queue.code for queue in said.queues]
    assert [tuple(c["queues"]) for c in found["counters"]] == [counter.queues for counter in said.counters]
    assert len({counter["id"] for counter in found["counters"]}) == 44


def test_departments_of_a_centre_are_those_with_a_matter_there(shenqiu: Caller) -> None:
    everywhere = shenqiu.get("/departments").body["departments"]
    town = shenqiu.get("/departments", centre="sq-dongcheng").body["departments"]
    assert (len(everywhere), sum(each["matters"] for each in everywhere)) == (32, 140)
    assert 0 < len(town) < 32


@pytest.mark.parametrize("q", ["身份证换领", "sfzhl"])
def test_matters_are_found_by_name_and_initials(shenqiu: Caller, q: str) -> None:
    assert shenqiu.get("/matters", q=q).body["matters"][0]["id"] == "gongan-idcard-renew"


def test_matters_are_narrowed_by_centre_and_department(shenqiu: Caller) -> None:
    found = shenqiu.get("/matters", centre="sq-dongcheng", department="gongan-huzheng").body["matters"]
    assert found
    assert {each["department"] for each in found} == {"gongan-huzheng"}


def test_a_matter_has_its_whole_guide(shenqiu: Caller, sample: county.County) -> None:
    item = next(item for item in sample.items if item.id == "shijian-company-setup")
    found = shenqiu.get(f"/matters/{item.id}").body
    plain = county.as_plain(item)
    for key in ("conditions", "review_standards", "materials", "faqs", "fee", "promise_days", "legal_days", "scope"):
        assert found[key] == plain[key]
    assert found["places"][0]["centre"] == "sq-county"
    assert "pkg-company-start" in found["packages"]


def test_packages_have_lead_and_members(shenqiu: Caller, sample: county.County) -> None:
    found = shenqiu.get("/packages").body["packages"]
    assert {p["id"]: [m["id"] for m in p["members"]] for p in found} == {
        p.id: list(p.member_items) for p in sample.packages
    }


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/centres/nowhere", {}, "centre"),
        ("/matters/nothing", {}, "matter"),
        ("/departments", {"centre": "nowhere"}, "centre"),
        ("/matters", {"department": "nobody"}, "department"),
        ("/availability", {"centre": "nowhere", "matter": "x"}, "centre"),
        ("/availability", {"centre": "hall", "matter": "nothing"}, "matter"),
    ],
)
def test_what_does_not_exist_is_named(owner: Caller, path: str, query: dict[str, str], field: str) -> None:
    answer = owner.get(path, **query)
    assert (answer.status, answer.kind) == (404, "application/problem+json")
    assert [each["field"] for each in answer.body["errors"]] == [field]


@pytest.mark.parametrize("code", ["%00", "%FF%FE", "9" * 400, "%F0%9F%92%A9", "..", "a" * 5000, "'"])
@pytest.mark.parametrize("path", ["/centres", "/matters"])
def test_odd_codes_are_unknown(owner: Caller, path: str, code: str) -> None:
    answer = owner.get(f"{path}/{code}")
    assert (answer.status, answer.kind) == (404, "application/problem+json")


@pytest.mark.parametrize("q", ["%", "_", "\\", "\x00", "'", "😀", "　"])
def test_odd_searches_are_answered(owner: Caller, q: str) -> None:
    assert owner.get("/matters", q=q).status == 200


# ---- availability -------------------------------------------------------------------------------------------------


def test_free_hours_say_what_is_left_and_why_not(owner: Caller, hall: Hall) -> None:
    owner.post("/appointments", asked(hall))
    at(instant("2026-11-30 06:00:01"))
    slots = owner.get("/availability", centre=hall.centre.code, matter=hall.matter.code).body["slots"]
    assert [slot["left"] for slot in slots] == [9, 10, 10, 10, 10, 10]
    assert [slot["open"] for slot in slots] == [False, True, True, True, True, True]
    assert [(why["code"], why["clause"]) for why in slots[0]["refusals"]] == [("too_late", "R4.0")]
    assert slots[0]["starts_at"] == "2026-11-30T09:00:00+08:00"


def test_each_kind_of_caller_sees_the_hours_by_its_own_rules(hall: Hall, owner: Caller, clerk: Caller) -> None:
    phone = Caller(token_of("phone", ChannelProgram.PHONE))
    at(instant("2026-11-27 16:30:01"))
    asked_for = {"centre": hall.centre.code, "matter": hall.matter.code}
    opened = [caller.get("/availability", **asked_for).body["slots"][0]["open"] for caller in (owner, phone, clerk)]
    assert opened == [True, False, False]


@pytest.mark.parametrize("days", [1, 31])
def test_one_to_31_days_may_be_asked_for(owner: Caller, hall: Hall, days: int) -> None:
    query = {"centre": hall.centre.code, "matter": hall.matter.code, "from": "2026-11-30", "days": days}
    assert len(owner.get("/availability", **query).body["slots"]) == 6


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"days": 0}, "days", "too_small"),
        ({"days": 32}, "days", "too_large"),
        ({"days": "many"}, "days", "wrong_type"),
        ({"days": "9" * 400}, "days", "too_large"),
        ({"from": "2026-02-30"}, "from", "bad_date"),
        ({"from": "0001-01-01"}, "from", "bad_date"),
        ({"from": "9999-12-31"}, "from", "bad_date"),
        ({"from": "1700000000"}, "from", "bad_form"),
        ({"from": "2026-W01-1"}, "from", "bad_form"),
        ({"from": "２０２６-11-30"}, "from", "bad_form"),
        ({"from": ""}, "from", "bad_form"),
        ({"centre": "a b"}, "centre", "bad_form"),
        ({"centre": "\x00"}, "centre", "bad_form"),
    ],
    ids=str,
)
def test_odd_spans_are_said_by_field(
    owner: Caller, hall: Hall, query: dict[str, object], field: str, code: str
) -> None:
    answer = owner.get("/availability", **({"centre": hall.centre.code, "matter": hall.matter.code} | query))
    assert answer.status == 422
    assert [(each["field"], each["code"]) for each in answer.body["errors"]] == [(field, code)]


@pytest.mark.parametrize("start", ["2000-01-01", "2026-12-31", "2028-06-01", "2999-12-31"])
def test_days_outside_the_known_calendar_have_no_hours(owner: Caller, hall: Hall, start: str) -> None:
    query = {"centre": hall.centre.code, "matter": hall.matter.code, "from": start, "days": 31}
    assert owner.get("/availability", **query).body == {"slots": []}


@pytest.mark.parametrize("moment", ["2026-12-31 23:59:59", "2027-01-01 00:00:00", "2031-06-01 12:00:00"])
def test_a_clock_beyond_the_known_calendar_is_answered(owner: Caller, hall: Hall, moment: str) -> None:
    at(instant(moment))
    answer = owner.get("/availability", centre=hall.centre.code, matter=hall.matter.code)
    assert answer.status in {200, 409}
    assert owner.post("/appointments", asked(hall)).status == 409


def test_r3_6_a_matter_that_the_hall_has_not_opened_is_refused(owner: Caller, hall: Hall) -> None:
    hall.matter.offer_set.all().delete()
    answer = owner.get("/availability", centre=hall.centre.code, matter=hall.matter.code)
    assert (answer.status, answer.body["refusals"][0]["code"]) == (409, "not_offered_here")


def test_hot_endpoints_take_few_statements(owner: Caller, hall: Hall) -> None:
    query = {"centre": hall.centre.code, "matter": hall.matter.code}
    owner.get("/availability", **query)
    with CaptureQueriesContext(connection) as seen:
        owner.get("/availability", **query)
    assert len(seen) == 2
    with CaptureQueriesContext(connection) as seen:
        assert owner.post("/appointments", asked(hall), idempotency_key="k").status == 201
    assert len(seen) <= 4

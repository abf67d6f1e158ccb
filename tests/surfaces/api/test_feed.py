"""The ordered feed for the upper platform (N3.1)."""

import re

import pytest

from tests.factories import Hall, instant
from tests.surfaces.api.conftest import Caller, asked, at


def test_n3_1_the_feed_tells_everything_in_order_and_is_resumed(owner: Caller, upstream: Caller, hall: Hall) -> None:
    codes = [owner.post("/appointments", asked(hall, n=n)).body["code"] for n in range(1, 4)]
    first = upstream.get("/events", limit=4).body
    seen = [*first["events"]]
    while first["more"]:
        first = upstream.get("/events", after=first["cursor"], limit=4).body
        seen += first["events"]
    booked = [event for event in seen if event["kind"] == "appointment.booked"]
    assert [event["appointment"] for event in booked] == codes
    assert {event["centre"] for event in booked} == {hall.centre.code}
    positions = [event["position"] for event in seen]
    assert positions == sorted(set(positions))
    assert upstream.get("/events", after=first["cursor"]).body == {
        "events": [],
        "cursor": first["cursor"],
        "more": False,
    }


def test_the_feed_names_no_person(owner: Caller, upstream: Caller, hall: Hall) -> None:
    body = asked(hall)
    owner.post("/appointments", body)
    text = upstream.get("/events", limit=1000).text
    person = body["applicant"]
    assert not any(secret in text for secret in (person["name"], person["phone"], person["certificate"]["number"]))


def test_every_instant_of_the_feed_is_in_the_countys_zone(
    owner: Caller, clerk: Caller, upstream: Caller, code: str, hall: Hall
) -> None:
    other = owner.post("/appointments", asked(hall, n=2)).body["code"]
    assert owner.post(f"/appointments/{other}/reschedule", {"slot": hall.slot(10).pk}).status == 200
    at(instant("2026-11-30 08:30:00"))
    assert owner.post(f"/appointments/{code}/ticket").status == 201
    assert clerk.post(f"/counters/{hall.counters[0].pk}/call-next").status == 200
    text = upstream.get("/events", limit=1000).text
    instants = re.findall(r"\d{4}-\d{2}-\d{2}T[^\"]*", text)
    assert len(instants) > 10
    assert [each for each in instants if not each.endswith("+08:00")] == []


def test_only_the_upper_platform_reads_it(
    owner: Caller, clerk: Caller, stranger: Caller, nobody: Caller, upstream: Caller
) -> None:
    statuses = [caller.get("/events").status for caller in (owner, clerk, stranger, nobody, upstream)]
    assert statuses == [403, 403, 401, 401, 200]


@pytest.mark.parametrize(
    "query",
    [{"after": -1}, {"after": "x"}, {"after": "9" * 400}, {"limit": 0}, {"limit": 1001}, {"limit": "1.5"}],
    ids=str,
)
def test_odd_cursors_are_said(upstream: Caller, query: dict[str, object]) -> None:
    assert upstream.get("/events", **query).status == 422

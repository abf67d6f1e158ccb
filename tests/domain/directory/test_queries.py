"""What can be asked about the county, on the sample."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yueban.domain.directory import county as files
from yueban.domain.directory import operations, queries
from yueban.domain.directory.models import Queue
from yueban.kernel.clock import TZ

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(sample: files.County, db: None) -> None:
    """Load the sample."""
    operations.load(sample, by="system:test", now=datetime(2026, 9, 1, 8, 0, tzinfo=TZ))


def names(text: str) -> list[str]:
    return [matter.short_name for matter in queries.search_matters(text)]


@pytest.mark.parametrize(
    "text", ["身份证换领", "sfzhl", "SFZHL", "ｓｆｚｈｌ", " 换领　身份证 ", "gongan-idcard-renew", "公安户政 换领"]
)
def test_a_matter_is_found_by_name_initials_and_department(text: str) -> None:
    assert names(text)[0] == "身份证换领"


@pytest.mark.parametrize("text", ["没有这件事", "%", "_", "\\", "\x00", "\ud800", "'; drop table", "zzzzzz"])
def test_odd_text_finds_nothing_and_harms_nothing(text: str) -> None:
    found = names(text)
    assert found == [] or text in ("\x00", "\ud800")


def test_a_very_long_search_is_cut(sample: files.County) -> None:
    assert names("身" * 100_000) == []


def test_a_search_within_a_centre_finds_only_what_it_offers() -> None:
    town = queries.centre("sq-dongcheng")
    found = queries.search_matters(centre=town)
    assert 0 < len(found) < len(queries.search_matters())
    assert all(queries.offer(matter, town) for matter in found)
    assert {d.code for d in queries.departments(town)} == {matter.department.code for matter in found}


def test_personal_matters_include_those_for_both(sample: files.County) -> None:
    assert len(queries.search_matters(audience="personal")) == 78 + 38


@pytest.mark.parametrize("code", ["", "nowhere", "\x00", "9" * 400, "\ud800"])
def test_unknown_codes_are_unknown(code: str) -> None:
    town = queries.centre("sq-county")
    with pytest.raises(queries.UnknownCentre):
        queries.centre(code)
    with pytest.raises(queries.UnknownMatter):
        queries.matter(code)
    with pytest.raises(queries.UnknownPackage):
        queries.package(code)
    with pytest.raises(queries.UnknownDepartment):
        queries.department(code)
    with pytest.raises(queries.UnknownQueue):
        queries.queue(town, code)


@pytest.mark.parametrize("counter", [0, -1, 10**400])
def test_an_unknown_counter_is_unknown(counter: int) -> None:
    with pytest.raises(queries.UnknownCounter):
        queries.counter(counter)


def test_the_county_centre_has_the_main_telephone() -> None:
    assert (queries.county_name(), queries.county_centre().phone) == ("沈丘县", "0394-5101000")


def test_counters_know_what_they_serve_best_first(sample: files.County) -> None:
    centre = queries.county_centre()
    found = [[link.queue.code for link in counter.counterqueue_set.all()] for counter in queries.counters(centre)]
    assert found == [list(counter.queues) for counter in sample.centres[0].counters]


def test_popular_matters_are_the_most_wanted_over_all_queues() -> None:
    popular = queries.popular_matters()
    assert len(popular) == 8
    assert len({matter.queue_code for matter in popular}) > 2
    assert queries.popular_matters(2) == popular[:2]


def test_packages_know_their_lead_and_members_in_order(sample: files.County) -> None:
    found = {p.code: [m.matter.code for m in p.packagemember_set.all()] for p in queries.packages()}
    assert found == {p.id: list(p.member_items) for p in sample.packages}
    lead = queries.matter("shijian-company-setup")
    assert "pkg-company-start" in [p.code for p in queries.packages_of(lead)]


def test_n2_coverage_names_what_cannot_be_booked_and_who_owns_it() -> None:
    found = queries.coverage()
    assert (found.centres, found.centres_bookable, found.matters, found.matters_bookable) == (23, 23, 140, 135)
    gaps = {gap.code: gap for gap in found.gaps}
    assert set(gaps) == {"minzheng-temp-aid", "zhujian-presale", "yancao-change", "ranqi-new", "minzong-ethnic"}
    assert gaps["minzheng-temp-aid"].owner == "沈丘县民政局"


def test_n2_a_centre_without_a_bookable_queue_is_a_gap() -> None:
    Queue.objects.filter(centre__code="sq-dongcheng").update(bookable=False)
    found = queries.coverage()
    assert found.centres_bookable == 22
    first = found.gaps[0]
    assert (first.kind, first.code, first.cause) == ("centre", "sq-dongcheng", "no_bookable_queue")


def test_lists_take_few_statements() -> None:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        list(queries.search_matters("身份证"))
    assert len(seen) == 1
    with CaptureQueriesContext(connection) as seen:
        [list(counter.counterqueue_set.all()) for counter in queries.counters(queries.county_centre())]
    assert len(seen) == 3

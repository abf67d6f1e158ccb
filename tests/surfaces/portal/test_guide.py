"""Finding a matter, and reading what it takes."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import Hall, make_hall, make_matter
from yueban.domain.directory.models import Department, Offer, Package

pytestmark = pytest.mark.django_db


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_home_asks_what_to_do_and_offers_what_is_most_wanted(client: Client, hall: Hall) -> None:
    page = text_of(client, "/")
    assert "您要办什么事？" in page
    assert hall.matter.short_name in page
    assert "0394 5100000" in page


@pytest.mark.parametrize("q", ["样例", "YLSX", "ylsx", "  样例  ", "样例部门"])
def test_search_finds_by_name_initials_and_department(client: Client, hall: Hall, q: str) -> None:
    hall.matter.initials = "ylsx"
    hall.matter.save()
    assert hall.matter.name in text_of(client, f"/search/?q={q}")


def test_search_without_a_hit_offers_other_ways(client: Client, hall: Hall) -> None:
    page = text_of(client, "/search/?q=没有这样的事")
    assert "没有找到" in page
    assert "/departments/" in page


def test_search_finds_packages_too(client: Client, hall: Hall) -> None:
    make_package(hall)
    assert "出生一件事" in text_of(client, "/search/?q=出生")


def make_package(hall: Hall, **fields: Any) -> Package:
    values = {
        "code": "pkg-birth",
        "name": "出生一件事",
        "short_name": "出生",
        "audience": "personal",
        "lead": hall.matter,
        "merged_materials": {
            "separate_total": 9,
            "merged_total": 2,
            "list": ["出生医学证明", "户口簿"],
            "note": "样例",
        },
    }
    return Package.objects.create(**(values | fields))


def test_the_way_of_r4_1_3_leads_from_services_over_the_department_to_the_matter(client: Client, hall: Hall) -> None:
    assert "/departments/" in text_of(client, "/services/")
    assert "/departments/dept/" in text_of(client, "/departments/")
    assert f"/matters/{hall.matter.code}/" in text_of(client, "/departments/dept/")
    assert f"/book/matter/{hall.matter.code}/" in text_of(client, f"/matters/{hall.matter.code}/")


def test_a_matter_shows_its_whole_guide(client: Client, hall: Hall) -> None:
    hall.matter.guide |= {"faqs": [{"q": "要照片吗？", "a": "不要。"}]}
    hall.matter.save()
    page = text_of(client, f"/matters/{hall.matter.code}/")
    for part in ("样例条件", "样例标准", "居民身份证", "要照片吗？", "不收费", "当场办好", hall.centre.address):
        assert part in page


def test_a_matter_that_is_not_bookable_online_gives_the_telephone_instead(client: Client, hall: Hall) -> None:
    hall.matter.online_bookable = False
    hall.matter.save()
    page = text_of(client, f"/matters/{hall.matter.code}/")
    assert f"/book/matter/{hall.matter.code}/" not in page
    assert "tel:0394-5100000" in page


def test_a_package_shows_its_matters_and_merged_materials(client: Client, hall: Hall) -> None:
    make_package(hall)
    page = text_of(client, "/packages/pkg-birth/")
    assert hall.matter.name in page
    assert "材料 9 份减到 2 份" in page
    assert "出生医学证明" in page


def test_matters_are_listed_for_persons_and_for_enterprises(client: Client, hall: Hall) -> None:
    make_matter(Department.objects.get(code="dept"), hall.queue, code="firm", name="企业事项", audience="enterprise")
    assert "企业事项" not in text_of(client, "/matters/")
    assert "企业事项" in text_of(client, "/matters/?for=enterprise")
    assert text_of(client, "/matters/?for=nonsense") is not None


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_matters_takes_the_same_queries_for_one_and_three(
    client: Client, hall: Hall, count: int, django_assert_num_queries: Any
) -> None:
    for n in range(count - 1):
        make_matter(Department.objects.get(code="dept"), hall.queue, code=f"more-{n}")
    with django_assert_num_queries(2):  # the matters, the hotline
        client.get("/matters/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_halls_takes_the_same_queries_for_two_and_four(
    client: Client, hall: Hall, count: int, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        other = make_hall(code=f"hall-{n}", days=())
        Offer.objects.create(matter=hall.matter, queue=other.queue, centre=other.centre)
    client.get(f"/book/matter/{hall.matter.code}/")  # the regulation and the calendar are read once a process
    with django_assert_num_queries(5):  # matter, offers, first free hours, hotline twice
        client.get(f"/book/matter/{hall.matter.code}/")


def test_the_regulation_is_shown_clause_by_clause_with_what_the_system_does(client: Client, hall: Hall) -> None:
    page = text_of(client, "/regulation/")
    for clause in ("N1", "R1.2", "R4.0", "R4.1.3", "R4.3", "R5.4", "R6"):
        assert f'id="{clause}"' in page
    assert "本系统怎么做" in page
    assert "2022年7月1日" in page


def test_help_says_the_numbers_of_the_regulation_in_force(client: Client, hall: Hall) -> None:
    page = text_of(client, "/help/")
    assert "至少提前 3 小时" in page
    assert "16:30" in page
    assert "爽约 3 次" in page


def test_the_halls_have_addresses_and_telephones(client: Client, hall: Hall) -> None:
    page = text_of(client, "/centres/")
    assert hall.centre.address in page
    assert "tel:0394-5100000" in page


@pytest.mark.parametrize("path", ["/matters/none/", "/departments/none/", "/packages/none/", "/book/matter/none/"])
def test_what_does_not_exist_is_not_found_and_leads_on(client: Client, hall: Hall, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()


def test_an_empty_database_still_serves_the_home_page(client: Client) -> None:
    assert client.get("/").status_code == 200


def test_every_page_stays_below_60_kb(client: Client, hall: Hall) -> None:
    for path in ("/", "/matters/", "/regulation/", f"/matters/{hall.matter.code}/", "/help/"):
        assert len(client.get(path).content) < 60_000

"""Editions on record: which is in force, and how its clauses read."""

from datetime import date

import pytest
from django.utils import translation

from yueban.domain.regulation import operations, queries
from yueban.domain.regulation.models import Regulation
from yueban.domain.regulation.rules import Clause, Parameters
from yueban.domain.regulation.rules.texts import shenqiu_2022_7

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def seeded() -> None:
    operations.seed()


def amend(on: date, **changes: object) -> Regulation:
    parameters = Parameters().to_json() | changes
    clauses = list(shenqiu_2022_7().clauses)
    return Regulation.objects.create(title="t", number="n", effective_from=on, parameters=parameters, clauses=clauses)


def test_r6_the_regulation_is_in_force_from_july_2022() -> None:
    edition = queries.in_force(date(2026, 11, 30))
    assert (edition.effective_from, edition.parameters) == (date(2022, 7, 1), Parameters())
    assert queries.by_id(edition.id) == edition


def test_r6_an_amendment_holds_from_its_own_date() -> None:
    amend(date(2027, 1, 1), per_day=3)
    limits = [queries.in_force(day).parameters.per_day for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert limits == [2, 3]
    assert [edition.effective_from for edition in queries.history()] == [date(2022, 7, 1), date(2027, 1, 1)]


def test_before_the_first_edition_the_first_one_holds() -> None:
    assert queries.in_force(date(2020, 1, 1)).effective_from == date(2022, 7, 1)


def test_an_unknown_edition_is_said() -> None:
    with pytest.raises(queries.UnknownRegulation):
        queries.by_id(0)


def test_seeding_again_keeps_what_the_county_changed() -> None:
    Regulation.objects.update(title="改过的标题")
    operations.seed()
    assert [edition.title for edition in queries.history()] == ["改过的标题"]


def test_every_change_has_a_revision_of_its_own() -> None:
    seen = [queries.revision()]
    for day in (1, 2):
        amend(date(2027, 1, day))
        seen.append(queries.revision())
    assert len(set(seen)) == 3


def test_the_clauses_are_read_in_the_visitors_language() -> None:
    chinese = {clause.id: clause for clause in queries.clauses(date(2026, 11, 30))}
    with translation.override("en"):
        english = {clause.id: clause for clause in queries.clauses(date(2026, 11, 30))}
    assert list(chinese) == list(english) == list(Clause)
    assert chinese[Clause.R4_3].heading == "预约取消"
    assert english[Clause.R4_3].heading == "Cancelling and not coming"
    assert chinese[Clause.R4_3].text == english[Clause.R4_3].text
    assert english[Clause.R4_3].system.isascii()


def test_a_clause_shows_its_numbers_and_which_of_them_the_county_changed() -> None:
    Regulation.objects.update(parameters=Parameters().to_json() | {"horizon": 10})
    clause = next(clause for clause in queries.clauses(date(2026, 11, 30)) if clause.id is Clause.R4_0)
    assert [(p.name, p.value, p.changed) for p in clause.parameters] == [
        ("desk_cutoff", "16:30", False),
        ("desk_cutoff_days", "1 个工作日", False),
        ("online_lead", "3 小时", False),
        ("horizon", "10 个工作日", True),
    ]


def test_every_parameter_reads_as_words() -> None:
    values = [p for clause in queries.clauses(date(2026, 11, 30)) for p in clause.parameters]
    assert len(values) == len(Parameters().to_json())
    assert all(p.label and p.value and "%(" not in p.value for p in values)

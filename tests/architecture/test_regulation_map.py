"""docs/regulation.md is true: every clause is there once, and every function and test it names exists."""

import importlib
import re

import pytest

from tools.regulation_map import MARKER, PAGE, all_tests, clauses_of, headings, rendered

ROW = re.compile(r"^\| ([NR][\d.]+) \| (.+?) \| (.+?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
ROWS = {row[0]: row[1:] for row in ROW.findall(PAGE.read_text(encoding="utf-8").partition(MARKER)[0])}
NAMED = {clause for test in all_tests() for clause in clauses_of(test, list(headings()))}


def test_every_clause_of_the_document_has_its_row_in_order() -> None:
    assert [(clause, row[0]) for clause, row in ROWS.items()] == list(headings().items())


@pytest.mark.parametrize("clause", ROWS)
def test_every_rule_that_the_map_names_exists(clause: str) -> None:
    for rule in CODE.findall(ROWS[clause][2]):
        module, _, name = rule.partition(":")
        assert hasattr(importlib.import_module(module), name), f"{clause}: there is no {rule}"


@pytest.mark.parametrize("clause", ROWS)
def test_every_test_that_the_map_names_exists(clause: str) -> None:
    assert set(CODE.findall(ROWS[clause][3])) <= set(all_tests())


@pytest.mark.parametrize("clause", ROWS)
def test_a_clause_is_open_or_has_its_rule_and_its_test(clause: str) -> None:
    _, state, rules, tests = ROWS[clause]
    assert re.fullmatch(r"built|(?:part: .+)|open(?:: .+)?", state), f"{clause}: built, part: what is open, or open"
    if state.startswith("open"):
        assert not rules, f"{clause} has a rule: it is built, or part"
    else:
        assert rules, f"{clause} is {state} but names no rule"
        assert tests or clause in NAMED, f"{clause} is {state} but nothing tests it"


def test_the_tests_of_each_clause_are_listed() -> None:
    listed = PAGE.read_text(encoding="utf-8").partition(MARKER)[2]
    assert listed == rendered(), "tests were added or renamed: run `python tools/regulation_map.py`"


def test_a_test_that_names_a_clause_names_one_that_exists() -> None:
    cited = [test for test in all_tests() if re.match(r"test_[nr]\d", test.rpartition("::")[2])]
    assert [test for test in cited if not clauses_of(test, list(headings()))] == []

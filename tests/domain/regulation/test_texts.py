"""The document cut into clauses: its own words, all of them known, each with what the system does."""

import re
from importlib import resources

from yueban.domain.regulation.rules import Clause
from yueban.domain.regulation.rules.texts import shenqiu_2022_7, system_texts

NARROW = str.maketrans("，：；（）“”〔〕", ',:;()""[]')


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text).translate(NARROW)


def published() -> str:
    texts = resources.files("yueban.domain.regulation").joinpath("texts")
    return plain(texts.joinpath("shenqiu-2022-7.txt").read_text(encoding="utf-8"))


def test_every_clause_is_there_once_in_order() -> None:
    assert [clause["id"] for clause in shenqiu_2022_7().clauses] == list(Clause)


def test_every_clause_has_the_words_of_the_document() -> None:
    document, whole = shenqiu_2022_7(), published()
    strange = {
        clause["id"]: paragraph
        for clause in document.clauses
        for paragraph in clause["text"].split("\n")
        if plain(paragraph) not in whole
    }
    assert strange == {}
    assert plain(document.number) in whole
    assert document.title in whole


def test_every_clause_says_what_the_system_does_in_both_languages() -> None:
    texts = system_texts()
    assert list(texts) == list(Clause)
    assert all(text.system and text.system_en.isascii() for text in texts.values())

"""English is complete: no sentence of the sources is missing from the catalogue, none is without a translation."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parents[2] / "yueban"
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}


def entries() -> dict[str, Message]:
    """The catalogue by its (singular) Chinese."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message for message in catalogue if message.id
    }


def test_every_entry_is_translated_into_english_with_the_same_values() -> None:
    for chinese, entry in entries().items():
        texts = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
        for text in texts:
            assert text, f"not translated: {chinese}"
            assert not entry.fuzzy, f"only guessed: {chinese}"
            assert values_of(text) <= values_of(chinese), f"unknown values: {chinese}"


def values_of(text: str) -> set[str]:
    """The %(name)s and {name} of a sentence."""
    return set(re.findall(r"%\((\w+)\)s", text)) | set(re.findall(r"{(\w+)}", text))


def in_python(file: Path) -> set[str]:
    """The sentences that a module marks for translation."""
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    marked = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in MARKERS and call.args]
    texts = [call.args[0].value for call in marked if isinstance(call.args[0], ast.Constant)]
    return {text for text in texts if isinstance(text, str) and CHINESE.search(text)}


def in_template(file: Path) -> set[str]:
    """The plain sentences that a template marks for translation."""
    return set(re.findall(r"{%\s*trans(?:late)?\s+[\"']([^\"']+)[\"']", file.read_text()))


@pytest.mark.parametrize("folder", ["surfaces", "domain", "kernel"])
def test_no_sentence_of_the_sources_is_missing_from_the_catalogue(folder: str) -> None:
    known = entries().keys()
    marked = {text: file.name for file in (PACKAGE / folder).rglob("*.py") for text in in_python(file)}
    marked |= {text: file.name for file in (PACKAGE / folder).rglob("*.html") for text in in_template(file)}
    assert {text: file for text, file in marked.items() if text not in known} == {}


def test_no_template_shows_chinese_that_is_not_marked() -> None:
    for file in (PACKAGE / "surfaces").rglob("*.html"):
        text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", file.read_text(), flags=re.DOTALL)
        text = re.sub(r"{% blocktrans(late)?.*?{% endblocktrans(late)? %}|{%.*?%}", "", text, flags=re.DOTALL)
        left = CHINESE.findall(re.sub(r'lang="zh-Hans"[^>]*>\s*中文', "", text))
        assert not left, f"{file}: {''.join(left)}"

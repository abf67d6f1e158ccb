"""Terminals and screens in the halls run Chromium 87: their scripts and sheets use nothing that came later."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "yueban" / "surfaces"
FOLDERS = ["kiosk", "display"]
IN_THE_HALL = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.suffix in {".js", ".css"}]
FILES = [*sorted(IN_THE_HALL), ROOT / "static" / "yueban" / "base.css", ROOT / "static" / "yueban" / "tokens.css"]

# What came later, with the version that brought it. Unknown declarations are dropped by an old browser, but what
# depends on them then looks wrong; unknown syntax stops a whole script.
LATER_CSS = {
    r":(?:is|where)\(": 88,
    r"aspect-ratio\s*:": 88,
    r":has\(": 105,
    r"@container\b": 105,
    r"@layer\b": 99,
    r"@scope\b": 118,
    r"@starting-style\b": 117,
    r"\b\d+(?:\.\d+)?(?:dvh|svh|lvh|dvw|svw|cqw|cqh|cqi)\b": 108,
    r"color-mix\(|oklch\(|oklab\(|\blab\(|\blch\(": 111,
    r"\bsubgrid\b": 117,
    r"text-wrap\s*:": 114,
    r"overflow(?:-[xy])?\s*:\s*clip\b": 90,
    r"(?m)^\s*(?:rotate|scale|translate)\s*:": 104,
    r"(?m)^\s*&": 112,
    r"scrollbar-gutter\s*:": 94,
    r"field-sizing\s*:": 123,
    r"light-dark\(": 123,
}
LATER_JS = {
    r"\.at\(": 92,
    r"Object\.(?:hasOwn|groupBy)\(": 93,
    r"\bstructuredClone\(": 98,
    r"\.(?:findLast|findLastIndex)\(": 97,
    r"\.(?:toSorted|toReversed|toSpliced|with)\(": 110,
    r"crypto\.randomUUID\b": 92,
    r"AbortSignal\.(?:timeout|any)\(": 103,
    r"\bstatic\s*\{": 94,
    r"(?m)^(?:const|let|var)[^\n]*=\s*await\b|^await\b": 89,
    r"Promise\.(?:withResolvers|try)\b": 119,
    r"Array\.fromAsync\(": 121,
    r"\bassert\s*\{\s*type\b|\bwith\s*\{\s*type\b": 91,
    r"/[a-z]*[dv][a-z]*\.(?:test|exec)\(": 90,
    r"#\w+\s+in\s": 91,
    r"\.(?:isWellFormed|toWellFormed)\(": 111,
    r"\bnew\s+URLPattern\b|URL\.canParse\(": 95,
    r"\.showPopover\(|\bpopover\b": 114,
    r"\.inert\b": 102,
    r"startViewTransition": 111,
    r"new Set\([^)]*\)\.(?:union|intersection|difference)\(": 122,
}
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)


def later_than_87(file: Path) -> list[str]:
    """What in a file Chromium 87 does not know."""
    known = LATER_CSS if file.suffix == ".css" else LATER_JS
    text = COMMENT.sub("", file.read_text(encoding="utf-8"))
    return [
        f"{match[0].strip()} (since {since})" for later, since in known.items() for match in re.finditer(later, text)
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda each: str(each.relative_to(ROOT)))
def test_terminals_and_screens_use_only_what_chromium_87_has(file: Path) -> None:
    assert later_than_87(file) == []


def test_the_check_finds_what_it_looks_for(tmp_path: Path) -> None:
    script, sheet = tmp_path / "new.js", tmp_path / "new.css"
    script.write_text("const last = list.at(-1); // .findLast( in a comment is no use\n")
    sheet.write_text(".a:has(b) { color: red } /* :is( */\n")
    assert later_than_87(script) == [".at( (since 92)"]
    assert later_than_87(sheet) == [":has( (since 105)"]

# ruff: noqa: INP001 - a script of the checkout
"""Write the tests of each clause into docs/regulation.md: `python tools/regulation_map.py`.

A test belongs to the clause its name begins with: `test_r4_1_3_…` to R4.1.3, `test_r2_…` to every R2 clause. The
table above the marker is written by hand; tests/architecture/test_regulation_map.py keeps both true.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "regulation.md"
DOCUMENT = ROOT / "yueban" / "domain" / "regulation" / "texts" / "shenqiu-2022-7.yaml"
MARKER = "<!-- below: written by tools/regulation_map.py -->\n"


def headings() -> dict[str, str]:
    """Give the clauses of the document with their English headings, in order."""
    clauses = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["clauses"]
    return {clause["id"]: clause["heading_en"] for clause in clauses}


def names_in(path: Path) -> list[str]:
    """Give the names of the tests of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return sorted(name for name in names if name.startswith("test_"))


def all_tests() -> list[str]:
    """Give every test of the repository as `tests/…/file.py::name`."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [f"{path.relative_to(ROOT).as_posix()}::{name}" for path in files for name in names_in(path)]


def clauses_of(test: str, clauses: list[str]) -> list[str]:
    """Give the clauses that a test's name cites: the longest id it begins with, or all of a section."""
    cited = re.match(r"test_([nr]\d(?:_\d+)*)_", test.rpartition("::")[2])
    if cited is None:
        return []
    parts = cited[1].upper().split("_")
    for length in range(len(parts), 0, -1):
        identity = ".".join(parts[:length])
        found = [clause for clause in clauses if clause == identity or clause.startswith(f"{identity}.")]
        if identity in clauses:
            return [identity]
        if found:
            return found
    return []


def rendered() -> str:
    """Give the part of the page below the marker."""
    known = headings()
    named: dict[str, dict[str, list[str]]] = {clause: {} for clause in known}
    for test in all_tests():
        path, _, name = test.partition("::")
        for clause in clauses_of(test, list(known)):
            named[clause].setdefault(path, []).append(name)
    return "".join(_section(clause, heading, named[clause]) for clause, heading in known.items() if named[clause])


def _section(clause: str, heading: str, files: dict[str, list[str]]) -> str:
    lines = [f"\n### {clause} {heading}\n"]
    for path, names in files.items():
        lines += [f"\n`{path}`\n", "".join(f"- `{name}`\n" for name in names)]
    return "\n".join(line.rstrip("\n") for line in lines) + "\n"


def main() -> None:
    """Rewrite the page's lower part."""
    above = PAGE.read_text(encoding="utf-8").partition(MARKER)[0]
    PAGE.write_text(above + MARKER + rendered(), encoding="utf-8")


if __name__ == "__main__":
    main()

# ruff: noqa: INP001 - a script of the checkout
"""Write the table of roles into docs/roles.md: `python tools/roles_table.py`.

The words are those of people.rules with their English from the catalogue, so that the page, the screen `/staff/roles` and what
the program does are one table; tests/architecture/test_roles_page.py compares them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # started as a script, from wherever

from yueban.domain.people.rules import (  # noqa: E402
    PERMISSION_NAMES,
    PERMISSIONS,
    REACH_NAMES,
    REACHES,
    ROLE_NAMES,
    Role,
)

PAGE = ROOT / "docs" / "roles.md"
CATALOGUE = ROOT / "yueban" / "locale" / "en" / "LC_MESSAGES" / "django.po"
MARKER = "<!-- below: written by tools/roles_table.py -->\n"


def english() -> dict[str, str]:
    """Give the English of every sentence."""
    with CATALOGUE.open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id}


def rendered() -> str:
    """Give the table: for each role where it holds and what it may, then for each permission who has it."""
    told = english()
    lines = ["| role | where it holds | may |", "|---|---|---|"]
    for role in Role:
        allowed = [told[name] for each, name in PERMISSION_NAMES.items() if each in PERMISSIONS[role]]
        where = told[REACH_NAMES[REACHES[role]]]
        lines.append(f"| {told[ROLE_NAMES[role]]} {ROLE_NAMES[role]} `{role}` | {where} | {'; '.join(allowed)} |")
    lines += ["", "| permission | 中文 | who has it |", "|---|---|---|"]
    for permission, name in PERMISSION_NAMES.items():
        holders = [told[ROLE_NAMES[role]] for role in Role if permission in PERMISSIONS[role]]
        lines.append(f"| `{permission}` {told[name]} | {name} | {', '.join(holders)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page below its marker."""
    head, _marker, _old = PAGE.read_text(encoding="utf-8").partition(MARKER)
    PAGE.write_text(head + MARKER + rendered(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""docs/roles.md says what the program does."""

from tools.roles_table import MARKER, PAGE, rendered
from yueban.domain.people.rules import Permission, Role


def test_the_page_is_the_table() -> None:
    _head, marker, table = PAGE.read_text(encoding="utf-8").partition(MARKER)
    assert marker, "the page has lost the place of its table"
    assert table == rendered(), "the table has changed: run `python tools/roles_table.py`"


def test_the_page_names_every_role_and_permission() -> None:
    text = rendered()
    assert all(f"`{each}`" in text for each in [*Role, *Permission])

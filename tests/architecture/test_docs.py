"""The docs keep what they promise: every decision is listed, every link leads somewhere."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = sorted(path for path in (ROOT / "docs" / "adr").glob("*.md") if path.name != "README.md")
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def pages() -> list[Path]:
    """The Markdown files that git knows, or would with the next commit."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for line in listed.splitlines() if (path := ROOT / line).is_file()]


def test_the_index_of_decisions_lists_each_once_under_its_own_title() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- \[(.+)\]\((\S+)\)$", index, re.MULTILINE)
    titles = [(path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "), path.name) for path in DECISIONS]
    assert sorted(listed) == sorted(titles), "docs/adr/README.md is the list of all decisions"


def test_no_two_decisions_have_the_same_number() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_status_and_the_four_sections(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^Status: \S", text, re.MULTILINE), "say whether it is proposed, accepted or superseded"
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file_of_the_repository(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (path.parent / target).exists()]
    assert missing == []


def test_every_picture_is_shown_somewhere_and_light_enough_for_a_slow_line() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in pages())
    for picture in (ROOT / "docs" / "images").iterdir():
        assert picture.name in shown, f"{picture.name}: nobody sees it"
        assert picture.stat().st_size < 150_000, f"{picture.name}: tools/screenshots.py makes them smaller"

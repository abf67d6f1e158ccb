"""Conventions of the checkout itself; each says its reason when it is broken."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]


def tracked(*patterns: str) -> list[Path]:
    """The files that git knows, or would with the next commit."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for line in listed.splitlines() if (path := ROOT / line).is_file()]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_carry_a_hash_for_every_package_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text, "a lock file names no registry: each machine has its own"
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert "==" in block.splitlines()[0]
        assert "--hash=sha256:" in block, f"no hash: {block.splitlines()[0]}"


def test_the_lock_of_the_front_end_carries_hashes_and_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, f"{name} names a registry"
        assert not name or package["integrity"].startswith("sha512-")


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    names = project["project"]["dependencies"] + [n for group in project["dependency-groups"].values() for n in group]
    for name in names:
        line = next(line for line in text.splitlines() if line.strip().startswith(f'"{name}"'))
        assert re.search(r",? +# \S", line), f"why {name}?"


def test_every_ignored_lint_rule_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    section = text[text.index("\nignore = [") : text.index("[tool.ruff.lint.per-file-ignores]")]
    for line in section.splitlines():
        if line.strip().startswith('"'):
            assert re.search(r", +# \S", line), line


def test_nothing_names_a_folder_of_somebodys_machine() -> None:
    forbidden = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+|Users/[A-Za-z]+)/[a-z]")
    for path in tracked("*.py", "*.toml", "*.yaml", "*.yml", "*.sh", "*.md", "*.html", "*.js", "Makefile", ".ci/run"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not forbidden.search(line), f"{path.relative_to(ROOT)}:{number} names a machine: {line.strip()}"


def test_pages_load_nothing_from_elsewhere() -> None:
    outside = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//|@import|url\(["']?(?:https?:)?//""")
    for path in tracked("yueban/*.html", "yueban/*.css"):
        assert not outside.search(path.read_text(encoding="utf-8")), f"{path.name}: a hall may have no internet"


def test_third_party_files_of_the_front_end_are_not_in_the_repository() -> None:
    for path in tracked("yueban/*.js", "yueban/*.css"):
        assert not path.name.endswith((".min.js", ".min.css")), f"{path.name}: it comes from package-lock.json"


def test_few_modules_are_longer_than_four_hundred_lines_and_none_much_longer() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked("yueban/*.py")
        if "migrations" not in path.parts
    }
    long = {name: count for name, count in lines.items() if count > 400}
    assert len(long) <= 3, f"split them by what they are about: {long}"
    assert max(lines.values()) <= 450


def test_sql_never_reads_the_clock_for_a_decision() -> None:
    reads = re.compile(r"(?<![.\w=])(?:now\(\)|CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIMESTAMP)")
    for path in tracked("yueban/*.sql", "yueban/domain/*.py"):
        if "migrations" not in path.parts:
            found = reads.findall(path.read_text(encoding="utf-8"))
            assert found == [], f"{path.relative_to(ROOT)}: pass the instant as a parameter, the clock may be simulated"

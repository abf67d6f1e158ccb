"""A folder of YAML files to one County, or CountyInvalid with everything that is wrong in all of them."""

from pathlib import Path
from typing import Any

from yueban.domain.directory.county import documents
from yueban.domain.directory.county.binding import Notes, bind, said
from yueban.domain.directory.county.checks import check
from yueban.domain.directory.county.problems import CountyInvalid, Problem
from yueban.domain.directory.county.records import Centre, County, Demand, Department, Item, Package, Region

LISTS: dict[str, type] = {
    "regions": Region,
    "departments": Department,
    "centres": Centre,
    "items": Item,
    "packages": Package,
}
README = "README.md"
SAMPLE = Path(__file__).resolve().parents[3] / "sample" / "shenqiu"
REQUIRED = ("regions", "departments", "centres", "items")


def read(folder: Path | str) -> County:
    """Answer the county in `folder`; raises CountyInvalid. Files that the format does not name are left alone."""
    folder = Path(folder)
    if not folder.is_dir():
        raise CountyInvalid([Problem(str(folder), 0, "missing_folder", (("value", str(folder)),))])
    pages = {name: _page(folder, name) for name in (*LISTS, "demand")}
    parts = {name: value for name, (value, _) in pages.items() if value is not None}
    notes = {name: note for name, (_, note) in pages.items()}
    check(parts, notes)
    readme, broken = documents.text_of(folder / README)
    problems = [*broken, *(problem for note in notes.values() for problem in note.problems)]
    if problems:
        raise CountyInvalid(problems)
    return County(**parts, readme=readme)


def _page(folder: Path, name: str) -> tuple[Any, Notes]:
    """Answer what one file holds (None where nothing can be used) and the notes about it."""
    path = folder / f"{name}.yaml"
    notes = Notes(path.name)
    if not path.exists() and name not in REQUIRED:
        return None, notes
    tree, problems = documents.parse(path)
    notes.problems += problems
    if tree is None:
        if not problems:
            notes.add(1, "missing_key", name=name)
        return None, notes
    return (_demand(tree, notes) if name == "demand" else _list(name, tree, notes)), notes


def _demand(tree: documents.Tree, notes: Notes) -> Demand | None:
    value: Demand = bind(Demand, tree, (), notes)
    return None if notes.problems else value


def _list(name: str, tree: documents.Tree, notes: Notes) -> tuple[Any, ...] | None:
    """Answer the records of a file whose root is one key over a list."""
    if not isinstance(tree, documents.Mapping) or name not in tree.entries:
        notes.add(tree.line, "missing_key", name=name)
        return None
    for key in tree.entries.keys() - {name}:
        notes.add(tree.lines[key], "unknown_key", value=key)
    sequence = tree.entries[name]
    if not isinstance(sequence, documents.Sequence):
        notes.add(sequence.line, "not_list", name=name, value=said(sequence))
        return None
    if not sequence.items and name in REQUIRED:
        notes.add(sequence.line, "too_few", name=name)
    return tuple(_entry(LISTS[name], item, (name, position), notes) for position, item in enumerate(sequence.items))


def _entry(kind: type, tree: documents.Tree, path: tuple[str | int, ...], notes: Notes) -> Any:
    notes.lines[path] = tree.line
    if isinstance(tree, documents.Mapping):
        names = (tree.entries.get(key) for key in ("code", "id"))
        notes.codes |= {name.text for name in names if isinstance(name, documents.Scalar)}
    return bind(kind, tree, path, notes)

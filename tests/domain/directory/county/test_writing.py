"""What is written is read back as the same county."""

import dataclasses
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.directory import county
from yueban.domain.directory.county.documents import Mapping, Scalar, parse
from yueban.domain.directory.county.writing import yaml_text

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff\u2028\u2029"))
values = st.one_of(
    texts, st.integers(-(10**17), 10**17), st.booleans(), st.none(), st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
)


def test_the_sample_is_written_and_read_back(sample: county.County, tmp_path: Path) -> None:
    county.write(sample, tmp_path)
    assert county.read(tmp_path) == sample


def test_writing_again_gives_the_same_bytes(sample: county.County, tmp_path: Path) -> None:
    county.write(sample, tmp_path / "one")
    county.write(county.read(tmp_path / "one"), tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_files_of_an_earlier_export_that_are_no_longer_meant_are_removed(sample: county.County, tmp_path: Path) -> None:
    county.write(sample, tmp_path)
    smaller = dataclasses.replace(sample, packages=(), demand=None, readme="")
    county.write(smaller, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "centres.yaml",
        "departments.yaml",
        "items.yaml",
        "regions.yaml",
    ]
    assert county.read(tmp_path) == smaller


def test_demand_survives_json_which_has_only_texts_for_keys(sample: county.County) -> None:
    copy = json.loads(json.dumps(county.as_plain(sample.demand)))
    assert county.demand_from_plain(copy) == sample.demand


@given(value=values)
def test_any_value_is_read_back_as_it_was_written(tmp_path_factory: "object", value: object) -> None:
    path = tmp_path_factory.getbasetemp() / "value.yaml"  # type: ignore[attr-defined]
    path.write_text(yaml_text({"key": value}), encoding="utf-8", newline="\n")
    tree, problems = parse(path)
    assert problems == []
    assert isinstance(tree, Mapping)
    found = tree.entries["key"]
    assert isinstance(found, Scalar)
    assert found.value == value
    assert type(found.value) is type(value)

"""Every surprise in a county folder is said, with its file and line, and all of them at once."""

import contextlib
import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from yueban.domain.directory import county

Change = Callable[[bytes], bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the sample that a test may spoil."""
    return Path(shutil.copytree(county.SAMPLE, tmp_path / "county"))


def said(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(county.CountyInvalid) as caught:
        county.read(folder)
    return [(problem.file, problem.line, problem.code) for problem in caught.value.problems]


def spoil(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first `old` in a file; answer its line."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text.count("\n", 0, text.index(old)) + 1


def test_the_sample_is_read_whole() -> None:
    found = county.read(county.SAMPLE)
    assert (len(found.centres), len(found.departments), len(found.items), len(found.packages)) == (23, 32, 140, 14)


def test_packages_demand_and_readme_may_be_missing(folder: Path) -> None:
    for name in ("packages.yaml", "demand.yaml", "README.md"):
        (folder / name).unlink()
    found = county.read(folder)
    assert (found.packages, found.demand, found.readme) == ((), None, "")


@pytest.mark.parametrize("name", ["regions.yaml", "departments.yaml", "centres.yaml", "items.yaml"])
def test_a_needed_file_that_is_missing_is_said_and_nothing_else(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert said(folder) == [(name, 0, "missing_file")]


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    assert [code for _, _, code in said(tmp_path / "nowhere")] == ["missing_folder"]


def test_bom_crlf_and_unquoted_times_are_accepted(folder: Path, sample: county.County) -> None:
    path = folder / "centres.yaml"
    text = path.read_text(encoding="utf-8").replace("'08:30'", "08:30").replace("'01-01'", "01-01")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert county.read(folder) == sample


MISTAKES = [
    ("regions.yaml", "level: township", "level: street", "not_choice"),
    ("regions.yaml", "code: '411624001'", "code: 411624001", "not_text"),
    ("regions.yaml", "parent: '411624'}", "parent: '411600'}", "unknown_region"),
    ("regions.yaml", "parent: null", "parent: '411624'", "region_cycle"),
    ("regions.yaml", "code: '411624001'", "code: '4116'", "bad_form"),
    ("departments.yaml", "supervised_by: null", "supervisor: null", "unknown_key"),
    ("departments.yaml", "code: renshe,", "code: yibao,", "duplicate"),
    (
        "departments.yaml",
        "short_name: 县人社局",
        "short_name: 沈丘县人力资源和社会保障局人力资源和社会保障",
        "too_long",
    ),
    ("departments.yaml", "short_name: 县人社局", "short_name: ''", "empty"),
    ("departments.yaml", "short_name: 县人社局", "short_name: ' 县人社局'", "blank_ends"),
    ("departments.yaml", "short_name: 县人社局", "short_name: !!str 县人社局", "tag"),
    ("departments.yaml", "short_name: 县人社局", "short_name: &a 县人社局", "alias"),
    ("departments.yaml", "short_name: 县人社局", 'short_name: "县人社局\\0"', "control_character"),
    ("departments.yaml", "short_name: 县人社局", "short_name: 县人社局, short_name: 人社", "duplicate_key"),
    ("centres.yaml", "    address: 河南", "    town: 河南", "unknown_key"),
    ("centres.yaml", "prefix: E", "prefix: YE", "prefix_reserved"),
    ("centres.yaml", "prefix: E", "prefix: X", "duplicate"),
    ("centres.yaml", "prefix: E", "prefix: e", "bad_form"),
    ("centres.yaml", "[gongan-huzheng, shijian]", "[gongan-huzheng, nobody]", "unknown_department"),
    ("centres.yaml", "[gongan-huzheng, shijian]", "[shijian, gongan-huzheng, shijian]", "duplicate"),
    ("centres.yaml", "[gongan-huzheng, shijian]", "[]", "too_few"),
    ("centres.yaml", "[gongan-huzheng, shijian]", "shijian", "not_list"),
    ("centres.yaml", "region: '411624'", "region: '411625'", "unknown_region"),
    ("centres.yaml", "region: '411624'", "region: '411624001'", "level_differs"),
    ("centres.yaml", "start: '08:30'", "start: '24:00'", "not_time"),
    ("centres.yaml", "start: '08:30'", "start: '12:00'", "session_backwards"),
    ("centres.yaml", "start: '14:30'", "start: '11:30'", "sessions_overlap"),
    ("centres.yaml", "valid_to: '05-31'", "valid_to: '02-30'", "not_month_day"),
    (
        "centres.yaml",
        "valid_from: '10-01', valid_to: '12-31'",
        "valid_from: '10-01', valid_to: '01-31'",
        "season_backwards",
    ),
    ("centres.yaml", "weekdays: [1, 2, 3, 4, 5]", "weekdays: [1, 8]", "out_of_range"),
    ("centres.yaml", "avg_service_minutes: 13", "avg_service_minutes: many", "not_number"),
    ("centres.yaml", "avg_service_minutes: 13", "avg_service_minutes: 0", "out_of_range"),
    ("centres.yaml", "walk_in_share: 0.5", "walk_in_share: 1.5", "out_of_range"),
    ("centres.yaml", "walk_in_share: 0.5", "walk_in_share: 0.12345", "too_fine"),
    ("centres.yaml", "bookable: true", "bookable: 'yes'", "not_boolean"),
    ("centres.yaml", "booking_only: false", "booking_only: 0", "not_boolean"),
    ("centres.yaml", "number: 2,", "number: 1,", "duplicate"),
    ("items.yaml", "queue: hukou", "queue: nowhere", "unknown_queue"),
    ("items.yaml", "queue: hukou", "queue: tax", "department_not_in_queue"),
    ("items.yaml", "township_queue: t-police", "township_queue: hukou", "unknown_queue"),
    ("items.yaml", "department: gongan-huzheng", "department: nobody", "unknown_department"),
    ("items.yaml", "handling: promised", "handling: immediate", "days_contradict"),
    ("items.yaml", "legal_days: 60", "legal_days: 3", "legal_days_shorter"),
    ("items.yaml", "legal_days: 60", "legal_days: -1", "out_of_range"),
    ("items.yaml", "inspection: false", "inspection: true", "inspection_contradicts"),
    ("items.yaml", "audience: personal", "audience: enterprise", "audience_contradicts"),
    ("items.yaml", "scope: cross_province", "scope: none", "scope_contradicts"),
    ("items.yaml", "promise_days: 20", "promise_days: 2.5", "not_integer"),
    ("items.yaml", "promise_days: 20", "promise_days: 99999999999999999999", "not_integer"),
    ("items.yaml", "    faqs:", "    faqs: none\n    more:", "unknown_key"),
    ("packages.yaml", "lead_item: shijian-company-setup", "lead_item: nothing", "unknown_item"),
    ("packages.yaml", "- gongan-seal-record", "- nothing", "unknown_item"),
    ("packages.yaml", "- gongan-seal-record", "- shijian-company-setup", "lead_is_member"),
    ("packages.yaml", "id: pkg-company-start", "id: shijian-company-setup", "id_taken"),
    ("packages.yaml", "separate_total: 18", "separate_total: 17", "total_differs"),
    ("demand.yaml", "late_profile: std", "late_profile: never", "unknown_profile"),
    ("demand.yaml", "online: 0.8", "online: 0.9", "not_one"),
    ("demand.yaml", "centre: sq-county", "centre: sq-moon", "unknown_centre"),
    ("demand.yaml", "    biz:", "    business:", "unknown_queue"),
    ("demand.yaml", "      assumption: true", "      assumption: false", "not_an_assumption"),
    ("demand.yaml", "    from: '07-10'\n", "", "peak_field"),
    ("demand.yaml", "items: [minzheng-marriage]", "items: [nothing]", "unknown_item"),
]


@pytest.mark.parametrize(("name", "old", "new", "code"), MISTAKES, ids=[f"{m[0]} {m[2].strip()}" for m in MISTAKES])
def test_one_mistake_is_said_where_it_stands(folder: Path, name: str, old: str, new: str, code: str) -> None:
    line = spoil(folder, name, old, new)
    problems = [problem for problem in said(folder) if problem[2] == code]
    assert problems
    assert problems[0][0] == name
    assert line - 3 <= problems[0][1] <= line + 90


def test_the_line_of_a_mistake_is_exact(folder: Path) -> None:
    first = spoil(folder, "items.yaml", "popularity: 42", "popularity: 420")
    second = spoil(folder, "items.yaml", "fee: 首次申领不收工本费", "fee: ''")
    third = spoil(folder, "centres.yaml", "prefix: E", "prefix: YE")
    assert said(folder) == [
        ("centres.yaml", third, "prefix_reserved"),
        ("items.yaml", first, "out_of_range"),
        ("items.yaml", second, "empty"),
    ]


def test_mistakes_inside_one_entry_are_all_said(folder: Path) -> None:
    time = spoil(folder, "centres.yaml", "start: '08:30'", "start: '25:30'")
    overlap = spoil(folder, "centres.yaml", "{valid_from: '06-01'", "{valid_from: '05-01'")
    prefix = spoil(folder, "centres.yaml", "prefix: E", "prefix: YE")
    share = spoil(folder, "centres.yaml", "walk_in_share: 0.5", "walk_in_share: lots")
    queue = spoil(folder, "centres.yaml", "queues: [biz", "queues: [bizz")
    phone = spoil(folder, "centres.yaml", "phone: 0394-5101000", "phone: '12'")
    region = spoil(folder, "centres.yaml", "region: '411624001'", "region: '411699001'")
    assert said(folder) == sorted(
        [
            ("centres.yaml", time, "not_time"),
            ("centres.yaml", overlap, "sessions_overlap"),
            ("centres.yaml", prefix, "prefix_reserved"),
            ("centres.yaml", share, "not_number"),
            ("centres.yaml", queue, "unknown_queue"),
            ("centres.yaml", phone, "bad_form"),
            ("centres.yaml", region, "unknown_region"),
        ]
    )


@pytest.mark.parametrize("name", ["regions", "departments", "centres", "items", "packages", "demand"])
@pytest.mark.parametrize("word", ["''", "[]", "{}", "null", "nothing", "-1", "1.5"])
def test_no_value_in_the_place_of_another_breaks_the_reader(
    tmp_path: Path, sample: county.County, name: str, word: str
) -> None:
    one = {kind: getattr(sample, kind)[:1] for kind in ("regions", "departments", "centres", "items", "packages")}
    demand = sample.demand if name == "demand" else None
    county.write(dataclasses.replace(sample, **one, demand=demand), tmp_path)
    path = tmp_path / f"{name}.yaml"
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines[:40]):
        key, colon, _value = line.partition(": ")
        if colon and not key.strip().startswith(("#", "- {")):
            spoiled = [*lines[:number], f"{key}: {word}", *lines[number + 1 :]]
            path.write_text("\n".join(spoiled), encoding="utf-8")
            with contextlib.suppress(county.CountyInvalid):
                county.read(tmp_path)


def test_what_refers_to_a_broken_entry_is_not_called_unknown(folder: Path) -> None:
    spoil(folder, "departments.yaml", "short_name: 县人社局", "short_name: ''")
    assert [code for _, _, code in said(folder)] == ["empty"]


SPOILED: dict[str, tuple[Change, str]] = {
    "gb18030": (lambda raw: raw.decode().encode("gb18030"), "wrong_encoding"),
    "utf-16": (lambda raw: raw.decode().encode("utf-16"), "wrong_encoding"),
    "a stray byte": (lambda raw: raw + b"\xff", "wrong_encoding"),
    "a NUL": (lambda raw: raw + b"\x00", "control_character"),
    "a tab": (lambda raw: raw + b"\n\t- a: b\n", "tab"),
    "an open bracket": (lambda raw: raw + b"\n  - {code: [\n", "not_yaml"),
    "two documents": (lambda raw: raw + b"\n---\na: b\n", "several_documents"),
    "nothing": (lambda _: b"", "missing_key"),
    "a comment": (lambda _: b"# nothing\n", "missing_key"),
    "words": (lambda _: b"just words\n", "missing_key"),
    "an empty list": (lambda _: b"departments: []\n", "too_few"),
    "a mapping": (lambda _: b"departments: {a: b}\n", "not_list"),
    "numbers": (lambda _: b"departments: [1, 2]\n", "not_mapping"),
    "deep lists": (lambda _: b"departments: " + b"[" * 100_000, "too_deep"),
    "deep mappings": (lambda _: b"departments: " + b"{a: " * 100_000, "too_deep"),
    "a list as key": (lambda raw: b"? [a]\n: b\n" + raw, "key_not_scalar"),
    "a second key": (lambda raw: raw + b"\nmore: 1\n", "unknown_key"),
    "an alias": (lambda _: b"a: &x [1]\nb: *x\n", "alias"),
    "a huge file": (lambda _: b"#" * (16 * 1024 * 1024 + 1), "too_large"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_file_that_is_no_county_file_is_said(folder: Path, name: str) -> None:
    change, code = SPOILED[name]
    path = folder / "departments.yaml"
    path.write_bytes(change(path.read_bytes()))
    assert code in [found for file, _, found in said(folder) if file == path.name]


def test_a_folder_in_the_place_of_a_file_is_said(folder: Path) -> None:
    (folder / "items.yaml").unlink()
    (folder / "items.yaml").mkdir()
    assert said(folder) == [("items.yaml", 0, "unreadable")]


def test_each_problem_is_a_sentence_with_its_place(folder: Path) -> None:
    line = spoil(folder, "centres.yaml", "prefix: E", "prefix: YE")
    with pytest.raises(county.CountyInvalid) as caught:
        county.read(folder)
    assert str(caught.value) == f"centres.yaml:{line}: 票号前缀 YE 不能用：Y 留给预约号"

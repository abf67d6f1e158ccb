"""The `yueban` command beside no running stack: what it prints, what it refuses, and with which status."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack, eventually
from yueban.config import database
from yueban.config.opening import SAMPLE


@pytest.fixture(scope="module")
def county() -> Iterator[Stack]:
    """A data folder with the sample county, imported by command; nothing runs."""
    here = Stack(clock="2026-11-27T09:00:00+08:00")
    try:
        here.command("import", str(SAMPLE))
        yield here
    finally:
        eventually(lambda: not database.guarded(here.data))
        here.close()


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_a_command_before_the_first_start_is_refused_in_a_sentence() -> None:
    here = Stack()
    try:
        done = here.command("check", check=False)
        assert done.returncode == 2
        assert "`yueban run` or `yueban import` prepares them" in one_line(done.stderr)
        assert done.stdout == ""
    finally:
        eventually(lambda: not database.guarded(here.data))
        here.close()


def test_the_database_ends_with_the_command(county: Stack) -> None:
    county.command("slots")
    eventually(lambda: not database.guarded(county.data))


def test_importing_again_changes_nothing(county: Stack) -> None:
    said = county.command("import", str(SAMPLE)).stderr
    assert "matters" in said
    assert [
        line for line in said.splitlines() if "added" in line and " 0 added, 0 changed, 0 retired" not in line
    ] == []


def test_export_is_the_inverse_of_import(county: Stack, tmp_path: Path) -> None:
    county.command("export", str(tmp_path / "county"))
    assert {path.name for path in (tmp_path / "county").glob("*.yaml")} >= {
        "regions.yaml",
        "departments.yaml",
        "centres.yaml",
        "items.yaml",
        "packages.yaml",
    }
    said = county.command("import", str(tmp_path / "county")).stderr
    assert [
        line for line in said.splitlines() if "added" in line and " 0 added, 0 changed, 0 retired" not in line
    ] == []


def test_a_broken_county_is_refused_with_file_and_line_and_nothing_is_written(county: Stack, tmp_path: Path) -> None:
    broken = tmp_path / "county"
    shutil.copytree(SAMPLE, broken)
    centres = (broken / "centres.yaml").read_text()
    (broken / "centres.yaml").write_text(centres.replace("start: '08:30'", "start: '8点半'", 1))
    done = county.command("import", str(broken), check=False)
    assert done.returncode == 2
    line = centres[: centres.index("start: '08:30'")].count("\n") + 1
    assert f"centres.yaml:{line}: " in done.stderr
    assert "nothing was written" in one_line(done.stderr)
    assert county.command("check").returncode == 0


def test_a_folder_that_is_not_there_is_refused(county: Stack, tmp_path: Path) -> None:
    done = county.command("import", str(tmp_path / "nowhere"), check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_county_that_cannot_be_loaded_is_told_in_a_sentence(tmp_path: Path) -> None:
    here = Stack(settings={"YUEBAN_COUNTY": str(tmp_path / "nowhere")})
    try:
        done = here.command("run", check=False)
        assert done.returncode == 2
        assert "(YUEBAN_COUNTY) cannot be loaded" in one_line(done.stderr)
        assert "Traceback" not in done.stderr
    finally:
        eventually(lambda: not database.guarded(here.data))
        here.close()


def test_staff_get_a_first_password_alone_on_the_last_line(county: Stack) -> None:
    done = county.command("staff", "add", "li.ming", "--role", "clerk", "--centre", "sq-county")
    assert len(done.stdout.splitlines()) == 1
    assert len(done.stdout.strip()) >= 10
    assert done.stdout.strip() not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["staff", "add", "x", "--role", "king"], "'king' is no role: clerk,"),
        (["staff", "add", "x", "--role", "clerk", "--centre", "nowhere"], "There is no centre 'nowhere'."),
        (["staff", "add", "x", "--role", "clerk", "--department", "none"], "There is no department 'none'."),
        (["staff", "add", "张 三", "--role", "clerk"], "A login has letters, digits"),
        (["staff", "add", "x", "--role", "department_manager", "--centre", "sq-county"], "A department manager needs"),
        (["staff", "token", "nobody"], "There is no account nobody."),
        (["channel", "add", "x", "--kind", "fax"], "'fax' is no kind: web,"),
        (["channel", "add", "", "--kind", "web"], "The name of a channel has 1 to 50"),
        (["channel", "add", "x" * 51, "--kind", "web"], "The name of a channel has 1 to 50"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(county: Stack, arguments: list[str], sentence: str) -> None:
    done = county.command(*arguments, check=False)
    assert done.returncode == 2
    assert sentence in one_line(done.stderr)
    assert done.stdout == ""


def test_the_same_name_twice_is_refused(county: Stack) -> None:
    county.command("staff", "add", "twice", "--role", "clerk")
    county.command("channel", "add", "twice", "--kind", "app")
    assert (
        "There is an account twice already."
        in county.command("staff", "add", "twice", "--role", "clerk", check=False).stderr
    )
    assert (
        "There is a channel twice already."
        in county.command("channel", "add", "twice", "--kind", "app", check=False).stderr
    )


def test_a_broken_invariant_is_shown_with_its_row_and_status_1(county: Stack) -> None:
    with database.database(county.data):
        with database.connect(county.data) as connection:
            row = connection.execute(
                "UPDATE calendar_slot SET booked = 1 WHERE id = (SELECT min(id) FROM calendar_slot WHERE capacity > 0) RETURNING id"
            ).fetchone()
        assert row is not None
        done = county.command("check", check=False)
        assert done.returncode == 1
        assert "✗ booking" in done.stderr
        assert str(row[0]) in done.stderr
        with database.connect(county.data) as connection:
            connection.execute("UPDATE calendar_slot SET booked = 0 WHERE id = %s", [row[0]])
    assert county.command("check").returncode == 0


def test_the_seals_of_the_log_are_verified(county: Stack) -> None:
    assert "every seal holds" in county.command("audit", "verify").stderr


def test_keys_are_rotated_and_the_old_ones_retired(county: Stack) -> None:
    before = json.loads((county.data / "keys.json").read_text())
    county.command("keys", "rotate")
    after = json.loads((county.data / "keys.json").read_text())
    assert after["current"] != before["current"]
    assert set(after["keys"][before["current"]]) == {"signing"}
    assert county.command("check").returncode == 0


def test_a_notice_of_a_year_makes_it_official(county: Stack, tmp_path: Path) -> None:
    notice = tmp_path / "2027.csv"
    notice.write_text("date,working,name\n2027-01-01,no,元旦\n2027-01-03,yes,元旦\n")
    assert "2027 is official now" in county.command("year", str(notice)).stderr


@pytest.mark.parametrize("text", ["", "date,working,name\n", "date,working,name\n2027-13-01,no,元旦\n", "a,b\n1,2\n"])
def test_a_file_that_is_no_notice_is_refused(county: Stack, tmp_path: Path, text: str) -> None:
    notice = tmp_path / "notice.csv"
    notice.write_text(text)
    done = county.command("year", str(notice), check=False)
    assert done.returncode == 2
    assert "nothing was written" in one_line(done.stderr)


def test_the_sweep_says_what_it_did(county: Stack) -> None:
    assert "0 appointments marked as no-show" in county.command("no-shows").stderr


def test_help_names_every_command(county: Stack) -> None:
    said = county.command("--help").stdout
    for name in (
        "run",
        "demo",
        "import",
        "export",
        "slots",
        "no-shows",
        "check",
        "channel",
        "staff",
        "audit",
        "keys",
        "year",
    ):
        assert name in said


def test_a_voice_is_built_for_the_words_of_every_hall(county: Stack) -> None:
    done = county.command("voice", "build")
    clips = json.loads((county.data / "voice" / "clips.json").read_text())["clips"]
    assert f"{len(clips)} clips in {county.data / 'voice'}, 0 of them recorded." in one_line(done.stderr)
    assert {"0", "9", "P", "Y", "请", "号到", "号窗口办理"} <= clips.keys()


def test_without_a_speaker_the_missing_clips_are_refused_in_a_sentence(county: Stack) -> None:
    county.settings["PATH"] = "/nowhere"
    try:
        done = county.command("voice", "build", check=False)
    finally:
        del county.settings["PATH"]
    assert done.returncode == 2
    assert "`apt install espeak-ng`" in one_line(done.stderr)


def test_the_texts_for_a_provider_are_written_one_a_line_with_its_placeholders(county: Stack) -> None:
    lines = county.command("sms", "texts", "--for", "tencent").stdout.splitlines()
    texts = dict(line.split("\t") for line in lines)
    assert texts["login_code"].startswith("验证码{1}，{2}分钟内有效")
    assert texts["reminder"].endswith(f"http://localhost:{county.port}/q/{{5}}")
    refused = county.command("sms", "texts", "--for", "pigeon", check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "aliyun or tencent" in refused.stderr

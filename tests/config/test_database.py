"""The embedded server lives exactly as long as somebody holds it, however the holder ends."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import eventually
from yueban.config import database, environment, guardian

HOLD = """
import sys, time
from pathlib import Path
from yueban.config.database import database
with database(Path(sys.argv[1]), durable=False):
    print("held", flush=True)
    time.sleep(300)
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder with a short path; nothing of it is left running."""
    folder = Path(tempfile.mkdtemp(prefix="yueban-test-"))
    yield folder
    eventually(lambda: not database.guarded(folder))
    shutil.rmtree(folder)


def postmaster(data: Path) -> int | None:
    return guardian.Server(data).running()


def holder(data: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(data)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


def test_it_starts_with_the_first_and_stops_after_the_last(data: Path) -> None:
    with database.database(data, durable=False):
        first = postmaster(data)
        with database.database(data, durable=False):
            assert postmaster(data) == first
        with database.connect(data) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    eventually(lambda: postmaster(data) is None)


def test_two_who_start_at_once_share_one_server(data: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(data)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
    assert postmaster(data) is not None
    for process in both:
        end(process)
    eventually(lambda: postmaster(data) is None)


def test_it_ends_with_a_holder_that_was_killed(data: Path) -> None:
    process = holder(data)
    assert postmaster(data) is not None
    end(process, signal.SIGKILL)
    eventually(lambda: postmaster(data) is None)


def test_whoever_comes_right_after_a_kill_finds_what_was_committed(data: Path) -> None:
    process = holder(data)
    with database.connect(data) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    end(process, signal.SIGKILL)
    with database.database(data, durable=False), database.connect(data) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_killed_guardian_takes_the_server_along_and_the_next_one_starts_it_again(data: Path) -> None:
    with database.database(data, durable=False):
        server = postmaster(data)
        assert server is not None
        parent = int(Path(f"/proc/{server}/stat").read_text().rsplit(") ", 1)[1].split()[1])
        os.kill(parent, signal.SIGKILL)
        eventually(lambda: not database.guarded(data))
        database.ensure_running(data, durable=False)
        assert postmaster(data) not in {None, server}


def test_a_path_too_long_for_a_socket_gets_a_short_one(data: Path) -> None:
    deep = data / ("沈丘县政务服务中心" * 4) / "data"
    assert environment.socket_folder(deep) != deep / "postgres"
    with database.database(deep, durable=False), database.connect(deep):
        folder = environment.socket_folder(deep)
        assert folder.stat().st_mode & 0o077 == 0
    eventually(lambda: not database.guarded(deep))
    shutil.rmtree(folder)


def test_an_interrupted_creation_is_begun_anew(data: Path) -> None:
    (data / "postgres.new").mkdir()
    (data / "postgres.new" / "PG_VERSION").write_text("18\n")
    with database.database(data, durable=False):
        assert (data / "postgres" / "global").exists()
    assert not (data / "postgres.new").exists()


def test_the_parents_of_the_data_are_opened_for_passing_through_and_no_more(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "outer" / "inner").mkdir(parents=True)
    (data / "outer").chmod(0o700)
    (data / "outer" / "inner").chmod(0o755)
    guardian.let_through(data / "outer" / "inner" / "postgres")
    assert (data / "outer").stat().st_mode & 0o777 == 0o701
    assert (data / "outer" / "inner").stat().st_mode & 0o777 == 0o755
    assert f"pass through {data / 'outer'} (search only)" in capsys.readouterr().err


def test_a_new_data_folder_is_not_open_to_others(data: Path) -> None:
    with database.database(data / "new", durable=False):
        assert (data / "new").stat().st_mode & 0o066 == 0
        assert (data / "new" / "postgres").stat().st_mode & 0o077 == 0
    eventually(lambda: not database.guarded(data / "new"))


def test_other_files_of_the_data_folder_are_left_alone(data: Path) -> None:
    (data / "notes.txt").write_text("ours")
    with database.database(data, durable=False):
        pass
    assert (data / "notes.txt").read_text() == "ours"


def test_a_cluster_of_another_version_is_refused_in_a_sentence(data: Path) -> None:
    (data / "postgres").mkdir()
    (data / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(database.DatabaseProblem, match="was made by PostgreSQL 17"), database.database(data):
        pass


def test_an_external_database_that_does_not_answer_is_told_in_a_sentence(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://postgres@/yueban?host={data}")
    with pytest.raises(database.DatabaseProblem, match="does not answer"), database.database(data):
        pass


def test_an_external_database_that_is_too_old_is_told_in_a_sentence(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.database(data, durable=False):
        monkeypatch.setenv("DATABASE_URL", f"postgresql://postgres@/yueban?host={environment.socket_folder(data)}")
        monkeypatch.setattr(database, "OLDEST", 99)
        with pytest.raises(database.DatabaseProblem, match="is PostgreSQL 18; Yueban needs 99"):
            database.check_external(data)


def test_database_url_is_read_in_all_its_parts() -> None:
    found = environment.from_url("postgresql://you%40:p%2Fw@db.example:5433/county?sslmode=require")
    assert found == {
        "NAME": "county",
        "USER": "you@",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }

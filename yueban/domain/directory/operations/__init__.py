"""Load a county into the directory, and read it out again."""

from collections.abc import Mapping
from pathlib import Path

from yueban.domain.directory import county as files
from yueban.domain.directory import queries
from yueban.domain.directory.operations.loading import load
from yueban.domain.directory.operations.summary import Progress, Summary, Tally

__all__ = ["Progress", "Summary", "Tally", "export", "load"]


def export(folder: Path | str, *, sessions: Mapping[str, tuple[files.Session, ...]]) -> list[Path]:
    """Write the county in use as YAML files that `load` reads back to the same; answers the files.

    `sessions` are those of each centre's code; calendar keeps them and its `export_county` hands them in.
    """
    return files.write(queries.county(sessions), folder)

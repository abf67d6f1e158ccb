"""Writes each message as one JSON file: what `/dev/inbox` shows. Sending twice writes the same file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings

from yueban.domain.notices.gateways.base import Outgoing, Undelivered

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class FileGateway:
    """A folder of `<id>.json`, each complete from the moment it is there."""

    folder: Path
    name: ClassVar[str] = "file"
    parallel: int = 1
    timeout: float = 0.05
    harmless_twice: bool = True
    patience: timedelta = timedelta(0)

    def send(self, message: Outgoing) -> str:
        """Write the file."""
        draft = self.folder / f".{message.id}.{os.getpid()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(_content(message), file, ensure_ascii=False)
            draft.replace(self.folder / f"{message.id}.json")
        except OSError as error:
            raise Undelivered(f"the folder cannot be written: {error.strerror}") from error
        return f"file:{message.id}"


def _content(message: Outgoing) -> dict[str, Any]:
    return {
        "id": message.id,
        "template": message.template,
        "phone": message.phone,
        "text": message.text,
        "at": message.at.isoformat(),
    }


def from_settings() -> FileGateway:
    """Make the gateway of `YUEBAN_SMS_FOLDER`."""
    return FileGateway(Path(settings.SMS_FILE_FOLDER))


def newest(folder: Path, *, limit: int) -> list[dict[str, Any]]:
    """Give the contents of the newest files, newest first."""
    return list(_read(sorted(_files(folder), reverse=True)[:limit]))


def _files(folder: Path) -> Iterator[tuple[int, Path]]:
    for path in folder.glob("*.json") if folder.is_dir() else ():
        if path.stem.isdecimal():
            yield int(path.stem), path


def _read(files: list[tuple[int, Path]]) -> Iterator[dict[str, Any]]:
    for _number, path in files:
        yield json.loads(path.read_text(encoding="utf-8"))

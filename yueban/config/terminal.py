"""What an operator sees while a command works: stderr, with bars on long work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

console = Console(stderr=True, highlight=False)


class Refusal(Exception):
    """The command cannot be carried out; says why in a sentence."""


def fail(sentence: str) -> NoReturn:
    """Say the sentence and end with status 2."""
    console.print(Text.assemble(("✗ ", "bold red"), sentence), soft_wrap=True)
    raise SystemExit(2)


class Bar:
    """A progress bar that takes what our operations report: (done, all), or (what, done, all)."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._title = title
        self._task = progress.add_task(title, total=None)

    def __call__(self, *report: str | int) -> None:
        """Show the report."""
        *what, done, total = report
        title = f"{self._title}: {what[0]}" if what else self._title
        self._progress.update(self._task, description=title, completed=int(done), total=int(total))


@contextmanager
def bar(title: str) -> Iterator[Bar]:
    """A bar on stderr while the block runs; a line when stderr is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    if not console.is_terminal:
        console.print(f"{title} …")
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bar(progress, title)

"""The `yueban` command.

A secret is alone on the last line of stdout; everything else goes to stderr. Exit status: 0 done, 1 something is
wrong with the data (`check`, `audit verify`), 2 the command could not be carried out.
"""

import os

from django.core.exceptions import ImproperlyConfigured

from yueban.config.terminal import Refusal, fail
from yueban.kernel.crypto import KeysRefused
from yueban.kernel.errors import ClockRefused


def main() -> None:
    """Run a command; what an operator can mend is told in a sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yueban.config.settings")
    try:
        from yueban.config.commands import app  # reads the environment, and may refuse it

        app()
    except (Refusal, ImproperlyConfigured, ClockRefused, KeysRefused) as problem:
        fail(str(problem))

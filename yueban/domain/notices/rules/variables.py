"""The variable parts of a message, for providers that send only texts which they have approved before.

Each is at most 20 characters, as 阿里云 asks. A link stands as its last part: the approved text carries the rest of it.
Text and variables travel as one letter, since one without the other is of no use and both are sealed.
"""

from __future__ import annotations

import functools
import json
from string import Formatter
from typing import TYPE_CHECKING, Final

from yueban.domain.notices.rules.texts import TEXTS, Template, words_of

if TYPE_CHECKING:
    from datetime import datetime

LONGEST: Final = 20
LINK_PAGES: Final[dict[Template, str]] = {
    Template.REMINDER: "q",
    Template.COUNTER_CANCELLED: "r",
    Template.PREREVIEW_PASSED: "p",
    Template.PREREVIEW_TO_FIX: "p",
    Template.VISIT_REQUESTED: "v",
    Template.VISIT_BOOKED: "v",
    Template.VISIT_MOVED: "v",
    Template.VISIT_PROPOSED: "v",
    Template.VISIT_REMINDER: "v",
}
"""The page that a kind's link leads to: the fixed part of its address, which an approved text holds."""
_BEHIND: Final = "\x1f"  # ASCII's unit separator: no name that is typed holds one


@functools.cache  # asked for each booking
def names(template: Template) -> tuple[str, ...]:
    """Give the variables of a kind in the order in which its text has them, each once."""
    found = (name for _text, name, _spec, _conversion in Formatter().parse(TEXTS[template]) if name)
    return tuple(dict.fromkeys(found))


def variables(template: Template, **fields: str | int | datetime) -> dict[str, str]:
    """Give the variables of a message in order; raises KeyError when a field is missing."""
    words = words_of(fields)
    return {name: _short(str(words[name])) for name in names(template)}


def _short(word: str) -> str:
    if word.startswith(("http://", "https://")):
        return word.rstrip("/").rpartition("/")[2]
    return word if len(word) <= LONGEST else f"{word[: LONGEST - 1]}…"


def written(text: str, variables: dict[str, str]) -> str:
    """Join text and variables to a letter."""
    return f"{text.replace(_BEHIND, ' ')}{_BEHIND}{json.dumps(variables, ensure_ascii=False)}"


def read(letter: str) -> tuple[str, dict[str, str]]:
    """Give text and variables of a letter; one that was written before there were variables has none."""
    text, _separator, behind = letter.partition(_BEHIND)
    return text, json.loads(behind) if behind else {}


def provider_text(template: Template, placeholder: str, *, address: str) -> str:
    """Give the text to hand in for approval: `placeholder` is written once for each variable, `${{name}}` or `{{n}}`.

    `address` is that of the house; a link's variable is only its last part.
    """
    order = names(template)
    marks = {name: placeholder.format(name=name, n=n) for n, name in enumerate(order, start=1)}
    if "link" in marks:
        marks["link"] = f"{address}/{LINK_PAGES[template]}/{marks['link']}"
    return TEXTS[template].format_map(marks)

"""What the session keeps for a visitor: the verified phone, and drafts. Personal data is sealed before it is stored."""

import base64
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest

from yueban.kernel import crypto, ids

if TYPE_CHECKING:
    from collections.abc import Mapping

PHONE = "phone"
DRAFTS = "drafts"
MOST_DRAFTS = 5  # a second tab and a few changes of mind; older ones are forgotten
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form, not yet believed. Kept as it is, so that nothing typed is lost."""

    name: str = ""
    kind: str = "resident_id"
    number: str = ""
    organisation: str = ""
    uscc: str = ""
    phone: str = ""

    @classmethod
    def of(cls, post: "Mapping[str, str]") -> "Typed":
        """Read a form; what is longer than any right answer is cut."""
        return cls(**{name: post.get(name, "")[:LONGEST] for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking on its way: what, where and when, who, and the code once it is booked."""

    nonce: str
    package: bool
    target: str
    centre: str
    slot: int
    starts: str
    ends: str
    typed: Typed = field(default_factory=Typed)
    code: str = ""

    @property
    def starts_at(self) -> datetime:
        """The start of the chosen hour."""
        return datetime.fromisoformat(self.starts)

    @property
    def ends_at(self) -> datetime:
        """Its end."""
        return datetime.fromisoformat(self.ends)


def verified_phone(request: HttpRequest) -> str:
    """The phone this visitor proved to hold, in this session; empty when none."""
    return _unsealed(request.session.get(PHONE, ""))


def remember_phone(request: HttpRequest, phone: str) -> None:
    """Keep a phone that was proved; the session gets a new key, so that an old one is worth nothing."""
    request.session.cycle_key()
    request.session[PHONE] = _sealed(phone)


def new_draft(request: HttpRequest, draft: Draft) -> Draft:
    """Keep a new draft under a nonce of its own, with what was typed into the latest one."""
    latest = _latest(request)
    draft = replace(draft, nonce=ids.new_token("d"), typed=latest.typed if latest else draft.typed)
    keep(request, draft)
    return draft


def draft_of(request: HttpRequest, nonce: str) -> Draft | None:
    """The visitor's own draft of a nonce; a foreign or forgotten one is None."""
    opened = _unsealed(request.session.get(DRAFTS, {}).get(nonce, ""))
    if not opened:
        return None
    values = json.loads(opened)
    return Draft(**(values | {"typed": Typed(**values["typed"])}))


def keep(request: HttpRequest, draft: Draft) -> None:
    """Store a draft as it is now."""
    drafts = dict(request.session.get(DRAFTS, {}))
    drafts.pop(draft.nonce, None)
    drafts[draft.nonce] = _sealed(json.dumps(asdict(draft)))
    request.session[DRAFTS] = dict(list(drafts.items())[-MOST_DRAFTS:])


def values(request: HttpRequest, draft: Draft) -> dict[str, str]:
    """What the form shows: what was typed, the proved phone where none was, and never a code again."""
    typed = draft.typed if draft.typed.phone else replace(draft.typed, phone=verified_phone(request))
    return asdict(typed) | {"code": ""}


def _latest(request: HttpRequest) -> Draft | None:
    drafts = request.session.get(DRAFTS, {})
    return draft_of(request, next(reversed(drafts))) if drafts else None


def _sealed(text: str) -> str:
    return base64.b64encode(crypto.seal(text)).decode()


def _unsealed(text: str) -> str:
    """Open what was sealed; empty where there is nothing, or the keys were rotated meanwhile and the old one is gone."""
    try:
        return crypto.unseal(base64.b64decode(text))
    except crypto.Unreadable:
        return ""

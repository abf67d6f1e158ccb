"""The whole number of a certificate: why it may be looked at, and how often (R5.1, PIPL)."""

from __future__ import annotations

import re
from typing import Final

from yueban.kernel.errors import gettext_noop

REVEAL_REASONS: Final[dict[str, str]] = {
    "original": gettext_noop("核对证件原件"),
    "call": gettext_noop("电话核实身份"),
    "correct": gettext_noop("更正登记信息"),
    "department": gettext_noop("业务系统办理需要"),
    "lawful": gettext_noop("依法协助查询"),
}
"""The reasons that are offered to choose; another one is typed."""

REVEALS_A_DAY: Final = 30
"""How many certificates a member of staff may look at on one day; the next attempt is noted for the supervisor."""

LONGEST_REVEAL_REASON: Final = 200

NO_REVEAL_REASON: Final = gettext_noop("请选择或写明查看完整号码的理由。")
REVEALS_SPENT: Final = gettext_noop("您今天已查看 %(most)s 个完整号码，不能再看。请由负责人查看，或请群众出示证件。")


_LONG_NUMBER: Final = re.compile(r"\d{7,}[\dXx]?")  # a certificate or phone typed as the reason must not reach the log


class TooManyReveals(Exception):
    """The member of staff has looked at enough certificates for one day; `message` is a Chinese msgid."""

    message = REVEALS_SPENT
    details: Final = {"most": REVEALS_A_DAY}


def reveal_reason(chosen: str, typed: str) -> str:
    """Give the reason that is recorded: the chosen one, the typed one, or both; empty without any."""
    words = " ".join(typed.replace("\0", " ").split())[:LONGEST_REVEAL_REASON]
    parts = [REVEAL_REASONS.get(chosen, ""), _LONG_NUMBER.sub("***", words)]
    return "：".join(part for part in parts if part)


def may_reveal_again(count: int) -> bool:
    """Tell whether the `count`-th certificate of a day may still be looked at."""
    return count <= REVEALS_A_DAY

"""What applicants are told by SMS: one short Chinese letter for each thing that happens, at most two segments long.

Messages stay Chinese whatever language the visitor reads: they also go to people who never opened a page.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from string import Formatter
from typing import TYPE_CHECKING, Final

from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Mapping


class Template(StrEnum):
    """The kinds of message, by what happened."""

    BOOKED = "booked"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    NO_SHOW = "no_show"
    VISIT_REQUESTED = "visit_requested"
    VISIT_BOOKED = "visit_booked"
    VISIT_MOVED = "visit_moved"
    VISIT_PROPOSED = "visit_proposed"
    VISIT_REJECTED = "visit_rejected"
    VISIT_LAPSED = "visit_lapsed"
    VISIT_REMINDER = "visit_reminder"
    VISIT_CANCELLED = "visit_cancelled"
    COUNTER_CANCELLED = "counter_cancelled"
    VISIT_COUNTER_CANCELLED = "visit_counter_cancelled"
    URGENT_REQUESTED = "urgent_requested"
    URGENT_APPROVED = "urgent_approved"
    URGENT_REJECTED = "urgent_rejected"
    PREREVIEW_PASSED = "prereview_passed"
    PREREVIEW_TO_FIX = "prereview_to_fix"
    STRIKE_WARNING = "strike_warning"
    SUSPENDED = "suspended"
    REMINDER = "reminder"
    LOGIN_CODE = "login_code"
    TICKET_NEAR = "ticket_near"
    TICKET_CALLED = "ticket_called"


# {when} is made of starts_at and ends_at. What is taken from people is said with how to object (R5.4, PIPL Art 24).
TEXTS: Final[dict[Template, str]] = {
    Template.BOOKED: (
        "您已预约{when}到{centre}办理“{matter}”，预约号{code}。请带证件和材料，到场取号。"
        "不能来请在{free_until}前取消，之后取消或未到记爽约1次。"
    ),
    Template.RESCHEDULED: "您的预约{code}已改为{when}，{centre}，办理“{matter}”。不能来请在{free_until}前取消。",
    Template.CANCELLED: "您{when}到{centre}办理“{matter}”的预约（{code}）已取消，不记爽约。",
    Template.LATE_CANCELLED: (
        "您{when}的预约（{code}）已取消。因超过免费取消时间，记爽约1次，当月满{limit}次停约至次月1日。有异议请拨{hotline}。"
    ),
    Template.NO_SHOW: (
        "您{when}在{centre}的预约（{code}）未到场，记爽约1次，当月满{limit}次停约至次月1日。有异议请拨{hotline}。"
    ),
    Template.VISIT_REQUESTED: "已登记您{when}{kind}“{matter}”的申请，{centre}确认后短信告知。查看或取消：{link}",
    Template.VISIT_BOOKED: "已约好{when}{kind}“{matter}”，{team}前往，预约号{code}。查看、改时间或取消：{link}",
    Template.VISIT_MOVED: "{kind}“{matter}”改到{when}，{team}前往，预约号{code}。查看、改时间或取消：{link}",
    Template.VISIT_PROPOSED: "{centre}拟于{when}现场查验“{matter}”，请在{until}前答复同意、改时间或不同意：{link}",
    Template.VISIT_REJECTED: "您{when}{kind}“{matter}”的申请没有通过：{reason}。咨询{hotline}。",
    Template.VISIT_LAPSED: "{when}现场查验“{matter}”的约定没有收到答复，已失效，需要时会再联系您。咨询{hotline}。",
    Template.VISIT_REMINDER: "提醒：{when}{kind}“{matter}”，{team}前往，请备好材料、留人在场。改时间或取消：{link}",
    Template.VISIT_CANCELLED: "您{when}上门办理或现场查验“{matter}”的预约（{code}）已取消，不记爽约。",
    Template.COUNTER_CANCELLED: "抱歉，因{reason}，您{when}到{centre}的预约已取消，不记爽约。点此改约：{link}",
    Template.URGENT_REQUESTED: "已收到您{when}到{centre}办理“{matter}”的紧急预约申请，是否同意另发短信。咨询{hotline}。",
    Template.URGENT_APPROVED: (
        "您{when}到{centre}办理“{matter}”的紧急预约已同意，预约号{code}。请带证件和材料，准时到场。不能来请拨{hotline}。"
    ),
    Template.URGENT_REJECTED: "您{when}到{centre}办理“{matter}”的紧急预约没有同意：{reason}。咨询{hotline}。",
    Template.VISIT_COUNTER_CANCELLED: (
        "抱歉，因{reason}，您{when}上门办理或现场查验“{matter}”的预约已取消，不记爽约。另约请拨{hotline}。"
    ),
    Template.PREREVIEW_PASSED: "您{when}办理“{matter}”的材料已预审合格，请带原件按时来。查看：{link}",
    Template.PREREVIEW_TO_FIX: "您{when}办理“{matter}”的材料已预审，有{count}项要改或要补。怎么改、重新上传：{link}",
    Template.STRIKE_WARNING: "您本月已爽约{count}次，满{limit}次将停约至次月1日。不能来请提前取消。有异议请拨{hotline}。",
    Template.SUSPENDED: (
        "您本月爽约已满{limit}次，{until}起才能再预约。已约的照常有效，也可到大厅现场取号。有异议请拨{hotline}申诉。"
    ),
    Template.REMINDER: "提醒：{when}到{centre}办理“{matter}”，预约号{code}。不能来请取消：{link}",
    Template.LOGIN_CODE: "验证码{code}，{minutes}分钟内有效。工作人员不会向您索要，请勿告诉他人。",
    Template.TICKET_NEAR: "{label}号前面还有{count}人，请到{centre}等候叫号。来不及可在“我的预约”里点“我还要一会儿”。",
    Template.TICKET_CALLED: "请{label}号到{counter}号窗口办理（{centre}）。过号请向窗口说明。",
}

SINGLE: Final = 70
"""UCS-2 characters of a message that goes out in one piece."""
PART: Final = 67
"""UCS-2 characters of each piece of a longer message."""
_LONGEST: Final = 2 * PART - 14  # room for the signature, such as 【沈丘政务】
_SHORTENED: Final = ("reason", "matter", "centre")
_SHORTEST: Final = 4
_WEEKDAYS: Final = "一二三四五六日"


def length(text: str) -> int:
    """Count UCS-2 characters, as operators do: a rare character outside the basic plane counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def segments(text: str) -> int:
    """Count the SMS segments that a text, signature included, is sent and billed as."""
    units = length(text)
    return 1 if units <= SINGLE else -(-units // PART)


def day(instant: datetime) -> str:
    """Write the day of an instant: 11月30日周一."""
    instant = instant.astimezone(TZ)
    return f"{instant.month}月{instant.day}日周{_WEEKDAYS[instant.weekday()]}"


def moment(instant: datetime) -> str:
    """Write an instant: 11月30日09:30."""
    instant = instant.astimezone(TZ)
    return f"{instant.month}月{instant.day}日{instant:%H:%M}"


def hours(starts_at: datetime, ends_at: datetime) -> str:
    """Write a slot: 11月30日周一09:30-10:30."""
    return f"{day(starts_at)}{starts_at.astimezone(TZ):%H:%M}-{ends_at.astimezone(TZ):%H:%M}"


def fields_of(template: Template) -> set[str]:
    """Give the names that `render` needs for a template."""
    names = {name for _text, name, _spec, _conversion in Formatter().parse(TEXTS[template]) if name}
    return names - {"when"} | ({"starts_at", "ends_at"} if "when" in names else set())


def words_of(fields: Mapping[str, str | int | datetime]) -> dict[str, str | int]:
    """Write fields as they stand in a text: instants in words, `when` of a start and an end."""
    words = {name: value if isinstance(value, str | int) else moment(value) for name, value in fields.items()}
    starts_at, ends_at = fields.get("starts_at"), fields.get("ends_at")
    if isinstance(starts_at, datetime) and isinstance(ends_at, datetime):
        words["when"] = hours(starts_at, ends_at)
    return words


def render(template: Template, **fields: str | int | datetime) -> str:
    """Write a message without its signature; fields that the template does not name are ignored.

    Instants are written in Asia/Shanghai. Long names are cut (…) so that the whole stays within two segments.
    Raises KeyError when a field is missing.
    """
    words = words_of(fields)
    text = TEXTS[template].format_map(words)
    return text if len(text) * 2 <= _LONGEST or length(text) <= _LONGEST else _cut(template, words, text)


def _cut(template: Template, words: dict[str, str | int], text: str) -> str:
    """Shorten what may be shortened, the most free text first, each no further than needed."""
    for name in _SHORTENED:
        excess = length(text) - _LONGEST
        word = str(words.get(name, ""))
        if excess > 0 and len(word) > _SHORTEST and f"{{{name}}}" in TEXTS[template]:
            words[name] = word[: max(_SHORTEST, len(word) - excess - 1)] + "…"
            text = TEXTS[template].format_map(words)
    return text

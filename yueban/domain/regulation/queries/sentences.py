"""A reason as a sentence for the person it is told to: plain words first, the clause after (ui.md 2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, gettext_lazy

from yueban.domain.regulation.rules import Clause, Reason, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Details = Mapping[str, str]

_TZ: Final = ZoneInfo("Asia/Shanghai")
_WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

_CITATIONS: Final = {
    "N1": gettext_lazy("通知一"),
    "N2": gettext_lazy("通知二"),
    "N3": gettext_lazy("通知三"),
    "N4": gettext_lazy("通知四"),
    "R1": gettext_lazy("制度一"),
    "R2": gettext_lazy("制度二"),
    "R3": gettext_lazy("制度三"),
    "R4": gettext_lazy("制度四、预约流程"),
    "R5": gettext_lazy("制度四、预约管理"),
    "R6": gettext_lazy("制度五"),
}
_PARTS: Final = {"1": "一", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六"}


def citation(clause: Clause) -> str:
    """Return how a clause is cited, in the document's own numbering: 「制度四、预约管理（二）」."""
    section, _, part = clause.partition(".")
    name = str(_CITATIONS[section])
    first = part.partition(".")[0]
    if first in {"", "0"}:
        return name
    return gettext("%(section)s（%(part)s）") % {"section": name, "part": first if _english() else _PARTS[first]}


def explain(reason: Reason) -> str:
    """Return the sentence of a reason in the active language, its clause in brackets at the end.

    Details understood, all optional: `channel`, `deadline`, `starts_at`, `next`, `now` (too_late); `last`, `horizon`,
    `opens` (beyond_horizon); `next` (slot_full); `why` (slot_closed); `phone` (channel_not_allowed); `code`,
    `starts_at`, `ends_at` (overlapping); `limit`, `date` (daily_limit); `until` (suspended); `starts_at`,
    `free_until` (too_late_to_cancel); `status` (not_cancellable, too_late_for_ticket); `opens` (too_early_for_ticket);
    `deadline` (too_late_for_ticket); `number` (already_ticketed); `to`, `deadline` (needs_approval). With `now`, days near it are 今天, 明天, 后天.
    """
    sentence = _SENTENCES[reason.code](reason)
    return gettext("%(sentence)s（%(clause)s）") % {"sentence": sentence, "clause": citation(reason.clause)}


def _too_late(reason: Reason) -> str:
    details = reason.details
    if reason.clause is Clause.R3_4:
        return gettext("离查验时间太近，申请人来不及答复。请另选时间，或先打电话商定。")
    online = details.get("channel") == "online"
    values = {"deadline": _moment(details, "deadline"), "day": _day(details, "starts_at")}
    if values["deadline"] and values["day"] and not online:
        sentence = gettext("%(deadline)s 前可以约%(day)s的窗口，现在已经约不了。") % values
    elif values["deadline"]:
        sentence = gettext("这个时段网上预约到 %(deadline)s 截止，现在已经约不了。") % values
    elif online:
        sentence = gettext("离这个时段太近，网上已经约不了，请选晚一些的时段。")
    else:
        sentence = gettext("这一天的现场、电话预约已经截止。")
    return sentence + _then(details, "next", gettext("最早可以约%(day)s。"))


def _beyond_horizon(reason: Reason) -> str:
    details = reason.details
    if last := _day(details, "last"):
        sentence = gettext("现在最远可以约到%(day)s。") % {"day": last}
    elif "horizon" in details:
        sentence = gettext("最多可以提前 %(n)s 个工作日预约，这一天还没有开放。") % {"n": details["horizon"]}
    else:
        sentence = gettext("这一天还没有开放预约。")
    return sentence + _then(details, "opens", gettext("%(day)s起可以约。"))


def _slot_full(reason: Reason) -> str:
    if reason.clause is Clause.R3_4:
        return gettext("上门小组在这段时间（含路上）已有安排，请换个时间或小组。")
    return gettext("这个时段已经约满。") + _then(reason.details, "next", gettext("最近有空的是%(day)s。"))


def _slot_closed(reason: Reason) -> str:
    if why := reason.details.get("why"):
        return gettext("这个时段停止预约：%(why)s。") % {"why": why.rstrip("。")}
    return gettext("这个时段停止预约，请选别的时段。")


def _channel_not_allowed(reason: Reason) -> str:
    if reason.clause is Clause.R4_2:
        return gettext("现场或电话约的，请到了大厅再取号，不能用手机取。")
    if reason.clause is Clause.R3_4 and reason.details.get("to") == "ask":
        return gettext("上门办理和现场查验请打电话或到窗口申请，不能自己在网上约。")
    if reason.clause is Clause.R3_4:
        return gettext("这是上门办理或现场查验的预约，不用到大厅取号。")
    if phone := reason.details.get("phone"):
        return gettext("这个事项不能在网上预约，请拨打 %(phone)s 或到窗口预约。") % {"phone": phone}
    return gettext("这个事项不能在网上预约，请打电话或到窗口预约。")


def _not_offered_here(reason: Reason) -> str:
    if reason.clause is Clause.R3_4:
        return gettext("这个小组不办这个部门的事项，请选别的小组。")
    return gettext("这个大厅不办理这个事项，请选别的大厅。")


def _overlapping(reason: Reason) -> str:
    details = reason.details
    if starts_at := _moment(details, "starts_at"):
        return gettext("同一时间段只能预约一次，您在 %(at)s 已有预约。") % {"at": starts_at}
    return gettext("同一时间段只能预约一次，您在这个时间已有预约。")


def _daily_limit(reason: Reason) -> str:
    values = {"n": reason.details.get("limit", ""), "day": _day(reason.details, "date")}
    if values["n"] and values["day"]:
        return gettext("同一天最多预约 %(n)s 次，%(day)s您已约满。请选别的日子。") % values
    return gettext("您这一天的预约次数已经用完，请选别的日子。")


def _suspended(reason: Reason) -> str:
    if until := _day(reason.details, "until"):
        return gettext("您本月爽约次数已满，%(day)s起可以重新预约。现在仍可到大厅现场取号办理。") % {"day": until}
    return gettext("您本月爽约次数已满，下月 1 日起可以重新预约。现在仍可到大厅现场取号办理。")


def _too_late_to_cancel(reason: Reason) -> str:
    if free_until := _moment(reason.details, "free_until"):
        return gettext("%(at)s 前可以改约，现在已经不能改了。") % {"at": free_until}
    return gettext("预约的时段已经开始，不能再取消。")


def _not_cancellable(reason: Reason) -> str:
    if reason.details.get("status") in {"cancelled", "late_cancelled", "counter_cancelled"}:
        return gettext("这个预约已经取消过了。")
    return gettext("这个预约已经开始办理或已经结束，不能再取消或改约。")


def _too_early_for_ticket(reason: Reason) -> str:
    if opens := _moment(reason.details, "opens"):
        return gettext("还没到取号时间，%(at)s 起可以取号。") % {"at": opens}
    return gettext("还没到取号时间，请在预约时段开始前一小时内取号。")


def _too_late_for_ticket(reason: Reason) -> str:
    if reason.details.get("status"):
        return gettext("这个预约已经取消或结束，不能再取号。您可以现场取号排队。")
    if deadline := _moment(reason.details, "deadline"):
        return gettext("取号时间到 %(at)s 为止，已经过了。您可以现场取号排队。") % {"at": deadline}
    return gettext("已经过了取号时间。您可以现场取号排队。")


def _already_ticketed(reason: Reason) -> str:
    if reason.clause is Clause.R5_3:
        return gettext("您今天在这个队列已经有一个号，请先办完再取。")
    if number := reason.details.get("number"):
        return gettext("这个预约已经取过号：%(number)s。") % {"number": number}
    return gettext("这个预约已经取过号或登记到场，请留意叫号。")


def _needs_approval(reason: Reason) -> str:
    if reason.clause is Clause.R3_4:
        return gettext("上门和查验的时间是和工作人员商定的，要改时间请打电话联系。")
    if reason.clause is Clause.R4_3:
        if deadline := _moment(reason.details, "deadline"):
            return gettext("已不足半个工作日（应在 %(at)s 前告知），要由部门或中心负责人取消。") % {"at": deadline}
        return gettext("已不足半个工作日，要由部门或中心负责人取消。")
    if reason.details.get("to") == "move":
        return gettext("非工作时间的预约经工作人员同意才能改时间，请打电话联系。")
    return gettext("这个时间在上班时间之外，要由工作人员同意后才能预约。")


_NO_VISIT: Final = {
    "ground": gettext_lazy("上门办只面向老、病、残、孕、军烈属等个人和有大量办证需求的单位。"),
    "organisation": gettext_lazy("大量办证只面向企业、社区和园区，请填写单位名称。"),
    "evidence": gettext_lazy("请写明上门的依据，例如看过什么证件。"),
    "matter": gettext_lazy("这个事项不能上门办，请约到窗口办理。"),
    "inspection": gettext_lazy("这个事项没有现场检测、查验环节。"),
}


def _not_eligible(reason: Reason) -> str:
    if reason.clause is Clause.R1_2:
        return gettext("紧急办理只约上班时间以外的时间；上班时间请直接约时段。")
    if reason.clause is Clause.R3_1:
        return gettext("按国家主管部门的规定，这个部门早间、晚间不办，请选上班时间。")
    if reason.clause is Clause.R3_3:
        return gettext("周末只办理个人高频事项，请选工作日。")
    if reason.clause is Clause.R3_4:
        return str(_NO_VISIT.get(reason.details.get("why", "ground"), _NO_VISIT["ground"]))
    return gettext("您选的办理方式不适用于这个事项。")


_SENTENCES: Final[dict[RefusalCode, Callable[[Reason], str]]] = {
    RefusalCode.TOO_LATE: _too_late,
    RefusalCode.BEYOND_HORIZON: _beyond_horizon,
    RefusalCode.SLOT_FULL: _slot_full,
    RefusalCode.SLOT_CLOSED: _slot_closed,
    RefusalCode.NOT_OFFERED_HERE: _not_offered_here,
    RefusalCode.CHANNEL_NOT_ALLOWED: _channel_not_allowed,
    RefusalCode.OVERLAPPING: _overlapping,
    RefusalCode.DAILY_LIMIT: _daily_limit,
    RefusalCode.SUSPENDED: _suspended,
    RefusalCode.TOO_LATE_TO_CANCEL: _too_late_to_cancel,
    RefusalCode.NOT_CANCELLABLE: _not_cancellable,
    RefusalCode.TOO_EARLY_FOR_TICKET: _too_early_for_ticket,
    RefusalCode.TOO_LATE_FOR_TICKET: _too_late_for_ticket,
    RefusalCode.ALREADY_TICKETED: _already_ticketed,
    RefusalCode.NEEDS_APPROVAL: _needs_approval,
    RefusalCode.NOT_ELIGIBLE: _not_eligible,
}


def _then(details: Details, key: str, sentence: str) -> str:
    """Return one more sentence about the next thing to do, when the reason knows it."""
    when = _moment(details, key) if "T" in details.get(key, "") else _day(details, key)
    return sentence % {"day": when} if when else ""


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(_TZ) if text else None


def _day(details: Details, key: str) -> str:
    """Return the day of a date or an instant: 「11月30日 周一」, 「明天」 when the reason knows `now`; else nothing."""
    text = details.get(key)
    if not text:
        return ""
    instant = _instant(text) if "T" in text else None
    day = instant.date() if instant else date.fromisoformat(text)
    now = _instant(details.get("now"))
    return _near(day, now.date()) if now else day_text(day)


def _moment(details: Details, key: str) -> str:
    """Return an instant with its day: 「11月27日 周五 16:30」; nothing when it is missing."""
    instant = _instant(details.get(key))
    return f"{_day(details, key)} {instant:%H:%M}" if instant else ""


def _near(day: date, today: date) -> str:
    words = {0: gettext("今天"), 1: gettext("明天"), 2: gettext("后天")}
    return words.get((day - today).days) or day_text(day)


def day_text(day: date) -> str:
    """Return 「11月30日 周一」, in English "Mon 30 Nov"."""
    if _english():
        return date_format(day, "D j M")
    return f"{day.month}月{day.day}日 {_WEEKDAYS[day.weekday()]}"


def _english() -> bool:
    return (get_language() or "").startswith("en")

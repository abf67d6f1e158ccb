"""The parameters in words: what each is called and how its value reads."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext, gettext_lazy

from yueban.domain.regulation.rules import GraceFrom, HeadStarts, Remainder

_LABELS: Final = {
    "slot_minutes": gettext_lazy("一个时段的长度"),
    "remainder": gettext_lazy("不足一个时段的余下时间"),
    "early_late_minutes": gettext_lazy("早晚弹性办，前后各不超过"),
    "desk_cutoff": gettext_lazy("现场、电话预约截止时间"),
    "desk_cutoff_days": gettext_lazy("现场、电话预约至少提前"),
    "online_lead": gettext_lazy("网上预约至少提前"),
    "horizon": gettext_lazy("最多提前预约"),
    "callback_due": gettext_lazy("总咨询台转办后回电时限"),
    "checkin_opens": gettext_lazy("时段开始前多久可以取号"),
    "counter_cancel_lead": gettext_lazy("窗口不能提供服务时至少提前告知"),
    "cancel_lead": gettext_lazy("申请人取消至少提前"),
    "grace": gettext_lazy("超出预约时间的宽限"),
    "grace_from": gettext_lazy("宽限从何时算起"),
    "remote_absence_is_no_show": gettext_lazy("手机取号后始终未到场算爽约"),
    "hold_back_minutes": gettext_lazy("取消的名额最多延后多久放出"),
    "per_slot": gettext_lazy("同一时间段预约次数"),
    "per_day": gettext_lazy("同一工作日预约次数"),
    "priority_opens": gettext_lazy("预约号优先从时段开始前多久算起"),
    "head_starts": gettext_lazy("叫号时各类人员提前"),
    "preference_step": gettext_lazy("窗口非首选队列每级延后"),
    "strikes": gettext_lazy("当月累计多少次爽约后停约"),
    "warn": gettext_lazy("累计多少次时提醒"),
    "complaint_accept_days": gettext_lazy("投诉受理期限"),
    "complaint_answer_days": gettext_lazy("投诉答复期限"),
    "complaint_answer_longest_days": gettext_lazy("复杂投诉答复期限"),
    "follow_up_share": gettext_lazy("每月回访比例"),
    "rectification_verify_days": gettext_lazy("差评核实期限"),
    "rectification_fix_days": gettext_lazy("差评整改期限"),
    "rectification_fix_longest_days": gettext_lazy("复杂差评整改期限"),
}

_CHOICES: Final = {
    Remainder.SHORT: gettext_lazy("作为较短的时段"),
    Remainder.DROP: gettext_lazy("不开放预约"),
    Remainder.MERGE: gettext_lazy("并入前一个时段"),
    GraceFrom.SLOT_END: gettext_lazy("时段结束"),
    GraceFrom.SLOT_START: gettext_lazy("时段开始"),
}

_WORKING_DAYS: Final = {"desk_cutoff_days", "horizon", "callback_due", "counter_cancel_lead"}
_TIMES: Final = {"per_slot", "per_day", "strikes", "warn"}


def parameter_label(name: str) -> str:
    """Return what a parameter is called in the active language."""
    return str(_LABELS[name])


def parameter_value(name: str, value: Any) -> str:
    """Return a parameter's value with its unit in the active language."""
    match value:
        case bool():
            return gettext("是") if value else gettext("否")
        case timedelta():
            return duration(value)
        case time():
            return f"{value:%H:%M}"
        case HeadStarts():
            return _head_starts(value)
        case Remainder() | GraceFrom():
            return str(_CHOICES[value])
        case _:
            return _number(name, value)


def duration(value: timedelta) -> str:
    """Return a length of time as people say it: 「3 小时」, 「30 分钟」."""
    minutes = int(value.total_seconds() // 60)
    if minutes and minutes % 60 == 0:
        return gettext("%(n)s 小时") % {"n": minutes // 60}
    return gettext("%(n)s 分钟") % {"n": minutes}


def _number(name: str, value: int | Decimal) -> str:
    if name.endswith("_minutes"):
        return gettext("%(n)s 分钟") % {"n": value}
    if name.endswith("_days") or name in _WORKING_DAYS:
        return gettext("%(n)s 个工作日") % {"n": value}
    if name in _TIMES:
        return gettext("%(n)s 次") % {"n": value}
    return f"{value:.0%}"


def _head_starts(value: HeadStarts) -> str:
    return gettext("到场的现场、电话预约 %(a)s 分钟；法定优先 %(s)s 分钟；网上预约 %(o)s 分钟；现场取号 %(w)s 分钟") % {
        "a": value.arrived_booking,
        "s": value.statutory,
        "o": value.booked_online,
        "w": value.walk_in,
    }

"""What the states of an appointment are called on the pages of staff, and how each looks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from yueban.domain.booking.rules import ChannelKind, Status
from yueban.domain.booking.rules.tasks import TaskState
from yueban.domain.prereview.rules import State

STATUSES = {
    Status.REQUESTED: (gettext_lazy("待确认"), "tag--action"),
    Status.BOOKED: (gettext_lazy("已预约"), "tag--action"),
    Status.ARRIVED: (gettext_lazy("已到场"), "tag--action"),
    Status.TICKETED: (gettext_lazy("已取号"), "tag--action"),
    Status.ACCEPTED: (gettext_lazy("已受理"), "tag--action"),
    Status.SERVED: (gettext_lazy("已办理"), "tag--done"),
    Status.MISSED: (gettext_lazy("已过号"), ""),
    Status.NO_SHOW: (gettext_lazy("爽约"), "tag--lost"),
    Status.LATE_CANCELLED: (gettext_lazy("临时取消（计爽约）"), "tag--lost"),
    Status.CANCELLED: (gettext_lazy("已取消"), ""),
    Status.COUNTER_CANCELLED: (gettext_lazy("大厅已取消"), ""),
    Status.REJECTED: (gettext_lazy("未通过"), ""),
}
CHANNELS = {
    ChannelKind.ONSITE: gettext_lazy("现场"),
    ChannelKind.PHONE: gettext_lazy("电话"),
    ChannelKind.ONLINE: gettext_lazy("线上"),
}
KINDS = {
    "resident_id": gettext_lazy("居民身份证"),
    "hmt_residence": gettext_lazy("港澳台居民居住证"),
    "foreign_permanent": gettext_lazy("外国人永久居留身份证"),
    "passport": gettext_lazy("护照"),
    "hm_permit": gettext_lazy("港澳居民来往内地通行证"),
    "tw_permit": gettext_lazy("台湾居民来往大陆通行证"),
}
OUTCOMES = {
    "completed": gettext_lazy("办结"),
    "received": gettext_lazy("收件受理"),
    "incomplete": gettext_lazy("材料不齐"),
    "refused": gettext_lazy("不予受理"),
}
MATERIAL_STATES = {
    State.OK: (gettext_lazy("合格"), "tag--done"),
    State.TO_FIX: (gettext_lazy("要改"), "tag--lost"),
    State.MISSING: (gettext_lazy("要补"), "tag--lost"),
}
"""What a clerk found of a material."""
TASK_STATES = {
    TaskState.PUSHED: (gettext_lazy("已推送"), ""),
    TaskState.IN_PROGRESS: (gettext_lazy("办理中"), "tag--action"),
    TaskState.DONE: (gettext_lazy("已办好"), "tag--done"),
    TaskState.RETURNED: (gettext_lazy("已退回"), "tag--lost"),
    TaskState.WITHDRAWN: (gettext_lazy("已撤回"), ""),
}
"""Where a member matter of a package stands."""

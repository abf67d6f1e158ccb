"""The kinds of message in words, for staff."""

from __future__ import annotations

from typing import Final

from yueban.domain.notices.rules.texts import Template
from yueban.kernel.errors import gettext_noop

KIND_NAMES: Final[dict[Template, str]] = {
    Template.BOOKED: gettext_noop("预约成功"),
    Template.RESCHEDULED: gettext_noop("预约改期"),
    Template.CANCELLED: gettext_noop("取消预约"),
    Template.LATE_CANCELLED: gettext_noop("超时取消"),
    Template.NO_SHOW: gettext_noop("爽约"),
    Template.COUNTER_CANCELLED: gettext_noop("窗口取消"),
    Template.STRIKE_WARNING: gettext_noop("爽约提醒"),
    Template.SUSPENDED: gettext_noop("停约"),
    Template.REMINDER: gettext_noop("前一天提醒"),
    Template.LOGIN_CODE: gettext_noop("验证码"),
    Template.TICKET_NEAR: gettext_noop("快到号了"),
    Template.TICKET_CALLED: gettext_noop("叫号"),
    Template.VISIT_REQUESTED: gettext_noop("上门申请"),
    Template.VISIT_BOOKED: gettext_noop("上门约定"),
    Template.VISIT_MOVED: gettext_noop("上门改期"),
    Template.VISIT_PROPOSED: gettext_noop("查验提议"),
    Template.VISIT_REJECTED: gettext_noop("上门未通过"),
    Template.VISIT_LAPSED: gettext_noop("查验失效"),
    Template.VISIT_REMINDER: gettext_noop("上门提醒"),
    Template.VISIT_CANCELLED: gettext_noop("上门取消"),
    Template.VISIT_COUNTER_CANCELLED: gettext_noop("窗口取消上门"),
    Template.URGENT_REQUESTED: gettext_noop("紧急申请"),
    Template.URGENT_APPROVED: gettext_noop("紧急预约同意"),
    Template.URGENT_REJECTED: gettext_noop("紧急预约未同意"),
    Template.PREREVIEW_PASSED: gettext_noop("预审通过"),
    Template.PREREVIEW_TO_FIX: gettext_noop("预审要补正"),
}


def kind_name(template: str) -> str:
    """Give the Chinese msgid of a kind; one without a name yet stands for itself."""
    return KIND_NAMES.get(Template(template), template)

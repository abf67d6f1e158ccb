"""The history of an appointment in words, with who and when (N1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yueban.domain.audit import queries as audit
from yueban.domain.people import queries as people

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.audit.rules import Recorded

EVENTS: dict[str, Any] = {
    "appointment.requested": gettext_lazy("提出申请"),
    "appointment.booked": gettext_lazy("登记预约"),
    "appointment.told": gettext_lazy("完成一次性告知"),
    "appointment.relatives_phone": gettext_lazy("登记的是家人的手机"),
    "appointment.rescheduled": gettext_lazy("改期"),
    "appointment.present": gettext_lazy("确认到场"),
    "appointment.arrived": gettext_lazy("到场登记"),
    "appointment.ticketed": gettext_lazy("取号"),
    "appointment.accepted": gettext_lazy("受理"),
    "appointment.missed": gettext_lazy("叫号未到"),
    "appointment.served": gettext_lazy("办理结束"),
    "appointment.no_show": gettext_lazy("爽约"),
    "appointment.cancelled": gettext_lazy("申请人取消"),
    "appointment.late_cancelled": gettext_lazy("临时取消，记爽约"),
    "appointment.counter_cancelled": gettext_lazy("窗口原因取消"),
    "appointment.rejected": gettext_lazy("申请未通过"),
    "appointment.overridden": gettext_lazy("突破预约截止时间"),
    "appointment.rebooked": gettext_lazy("申请人用短信链接改约"),
    "prereview.handed_in": gettext_lazy("申请人交来材料文件"),
    "prereview.replaced": gettext_lazy("申请人换了材料文件"),
    "prereview.carried_over": gettext_lazy("材料和预审结果转到新预约"),
    "prereview.taken_back": gettext_lazy("申请人删了材料文件"),
    "prereview.copy_opened": gettext_lazy("查看材料文件"),
    "prereview.reviewed": gettext_lazy("预审材料"),
    "task.in_progress": gettext_lazy("联办任务开始办理"),
    "task.done": gettext_lazy("联办任务办好"),
    "task.returned": gettext_lazy("联办任务退回"),
    "task.withdrawn": gettext_lazy("联办任务撤回"),
    "message.requeued": gettext_lazy("重新发送短信"),
    "message.revealed": gettext_lazy("查看短信内容"),
    "visit.arranged": gettext_lazy("定下上门小组和时间"),
    "visit.accepted": gettext_lazy("申请人同意查验时间"),
    "visit.declined": gettext_lazy("申请人不同意查验"),
    "visit.wished": gettext_lazy("申请人想换时间"),
    "visit.moved": gettext_lazy("改上门时间或小组"),
    "visit.lapsed": gettext_lazy("没有按时确认，失效"),
    "visit.recorded": gettext_lazy("记下上门结果"),
    "visit.sheet_taken": gettext_lazy("取走路线单"),
    "team.added": gettext_lazy("添加上门小组"),
    "team.changed": gettext_lazy("修改上门小组"),
    "person.revealed": gettext_lazy("查看完整证件号码"),
    "person.reveals_exceeded": gettext_lazy("超过一天查看上限，未显示"),
    "call.taken": gettext_lazy("登记来电"),
    "call.claimed": gettext_lazy("接手回电"),
    "call.attempted": gettext_lazy("回电没有结果"),
    "call.handed_on": gettext_lazy("来电转给别的窗口"),
    "call.closed": gettext_lazy("来电不预约了，结束"),
    "call.registered": gettext_lazy("按来电登记预约"),
    "opening.drafted": gettext_lazy("起草弹性时段"),
    "opening.discarded": gettext_lazy("删除弹性时段草稿"),
    "opening.published": gettext_lazy("发布弹性时段"),
    "opening.withdrawn": gettext_lazy("撤回弹性时段"),
    "calendar.day_overridden": gettext_lazy("调整工作日"),
    "calendar.notice_imported": gettext_lazy("导入放假安排"),
    "calendar.slots_generated": gettext_lazy("生成可约时段"),
    "calendar.year_known": gettext_lazy("采用一年的放假安排"),
    "channel.added": gettext_lazy("新增接入渠道"),
    "channel.revoked": gettext_lazy("停用接入渠道"),
    "credit.struck": gettext_lazy("记爽约一次"),
    "credit.suspended": gettext_lazy("停约"),
    "credit.waived": gettext_lazy("豁免爽约"),
    "credit.lifted": gettext_lazy("解除停约"),
    "terminal.confirmed": gettext_lazy("登记终端"),
    "terminal.retired": gettext_lazy("停用终端"),
    "prereview.forgotten": gettext_lazy("到期删除材料文件"),
    "directory.loaded": gettext_lazy("导入事项和窗口"),
    "day.closed": gettext_lazy("大厅下班结算"),
    "handling.rated": gettext_lazy("申请人评价"),
    "call.due_soon": gettext_lazy("来电快到时限，已督促"),
    "call.overdue": gettext_lazy("来电超时，已督促"),
    "counter.open": gettext_lazy("开窗"),
    "counter.paused": gettext_lazy("暂停服务"),
    "counter.help": gettext_lazy("窗口请求帮助"),
    "counter.helped": gettext_lazy("帮助已到"),
    "ticket.issued": gettext_lazy("取号"),
    "ticket.called": gettext_lazy("叫号"),
    "ticket.recalled": gettext_lazy("重呼"),
    "ticket.missed": gettext_lazy("过号"),
    "ticket.accepted": gettext_lazy("受理"),
    "ticket.finished": gettext_lazy("办理结束"),
    "ticket.transferred": gettext_lazy("转队列"),
    "ticket.parked": gettext_lazy("挂起"),
    "ticket.resumed": gettext_lazy("接着办"),
    "ticket.restored": gettext_lazy("过号恢复"),
    "ticket.voided": gettext_lazy("号票作废"),
    "ticket.postponed": gettext_lazy("申请人往后排"),
    "ticket.prioritised": gettext_lazy("优先"),
    "ticket.closed": gettext_lazy("下班关闭号票"),
    "staff.added": gettext_lazy("新增账号"),
    "staff.logged_in": gettext_lazy("登录"),
    "staff.logged_out": gettext_lazy("退出"),
    "staff.login_failed": gettext_lazy("输错密码"),
    "staff.locked": gettext_lazy("连续输错，锁定账号"),
    "staff.unlocked": gettext_lazy("解除锁定"),
    "staff.password_changed": gettext_lazy("修改密码"),
    "staff.password_reset": gettext_lazy("重置密码"),
    "staff.post_changed": gettext_lazy("更改角色和范围"),
    "staff.closed": gettext_lazy("停用账号"),
    "staff.reopened": gettext_lazy("恢复账号"),
    "staff.sessions_ended": gettext_lazy("结束全部会话"),
    "staff.token_issued": gettext_lazy("发放接口令牌"),
    "staff.tokens_revoked": gettext_lazy("撤销接口令牌"),
}
"""What each kind of event is called; who records a new kind adds its words here."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when, what, who did it, on which clause, and why."""

    at: datetime
    what: str
    who: str
    clause: str
    reason: str


def lines(appointment_id: int) -> list[Line]:
    """Give what happened to an appointment, oldest first; tickets are told by what they did to it."""
    found = [each for each in audit.history(appointment_id) if not each.kind.startswith("ticket.")]
    names = people.names_of(each.by.removeprefix("staff:") for each in found if each.by.startswith("staff:"))
    return [
        Line(each.at, str(EVENTS.get(each.kind, each.kind)), _who(each, names), each.clause, each.reason)
        for each in found
    ]


def _who(event: Recorded, names: dict[str, str]) -> str:
    sort, _colon, name = event.by.partition(":")
    if sort == "staff":
        return names.get(name, name)
    if sort == "channel":
        return _("渠道 %(name)s") % {"name": name}
    return _("申请人") if sort == "applicant" else _("系统")


def registered_by(appointment_id: int) -> set[str]:
    """Give who registered an appointment (`staff:<login>` and the like)."""
    return {each.by for each in audit.history(appointment_id) if each.kind == "appointment.booked"}


def told_at(appointment_id: int) -> datetime | None:
    """Give when the one-time notice was read aloud, None when it was not yet (R4.1.1)."""
    return next((each.at for each in audit.history(appointment_id) if each.kind == "appointment.told"), None)

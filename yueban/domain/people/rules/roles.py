"""Who may do what and where: the table in words (docs/roles.md is tested against it)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yueban.kernel.errors import gettext_noop


class Role(StrEnum):
    """What a member of staff is; it holds at one centre, in one department, or in the whole county."""

    CLERK = "clerk"
    GUIDE = "guide"
    HOTLINE = "hotline"
    DEPARTMENT_MANAGER = "department_manager"
    CENTRE_MANAGER = "centre_manager"
    SUPERVISOR = "supervisor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ROLE_NAMES: Final[dict[Role, str]] = {
    Role.CLERK: gettext_noop("窗口人员"),
    Role.GUIDE: gettext_noop("导办人员"),
    Role.HOTLINE: gettext_noop("总咨询台"),
    Role.DEPARTMENT_MANAGER: gettext_noop("部门负责人"),
    Role.CENTRE_MANAGER: gettext_noop("中心负责人"),
    Role.SUPERVISOR: gettext_noop("监督人员"),
    Role.SYSTEM_ADMIN: gettext_noop("系统管理员"),
    Role.SECURITY_ADMIN: gettext_noop("安全管理员"),
    Role.AUDIT_ADMIN: gettext_noop("审计管理员"),
}


class Permission(StrEnum):
    """What can be allowed."""

    SEE_QUEUES = "see_queues"
    CALL = "call"
    ISSUE_TICKETS = "issue_tickets"
    BOOK_FOR_OTHERS = "book_for_others"
    CANCEL_FOR_COUNTER = "cancel_for_counter"
    CANCEL_LATE_FOR_COUNTER = "cancel_late_for_counter"
    OVERRIDE_CUTOFF = "override_cutoff"
    TAKE_CALLS = "take_calls"
    CALL_BACK = "call_back"
    APPROVE_URGENT = "approve_urgent"
    MANAGE_HOURS = "manage_hours"
    ARRANGE_VISITS = "arrange_visits"
    PREREVIEW = "prereview"
    SEE_TASKS = "see_tasks"
    SEE_MESSAGES = "see_messages"
    REVEAL_CERTIFICATE = "reveal_certificate"
    WAIVE_STRIKES = "waive_strikes"
    MANAGE_CAPACITY = "manage_capacity"
    RUN_CONTINGENCY = "run_contingency"
    ANSWER_COMPLAINTS = "answer_complaints"
    SUPERVISE = "supervise"
    SEE_FIGURES = "see_figures"
    EDIT_REFERENCE = "edit_reference"
    RUN_SYSTEM = "run_system"
    MANAGE_STAFF = "manage_staff"
    READ_AUDIT = "read_audit"


PERMISSION_NAMES: Final[dict[Permission, str]] = {
    Permission.SEE_QUEUES: gettext_noop("查看排队情况"),
    Permission.CALL: gettext_noop("叫号、受理、办结"),
    Permission.ISSUE_TICKETS: gettext_noop("为群众取号、到场登记"),
    Permission.BOOK_FOR_OTHERS: gettext_noop("现场或电话代为预约"),
    Permission.CANCEL_FOR_COUNTER: gettext_noop("窗口原因取消预约"),
    Permission.CANCEL_LATE_FOR_COUNTER: gettext_noop("不足半个工作日时取消预约"),
    Permission.OVERRIDE_CUTOFF: gettext_noop("说明理由后突破预约截止时间"),
    Permission.TAKE_CALLS: gettext_noop("总咨询台登记来电、转窗口"),
    Permission.CALL_BACK: gettext_noop("回电确认并登记预约"),
    Permission.APPROVE_URGENT: gettext_noop("审批非工作时间的紧急预约"),
    Permission.MANAGE_HOURS: gettext_noop("开放早晚、午间、周末时段"),
    Permission.ARRANGE_VISITS: gettext_noop("安排上门办理和现场查验"),
    Permission.PREREVIEW: gettext_noop("预审材料"),
    Permission.SEE_TASKS: gettext_noop("查看和办理一件事联办任务"),
    Permission.SEE_MESSAGES: gettext_noop("查看短信发送情况、重新发送"),
    Permission.REVEAL_CERTIFICATE: gettext_noop("说明理由后查看完整证件号码"),
    Permission.WAIVE_STRIKES: gettext_noop("撤销爽约记录、解除停约"),
    Permission.MANAGE_CAPACITY: gettext_noop("调整窗口、时段和容量"),
    Permission.RUN_CONTINGENCY: gettext_noop("启动应急方案"),
    Permission.ANSWER_COMPLAINTS: gettext_noop("答复投诉"),
    Permission.SUPERVISE: gettext_noop("督办投诉、差评和整改"),
    Permission.SEE_FIGURES: gettext_noop("查看统计数据"),
    Permission.EDIT_REFERENCE: gettext_noop("维护事项、部门、窗口等基础数据"),
    Permission.RUN_SYSTEM: gettext_noop("系统运行：消息队列、任务、接口"),
    Permission.MANAGE_STAFF: gettext_noop("管理账号、角色和接入凭证"),
    Permission.READ_AUDIT: gettext_noop("查看审计日志"),
}

_P = Permission
_HALL: Final = frozenset({_P.SEE_QUEUES, _P.ISSUE_TICKETS})
_DESK: Final = frozenset({_P.CALL, _P.BOOK_FOR_OTHERS, _P.CANCEL_FOR_COUNTER, _P.REVEAL_CERTIFICATE}) | frozenset(
    {_P.CALL_BACK, _P.ARRANGE_VISITS, _P.PREREVIEW, _P.SEE_TASKS}
)

# The three administrators of 等保 2.0 are kept apart: none can grant, act and erase the trace of it.
PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.CLERK: _HALL | _DESK,
    Role.GUIDE: _HALL | {_P.BOOK_FOR_OTHERS},
    Role.HOTLINE: frozenset({_P.SEE_QUEUES, _P.BOOK_FOR_OTHERS, _P.TAKE_CALLS}),
    Role.DEPARTMENT_MANAGER: _HALL
    | _DESK
    | {_P.APPROVE_URGENT, _P.CANCEL_LATE_FOR_COUNTER, _P.MANAGE_CAPACITY, _P.ANSWER_COMPLAINTS, _P.SEE_FIGURES},
    Role.CENTRE_MANAGER: _HALL
    | _DESK
    | {_P.APPROVE_URGENT, _P.CANCEL_LATE_FOR_COUNTER, _P.TAKE_CALLS, _P.MANAGE_HOURS, _P.SEE_MESSAGES}
    | {_P.OVERRIDE_CUTOFF, _P.WAIVE_STRIKES, _P.MANAGE_CAPACITY, _P.RUN_CONTINGENCY}
    | {_P.ANSWER_COMPLAINTS, _P.SEE_FIGURES},
    Role.SUPERVISOR: frozenset({_P.SEE_QUEUES, _P.SUPERVISE, _P.SEE_FIGURES, _P.WAIVE_STRIKES}),
    Role.SYSTEM_ADMIN: frozenset({_P.SEE_QUEUES, _P.EDIT_REFERENCE, _P.RUN_SYSTEM, _P.SEE_MESSAGES}),
    Role.SECURITY_ADMIN: frozenset({_P.MANAGE_STAFF}),
    Role.AUDIT_ADMIN: frozenset({_P.READ_AUDIT}),
}


def may(role: str, permission: Permission) -> bool:
    """Tell whether a role has a permission; an unknown role has none."""
    return role in Role.__members__.values() and permission in PERMISSIONS[Role(role)]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a role holds: None means everywhere."""

    centre_id: int | None = None
    department_id: int | None = None

    def covers(self, *, centre_id: int, department_id: int | None = None) -> bool:
        """Tell whether something of this centre (and department, where it has one) is inside."""
        at_home = self.centre_id in {None, centre_id}
        return at_home and (department_id is None or self.department_id in {None, department_id})


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """A member of staff who acts, as surfaces and the API know them."""

    id: int
    login: str
    name: str
    role: Role
    scope: Scope

    @property
    def by(self) -> str:
        """How the audit names them."""
        return f"staff:{self.login}"

    def may(self, permission: Permission, *, centre_id: int | None = None, department_id: int | None = None) -> bool:
        """Tell whether they have the permission, and there."""
        allowed = may(self.role, permission)
        return allowed and (centre_id is None or self.scope.covers(centre_id=centre_id, department_id=department_id))

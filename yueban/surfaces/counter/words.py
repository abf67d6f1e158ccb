"""The words that the console and the guide's page share."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from yueban.domain.queueing.rules import Ground, Outcome, TicketState

OUTCOMES = {
    Outcome.COMPLETED: gettext_lazy("办结"),
    Outcome.RECEIVED: gettext_lazy("收件受理"),
    Outcome.INCOMPLETE: gettext_lazy("材料不齐"),
    Outcome.REFUSED: gettext_lazy("不予受理"),
}
GROUNDS = {
    Ground.MILITARY: gettext_lazy("军人"),
    Ground.ELDERLY: gettext_lazy("老年人"),
    Ground.PREGNANT: gettext_lazy("孕妇"),
    Ground.DISABLED: gettext_lazy("残疾人"),
}
STATES = {
    TicketState.RESERVED: gettext_lazy("正在打印"),
    TicketState.WAITING: gettext_lazy("等候中"),
    TicketState.CALLED: gettext_lazy("已叫号"),
    TicketState.SERVING: gettext_lazy("办理中"),
    TicketState.PARKED: gettext_lazy("挂起"),
    TicketState.MISSED: gettext_lazy("过号"),
    TicketState.DONE: gettext_lazy("已办完"),
    TicketState.VOID: gettext_lazy("已作废"),
    TicketState.CLOSED: gettext_lazy("当天未办"),
}

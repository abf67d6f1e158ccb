"""What kinds, grounds and results of visits are called on the desk's pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from yueban.domain.visits.rules import Ground, Kind, Result

KINDS = {Kind.HOME: gettext_lazy("上门办理"), Kind.INSPECTION: gettext_lazy("现场查验")}
WAYS = {
    "home": gettext_lazy("上门办理"),
    "inspection": gettext_lazy("申请人约查验"),
    "proposal": gettext_lazy("部门约查验"),
}
GROUNDS = {
    Ground.ELDERLY: gettext_lazy("老年人"),
    Ground.SICK: gettext_lazy("病人"),
    Ground.DISABLED: gettext_lazy("残疾人"),
    Ground.PREGNANT: gettext_lazy("孕产妇"),
    Ground.MILITARY_FAMILY: gettext_lazy("军烈属"),
    Ground.BULK: gettext_lazy("大量办证的企业、社区、园区"),
    Ground.INSPECTION: gettext_lazy("需要现场检测查验"),
}
RESULTS = {
    Result.COMPLETED: gettext_lazy("办结"),
    Result.RECEIVED: gettext_lazy("收件受理，带回办理"),
    Result.INCOMPLETE: gettext_lazy("材料不齐"),
    Result.REFUSED: gettext_lazy("不予受理"),
    Result.PASSED: gettext_lazy("查验通过"),
    Result.RECTIFY: gettext_lazy("整改后再验"),
    Result.FAILED: gettext_lazy("查验不通过"),
    Result.ABSENT: gettext_lazy("没有见到申请人"),
}

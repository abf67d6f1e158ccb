"""The words for hours outside the timetable, the same on every surface (R3.1 to R3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext, gettext_lazy

if TYPE_CHECKING:
    from yueban.domain.calendar.queries import OpeningView

register = template.Library()

TAGS = {
    "early": gettext_lazy("早间"),
    "late": gettext_lazy("晚间"),
    "noon": gettext_lazy("午间"),
    "weekend": gettext_lazy("周末"),
}
NAMES = {
    "early": gettext_lazy("早间延时办"),
    "late": gettext_lazy("晚间延时办"),
    "noon": gettext_lazy("午间不间断办"),
    "weekend": gettext_lazy("周末办"),
}

WEEKDAYS = {
    "1": gettext_lazy("周一"),
    "2": gettext_lazy("周二"),
    "3": gettext_lazy("周三"),
    "4": gettext_lazy("周四"),
    "5": gettext_lazy("周五"),
    "6": gettext_lazy("周六"),
    "7": gettext_lazy("周日"),
}


@register.filter
def opening_days(opening: OpeningView) -> str:
    """The weekdays of an opening: 「周六、周日」."""
    return gettext("、").join(str(WEEKDAYS[str(day)]) for day in sorted(opening.proposal.weekdays))


@register.filter
def kind_tag(kind: str) -> str:
    """「早间」「晚间」「午间」「周末」; nothing for regular hours."""
    return str(TAGS.get(kind, ""))


@register.filter
def kind_name(kind: str) -> str:
    """The whole name of a kind of opening: 「早间延时办」."""
    return str(NAMES.get(kind, ""))

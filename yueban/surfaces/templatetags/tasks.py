"""Materials and package tasks as tags on the pages of staff and applicants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html

from yueban.surfaces.words import MATERIAL_STATES, TASK_STATES

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from yueban.domain.booking.rules.tasks import TaskState
    from yueban.domain.prereview.rules import State

register = template.Library()


@register.filter
def task_state(state: TaskState) -> SafeString:
    """Write where a package task stands."""
    return format_html('<span class="tag {}">{}</span>', TASK_STATES[state][1], TASK_STATES[state][0])


@register.filter
def material_state(state: State) -> SafeString:
    """Write what was found of a material."""
    return format_html('<span class="tag {}">{}</span>', MATERIAL_STATES[state][1], MATERIAL_STATES[state][0])

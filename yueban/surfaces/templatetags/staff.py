"""What a page may offer to the member of staff who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html

from yueban.domain.people.rules import REVEAL_REASONS, Permission
from yueban.kernel import clock
from yueban.surfaces.access import staff_of
from yueban.surfaces.words import KINDS

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from yueban.domain.booking.queries import AppointmentView

register = template.Library()


@register.filter
def may_reveal(request: HttpRequest, appointment: AppointmentView) -> bool:
    """Whether the whole certificate number may be asked for: with the permission in that hall and department."""
    staff = staff_of(request)
    here = {"centre_id": appointment.centre_id, "department_id": appointment.department_id}
    return staff is not None and staff.may(Permission.REVEAL_CERTIFICATE, **here)


@register.filter
def certificate_kind(appointment: AppointmentView) -> str:
    """「居民身份证」: what kind of document it is."""
    return str(KINDS[appointment.certificate_kind])


@register.simple_tag
def reveal_reasons() -> dict[str, str]:
    """The reasons that are offered to choose, by their names in the form."""
    return REVEAL_REASONS


@register.filter
def moment_exact(value: datetime) -> SafeString:
    """「2026-11-30 09:30:05」: the log is read to the second."""
    local = value.astimezone(clock.TZ)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), f"{local:%Y-%m-%d %H:%M:%S}")

"""The hotline and QR codes."""

import segno
from django import template
from django.utils.safestring import SafeString, mark_safe

from yueban.domain.directory import queries as directory

register = template.Library()


@register.simple_tag
def hotline() -> str:
    """The telephone of the 总咨询台; empty before a county is loaded."""
    try:
        return directory.county_centre().phone
    except directory.UnknownCentre:
        return ""


@register.simple_tag
def qr(text: str) -> SafeString:
    """A QR code as inline SVG. The number above does the same, so it is hidden from screen readers."""
    drawing = segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True, dark="#000", light="#fff")
    return mark_safe(drawing.replace("<svg", '<svg aria-hidden="true" shape-rendering="crispEdges"', 1))  # noqa: S308  drawn by segno

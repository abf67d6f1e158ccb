"""The hotline."""

from django import template

from yueban.domain.directory import queries as directory

register = template.Library()


@register.simple_tag
def hotline() -> str:
    """The telephone of the 总咨询台; empty before a county is loaded."""
    try:
        return directory.county_centre().phone
    except directory.UnknownCentre:
        return ""

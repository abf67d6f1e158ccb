"""The words, times and numbers that look the same on every surface (ui.md 4 and 6)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import segno
from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Clause, Reason
from yueban.kernel import certificates, clock, ids
from yueban.surfaces.icons import ICONS

register = template.Library()

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
DASH = "\u2013"


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of `icons.ICONS`, decorative: the words beside it carry the meaning."""
    drawing = mark_safe(ICONS[name])  # noqa: S308  our own constant
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', drawing)


@register.filter
def language_tag(code: str) -> str:
    """The BCP 47 tag for an HTML `lang`: Django's `zh-hans` is written `zh-Hans`."""
    return "zh-Hans" if code.startswith("zh") else code


def day_text(day: date) -> str:
    """「11月30日 周一」, in English "Mon 30 Nov"."""
    if _english():
        return date_format(day, "D j M")
    return f"{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"


def near_text(day: date, today: date) -> str:
    """「今天」「明天」「后天」 when true, else nothing (ui.md 6)."""
    words = {0: gettext("今天"), 1: gettext("明天"), 2: gettext("后天")}
    return words.get((day - today).days, "")


def span_text(starts_at: datetime, ends_at: datetime) -> str:
    """「11月30日 周一 09:30–10:30」."""
    start, end = starts_at.astimezone(clock.TZ), ends_at.astimezone(clock.TZ)
    return f"{day_text(start.date())} {start:%H:%M}{DASH}{end:%H:%M}"


def grouped_phone(phone: str) -> str:
    """Telephone numbers in the groups in which people say them; anything else is left alone."""
    if len(phone) == 11 and phone.isdigit() and phone.startswith("1"):  # noqa: PLR2004  a mobile number
        return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    return phone.replace("-", " ")


@register.filter(name="day")
def day_filter(value: date | datetime) -> SafeString:
    """A day with its weekday, and 明天 beside it when true."""
    day = value.astimezone(clock.TZ).date() if isinstance(value, datetime) else value
    return _with_near(format_html('<time datetime="{}">{}</time>', day.isoformat(), day_text(day)), day)


@register.filter
def day_plain(value: date) -> str:
    """A day with its weekday in plain text, for attributes and titles."""
    return day_text(value)


@register.filter
def long_day(value: date) -> str:
    """「2022年7月1日」 or "1 July 2022"."""
    return date_format(value, "j F Y") if _english() else f"{value.year}年{value.month}月{value.day}日"


@register.filter
def weekday(value: date) -> str:
    """「周一」 or "Mon"."""
    return date_format(value, "D") if _english() else WEEKDAYS[value.weekday()]


@register.filter
def short_day(value: date) -> str:
    """「11月30日」 or "30 Nov"."""
    return date_format(value, "j M") if _english() else f"{value.month}月{value.day}日"


@register.filter
def near(value: date) -> str:
    """今天, 明天, 后天 or nothing."""
    return near_text(value, clock.now().date())


@register.filter
def hour(value: datetime) -> str:
    """「09:30」 on the wall in Asia/Shanghai."""
    return f"{value.astimezone(clock.TZ):%H:%M}"


@register.filter
def hour_of(value: time) -> str:
    """「16:30」 of a wall time."""
    return f"{value:%H:%M}"


@register.filter
def moment(value: datetime) -> SafeString:
    """「11月30日 周一 16:30」."""
    local = value.astimezone(clock.TZ)
    text = f"{day_text(local.date())} {local:%H:%M}"
    return _with_near(format_html('<time datetime="{}">{}</time>', local.isoformat(), text), local.date())


@register.simple_tag
def hours(starts_at: datetime, ends_at: datetime) -> str:
    """「09:30–10:30」."""
    return f"{hour(starts_at)}{DASH}{hour(ends_at)}"


@register.simple_tag
def span(starts_at: datetime, ends_at: datetime) -> SafeString:
    """「11月30日 周一 09:30–10:30」 with 明天 beside it when true."""
    local = starts_at.astimezone(clock.TZ)
    text = format_html('<time datetime="{}">{}</time>', local.isoformat(), span_text(starts_at, ends_at))
    return _with_near(text, local.date())


@register.filter
def moment_plain(value: datetime) -> str:
    """「11月30日 周一 16:30」 in plain text."""
    local = value.astimezone(clock.TZ)
    return f"{day_text(local.date())} {local:%H:%M}"


@register.simple_tag
def span_plain(starts_at: datetime, ends_at: datetime) -> str:
    """The same in plain text, for attributes and titles."""
    return span_text(starts_at, ends_at)


@register.filter
def duration(value: int | timedelta) -> str:
    """Whole minutes, or whole hours where it is even: 「3 小时」 「30 分钟」. A bare number counts minutes."""
    minutes = int(value.total_seconds() // 60) if isinstance(value, timedelta) else value
    if minutes and minutes % 60 == 0:
        return gettext("%(n)s 小时") % {"n": minutes // 60}
    return gettext("%(n)s 分钟") % {"n": minutes}


@register.filter
def grouped(code: str) -> str:
    """An appointment number in groups: 「8264 1907」."""
    return ids.grouped(code)


@register.filter
def ticket(number: str) -> str:
    """A ticket number with its letters apart: 「YA 012」."""
    digits = number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f"{number[: len(number) - len(digits)]} {digits}".strip()


@register.filter
def masked_phone(phone: str) -> str:
    """138****1234."""
    return certificates.mask_phone(phone)


@register.filter
def spoken(phone: str) -> str:
    """A telephone number in the groups in which people say it."""
    return grouped_phone(phone)


@register.filter
def telephone(phone: str) -> SafeString:
    """A number that can be touched to call it."""
    return format_html('<a class="nowrap tabular" href="tel:{}">{}</a>', phone, grouped_phone(phone))


@register.simple_tag
def qr(text: str) -> SafeString:
    """A QR code as inline SVG. The number beside it says the same, so it is hidden from screen readers."""
    drawing = segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True, dark="#000", light="#fff")
    return mark_safe(drawing.replace("<svg", '<svg aria-hidden="true" shape-rendering="crispEdges"', 1))  # noqa: S308  drawn by segno


@register.inclusion_tag("yueban/refusals.html")
def refusals(reasons: Iterable[Reason]) -> dict[str, object]:
    """Every reason in plain words, its clause after it (ui.md 2)."""
    return {"reasons": [{"text": regulation.explain(reason), "clause": reason.clause} for reason in reasons]}


@register.simple_tag
def clause(identity: str) -> SafeString:
    """The clause a sentence rests on, in the document's own numbering: 「（制度四、预约流程（三））」."""
    words = gettext("（%(clause)s）") % {"clause": regulation.citation(Clause(identity))}
    return format_html('<span class="clause" data-clause="{}">{}</span>', identity, words)


@register.filter
def explained(reason: Reason) -> str:
    """One reason in the active language."""
    return regulation.explain(reason)


def _with_near(text: SafeString, day: date) -> SafeString:
    beside = near_text(day, clock.now().date())
    return format_html('{} <span class="beside nowrap">{}</span>', text, beside) if beside else text


def _english() -> bool:
    return (get_language() or "").startswith("en")

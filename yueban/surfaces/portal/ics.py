"""An appointment as an iCalendar file (RFC 5545): lines folded at 75 octets, text escaped."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from yueban.domain.booking.queries import AppointmentView
from yueban.kernel import ids

WIDTH = 74  # octets, before the blank that continues a line


def event(appointment: AppointmentView, *, now: datetime) -> str:
    """One event with an alarm two hours before. It names the matter and the number, and no certificate."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//yueban//portal//ZH",
        "BEGIN:VEVENT",
        f"UID:{appointment.code}@yueban",
        f"DTSTAMP:{_instant(now)}",
        f"DTSTART:{_instant(appointment.starts_at)}",
        f"DTEND:{_instant(appointment.ends_at)}",
        f"SUMMARY:{_text(appointment.package_name or appointment.matter_name)}",
        f"LOCATION:{_text(f'{appointment.centre_name} {appointment.centre_address}')}",
        f"DESCRIPTION:{_text(_description(appointment))}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT2H",
        f"DESCRIPTION:{_text(appointment.matter_short_name)}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _description(appointment: AppointmentView) -> str:
    materials = [each["name"] for each in appointment.materials if each.get("required")]
    number = _("预约号 %(code)s") % {"code": ids.grouped(appointment.code)}
    return f"{number}\n{_('要带的材料')}: {', '.join(materials)}\n{appointment.centre_phone}"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold by octets without cutting a character."""
    folded, used = [], 0
    for letter in line:
        size = len(letter.encode())
        if used + size > WIDTH:
            folded.append("\r\n ")
            used = 1
        folded.append(letter)
        used += size
    return "".join(folded)

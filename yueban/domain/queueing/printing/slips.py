"""The design of the two slips: the number of a ticket, and an appointment to take home (R4.1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from yueban.domain.queueing.printing.blocks import COLUMNS, Gap, Qr, Rule, Text, fitted
from yueban.kernel import ids
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from yueban.domain.queueing.printing.blocks import Block

NUMBER = 6
"""The number is at most so many times the usual size."""

MATERIALS = 12
"""A slip lists so many materials; who has more is sent to the guide."""


@dataclass(frozen=True, slots=True)
class TicketSlip:
    """What stands on the slip of a ticket; `areas` are where to wait, `again` a second print (补打)."""

    hall: str
    phone: str
    label: str
    queue: str
    ahead: int
    minutes: int
    areas: Sequence[str]
    at: datetime
    hours: tuple[datetime, datetime] | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class AppointmentSlip:
    """What stands on the slip of an appointment; `qr` is its signed text, `materials` what must be brought."""

    hall: str
    address: str
    phone: str
    code: str
    matter: str
    starts_at: datetime
    ends_at: datetime
    free_until: datetime
    materials: Sequence[str]
    qr: str
    at: datetime


def ticket_slip(slip: TicketSlip, *, paper: int) -> list[Block]:
    """The slip of a ticket on paper of so many millimetres."""
    return list(_ticket(slip, COLUMNS[paper]))


def appointment_slip(slip: AppointmentSlip, *, paper: int) -> list[Block]:
    """The slip of an appointment on paper of so many millimetres."""
    return list(_appointment(slip, COLUMNS[paper]))


def _ticket(slip: TicketSlip, columns: int) -> Iterator[Block]:
    label = _spaced(slip.label)
    yield Text(slip.hall, bold=True)
    yield Gap()
    yield Text(label, size=fitted(label, columns, NUMBER), bold=True)
    yield Gap()
    yield Text(slip.queue, size=2)
    if slip.hours is not None:
        yield Text(_("预约 {hours}").format(hours=hours(*slip.hours)), bold=True)
    yield Text(_waiting(slip), bold=True)
    for area in slip.areas[:2]:
        yield Text(area, size=2)
    yield Rule()
    yield Text(_("请留意叫号；过号请到原窗口说明"))
    yield Text(_printed(slip.at, _("补打") if slip.again else "", slip.phone))


def _waiting(slip: TicketSlip) -> str:
    if not slip.ahead:
        return _("前面没有人")
    if not slip.minutes:
        return _("前面 {count} 人").format(count=slip.ahead)
    return _("前面 {count} 人，约 {minutes} 分钟").format(count=slip.ahead, minutes=slip.minutes)


def _appointment(slip: AppointmentSlip, columns: int) -> Iterator[Block]:
    code = ids.grouped(slip.code)
    yield Text(slip.hall, bold=True)
    yield Text(_("预约凭条"))
    yield Gap()
    yield Text(code, size=fitted(code, columns, 3), bold=True)
    yield Gap()
    yield Text(day(slip.starts_at.astimezone(TZ).date()), size=2)
    yield Text(hours(slip.starts_at, slip.ends_at), size=2, bold=True)
    yield Text(slip.matter, bold=True)
    yield Text(slip.address)
    yield Gap()
    yield Qr(slip.qr)
    yield Text(_("到大厅自助终端扫码或刷身份证取号"))
    yield from _to_bring(slip.materials)
    yield Rule()
    until = slip.free_until.astimezone(TZ)
    yield Text(_("{day} {time} 前可取消，不记爽约").format(day=day(until.date()), time=f"{until:%H:%M}"))
    yield Text(_printed(slip.at, slip.phone))


def _to_bring(materials: Sequence[str]) -> Iterator[Block]:
    if not materials:
        return
    yield Rule()
    yield Text(_("请带齐："), align="left", bold=True)
    for material in materials[:MATERIALS]:
        yield Text(f"□ {material}", align="left")
    if len(materials) > MATERIALS:
        yield Text(_("还有 {count} 项，见办事指南").format(count=len(materials) - MATERIALS), align="left")


def _spaced(label: str) -> str:
    """`A 012`: letters and digits apart, as on the screens."""
    letters = label.rstrip("0123456789")
    return f"{letters} {label[len(letters) :]}"


def _printed(at: datetime, *more: str) -> str:
    return "  ".join([f"{at.astimezone(TZ):%Y-%m-%d %H:%M}", *(each for each in more if each)])


def hours(starts_at: datetime, ends_at: datetime) -> str:
    """`09:30-10:30`; a plain hyphen, which every printer has."""
    return f"{starts_at.astimezone(TZ):%H:%M}-{ends_at.astimezone(TZ):%H:%M}"


def day(date: date) -> str:
    """「11月30日 周一」."""
    weekdays = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return _("{month}月{day}日 {weekday}").format(month=date.month, day=date.day, weekday=weekdays[date.weekday()])

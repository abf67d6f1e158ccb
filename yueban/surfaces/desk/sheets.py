"""The one-time notice with the appointment's slip on A4 (R4.1.1, R3.5): what stands on it, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yueban.domain.directory import queries as directory
from yueban.kernel import ids
from yueban.surfaces.paper import WIDTH, Sheet
from yueban.surfaces.templatetags.yueban import grouped_phone, moment_plain, span_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView

FORMS = {
    "original": gettext_lazy("原件"),
    "copy": gettext_lazy("复印件"),
    "electronic": gettext_lazy("电子件"),
}
QR = 36.0


@dataclass(frozen=True, slots=True)
class Material:
    """One material as it is read aloud: `text` names it with its form and number, `beside` what it must be like."""

    text: str
    beside: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What an applicant is told once and completely; the lists are the guide's, in its order."""

    materials: Sequence[Material]
    conditions: Sequence[str]
    standards: Sequence[str]
    faqs: Sequence[Mapping[str, str]]
    fee: str
    days: str


def notice_of(found: AppointmentView) -> Notice:
    """Give what is told with an appointment; a matter that left the directory since leaves its materials."""
    try:
        matter = directory.matter(found.matter_code)
        package = directory.package(found.package_code) if found.package_code else None
    except (directory.UnknownMatter, directory.UnknownPackage):
        return Notice([_material(each) for each in found.materials], (), (), (), "", "")
    days = _("当场办好") if matter.handling == "immediate" else _("%(n)s 个工作日") % {"n": matter.promise_days}
    guide = matter.guide
    merged = [Material(str(line), "") for line in package.merged_materials["list"]] if package else []
    materials = merged or [_material(each) for each in guide["materials"]]
    return Notice(materials, guide["conditions"], guide["review_standards"], guide["faqs"], matter.fee, days)


def _material(each: Mapping[str, Any]) -> Material:
    count = _("%(n)s 份") % {"n": each["copies"]}
    need = "" if each["required"] else _("，需要时带")
    text = _("%(name)s（%(form)s %(count)s%(need)s）") % {
        "name": each["name"],
        "form": FORMS.get(each["form"], each["form"]),
        "count": count,
        "need": need,
    }
    return Material(text, "；".join(filter(None, [each.get("standard"), each.get("note")])))


def notice_sheet(found: AppointmentView, *, at: datetime) -> bytes:
    """Give the PDF: the slip on top, then the notice; `at` is when it was printed."""
    notice = notice_of(found)
    foot = _("%(hall)s　%(phone)s　打印于 %(at)s") % {
        "hall": found.centre_name,
        "phone": grouped_phone(found.centre_phone),
        "at": f"{at:%Y-%m-%d %H:%M}",
    }
    sheet = Sheet(_("一次性告知单 %(code)s") % {"code": ids.grouped(found.code)}, foot)
    sheet.title(_("一次性告知单"))
    _slip(sheet, found)
    _bring(sheet, notice)
    _rest(sheet, notice)
    _signatures(sheet)
    return sheet.made()


def _slip(sheet: Sheet, found: AppointmentView) -> None:
    """The number and what it is for; a ticket is taken and a strike is earned only in the hall (R3.4)."""
    sheet.gap(3)
    top = sheet.y
    if found.place.in_the_hall:
        sheet.qr(found.qr, size=QR)
    sheet.text(_("预约号"), size=10.5, grey=True)
    sheet.text(ids.grouped(found.code), size=30)
    sheet.gap(1)
    rows = [
        (_("时间"), span_text(found.starts_at, found.ends_at)),
        (_("事项"), found.package_name or found.matter_name),
        (_("地点"), f"{found.centre_name} {found.centre_address}"),
        (_("姓名"), found.name),
    ]
    if found.place.in_the_hall:
        rows.append((_("取消"), _("%(until)s 前可取消，不记爽约") % {"until": moment_plain(found.free_until)}))
    sheet.facts(rows, width=WIDTH - QR - 6)
    sheet.down_to(top + QR + 2)


def _bring(sheet: Sheet, notice: Notice) -> None:
    sheet.heading(_("要带的材料"))
    for material in notice.materials:
        sheet.check(material.text, material.beside)


def _rest(sheet: Sheet, notice: Notice) -> None:
    for title, lines in ((_("受理条件"), notice.conditions), (_("审查标准"), notice.standards)):
        if lines:
            sheet.heading(title)
            sheet.points(lines)
    if notice.faqs:
        sheet.heading(_("常见问题"))
        for faq in notice.faqs:
            sheet.text(faq["q"])
            sheet.text(faq["a"], size=10, grey=True, indent=5)
            sheet.gap(1)
    if notice.days:
        sheet.heading(_("时限和收费"))
        sheet.facts([(_("办理时限"), notice.days), (_("收费"), notice.fee)])


def _signatures(sheet: Sheet) -> None:
    sheet.gap(8)
    sheet.text(_("告知人：________________        申请人：________________        日期：________________"))

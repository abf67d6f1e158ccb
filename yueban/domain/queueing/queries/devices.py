"""The devices of a hall: its words, its window screens with what each should show now, its printers and card readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yueban.domain.booking import queries as booking
from yueban.domain.booking.rules import free_until
from yueban.domain.queueing.models import Printer, Reader, Wording
from yueban.domain.queueing.printing import AppointmentSlip, Sheet, TicketSlip
from yueban.domain.queueing.queries.hall import hall, rows, ticket
from yueban.domain.queueing.rules import UnknownTicket
from yueban.domain.queueing.screens import FRAMES, Face, Target, Texts, payload, text_of
from yueban.kernel.addresses import address_of, is_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from yueban.kernel.addresses import Address

SCREENS = """
SELECT s.id, s.driver, s.address, s.encoding, s.frame, s.position, s.shown, s.shown_at, s.error,
    h.code AS centre, h.id AS centre_id, c.number, c.area, coalesce(k.state, 'closed') AS mode,
    coalesce(t.label, '') AS label, coalesce(t.state, '') AS ticket,
    coalesce(w.called, '') AS called, coalesce(w.idle, '') AS idle, coalesce(w.paused, '') AS paused
FROM queueing_screen s
JOIN directory_counter c ON c.id = s.counter_id
JOIN directory_centre h ON h.id = c.centre_id
LEFT JOIN queueing_counterstate k ON k.counter_id = c.id
LEFT JOIN queueing_ticket t ON t.counter_id = c.id AND t.state IN ('called', 'serving')
LEFT JOIN queueing_wording w ON w.centre_id = h.id
WHERE s.active AND c.active AND h.active AND s.driver <> 'web' ORDER BY s.id
"""

DEAD = """
SELECT s.id, c.number AS counter, c.area, s.failed_at AS since
FROM queueing_screen s JOIN directory_counter c ON c.id = s.counter_id
WHERE c.centre_id = %(centre)s AND c.active AND s.active AND s.failed_at IS NOT NULL ORDER BY c.number, s.id
"""

VOCABULARY = """
SELECT ARRAY(SELECT DISTINCT prefix FROM directory_queue WHERE active ORDER BY prefix) AS prefixes,
    ARRAY(SELECT DISTINCT area FROM directory_counter WHERE active AND area <> '' ORDER BY area) AS areas
"""


@dataclass(frozen=True, slots=True)
class ScreenView:
    """A window screen that must be sent its text: the text of now, and what it was sent last."""

    id: int
    centre_id: int
    driver: str
    target: Target
    counter: int
    text: str
    message: bytes
    position: int
    shown: str
    shown_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class PrinterView:
    """A printer as a terminal or the hall guide sees it. `error` is a printing.Problem or `low`, empty while all is well."""

    id: int
    name: str
    driver: str
    address: str
    sheet: Sheet
    reports: bool
    left: int | None
    low: int
    error: str

    @property
    def needs_paper(self) -> bool:
        """Whether somebody should bring a new roll."""
        return self.error in {"no_paper", "low"} or (self.left is not None and self.left <= self.low)


def texts(centre_id: int) -> Texts:
    """The words of a hall's screens and loudspeakers."""
    own = Wording.objects.filter(pk=centre_id).first() or Wording()
    return _texts({"called": own.called, "idle": own.idle, "paused": own.paused})


def notices(centre_id: int) -> list[str]:
    """What the boards of a hall tell in their last line, one after the other; empty where the centre wrote nothing."""
    text = Wording.objects.filter(pk=centre_id).values_list("notices", flat=True).first() or ""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _texts(own: Mapping[str, Any]) -> Texts:
    return Texts(**{name: own[name] for name in ("called", "idle", "paused") if own[name]})


def vocabulary() -> tuple[list[str], list[str], list[str]]:
    """What the halls in use may have to say: their templates, the letters of their tickets, the names of their areas."""
    own = Wording.objects.filter(centre__active=True).exclude(called="").values_list("called", flat=True)
    found = rows(VOCABULARY, {})[0]
    return [Texts().called, *dict.fromkeys(own)], found["prefixes"], found["areas"]


def screens() -> list[ScreenView]:
    """Every window screen in use that is no page, with the text that is true now."""
    return [_screen(each, address_of(each["address"])) for each in rows(SCREENS, {}) if is_address(each["address"])]


def _screen(row: dict[str, Any], address: Address) -> ScreenView:
    face = Face(row["number"], row["area"], row["mode"], row["label"], row["ticket"])
    text = text_of(face, _texts(row))
    frame = row["frame"] or FRAMES[row["driver"]]
    kept = {name: row[name] for name in ("id", "centre_id", "driver", "position", "shown", "shown_at", "error")}
    return ScreenView(
        target=Target(address, row["centre"], row["number"]),
        counter=row["number"],
        text=text,
        message=payload(frame, text, face, row["encoding"]),
        **kept,
    )


@dataclass(frozen=True, slots=True)
class DeadScreen:
    """A window screen that takes no text, and since when."""

    id: int
    counter: int
    area: str
    since: datetime


def dead_screens(centre_id: int) -> list[DeadScreen]:
    """The window screens of a hall that do not answer, by their counter."""
    return [DeadScreen(**each) for each in rows(DEAD, {"centre": centre_id})]


def printers(centre_id: int) -> list[PrinterView]:
    """The printers of a hall by their name."""
    return [_printer(each) for each in Printer.objects.filter(centre_id=centre_id, active=True).order_by("name")]


def printer(printer_id: int) -> PrinterView | None:
    """A printer in use."""
    found = Printer.objects.filter(pk=printer_id, active=True).first()
    return _printer(found) if found else None


def _printer(row: Printer) -> PrinterView:
    sheet = Sheet(row.paper, row.draws_qr)
    return PrinterView(row.pk, row.name, row.driver, row.address, sheet, row.reports, row.left, row.low, row.error)


def reader(centre_id: int) -> dict[str, Any] | None:
    """What the page of a terminal needs to reach its card reader; None where readers type."""
    names = ("transport", "url", "trigger", "number_path", "name_path", "poll_ms")
    found: dict[str, Any] | None = Reader.objects.filter(pk=centre_id).values(*names).first()
    return found


def ticket_slip(ticket_id: int, *, at: datetime, again: bool = False) -> TicketSlip:
    """What stands on the slip of a ticket. Raises UnknownTicket."""
    found = ticket(ticket_id, now=at)
    if found is None:
        raise UnknownTicket(ticket_id)
    centre = hall(found.centre_code)
    hours = (found.starts_at, found.ends_at) if found.starts_at and found.ends_at else None
    return TicketSlip(
        hall=found.centre_name,
        phone=centre.phone if centre else "",
        label=found.label,
        queue=found.queue_name,
        ahead=found.ahead,
        minutes=found.estimate,
        areas=found.areas,
        at=at,
        hours=hours,
        again=again,
    )


def appointment_slip(code: str, *, at: datetime) -> AppointmentSlip:
    """What stands on the slip of an appointment. Raises booking.queries.UnknownAppointment."""
    found = booking.by_code(code, now=at)
    return AppointmentSlip(
        hall=found.centre_name,
        address=found.centre_address,
        phone=found.centre_phone,
        code=found.code,
        matter=found.package_name or found.matter_name,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        free_until=free_until(found.facts),
        materials=[each["name"] for each in found.materials if each["required"]],
        qr=found.qr,
        at=at,
    )

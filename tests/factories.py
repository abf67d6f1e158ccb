"""A small hall for tests: plain rows, no surprises. The dates are fixed; nothing here reads a clock."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from yueban.domain.booking.operations import BookingRequest
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.calendar.models import Day, Session, Slot, Year
from yueban.domain.directory.models import Centre, Counter, CounterQueue, Department, Matter, Offer, Queue, Region
from yueban.domain.regulation import operations as regulation
from yueban.kernel.certificates import Certificate, parse_certificate
from yueban.kernel.clock import TZ

MONDAY = date(2026, 11, 30)
"""The service date of most tests: a working Monday; the working day before is Friday 2026-11-27."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_numbers = itertools.count(1)


def instant(text: str) -> datetime:
    """Read `2026-11-27 16:30:00` as a wall time of the county."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def resident(n: int) -> Certificate:
    """Give the n-th valid sample certificate: 999 a birthday, from 1950-01-01 on."""
    day = date(1950, 1, 1) + timedelta(days=n // 999)
    body = f"411624{day:%Y%m%d}{n % 999 + 1:03d}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
    return parse_certificate("resident_id", body + check)


def phone(n: int) -> str:
    """Give the n-th sample phone number."""
    return f"138{n:08d}"


@dataclass(frozen=True)
class Hall:
    """One centre with a queue, its counters, a matter and the slots of a few days."""

    centre: Centre
    queue: Queue
    matter: Matter
    counters: list[Counter]
    slots: list[Slot]

    def slot(self, hour: int, day: date = MONDAY) -> Slot:
        """Give the slot that starts at `hour`:00 on a day."""
        return next(s for s in self.slots if s.date == day and s.starts_at.astimezone(TZ).hour == hour)


def make_working_days(*, years: tuple[int, ...] = (2026,)) -> None:
    """Know whole years, official, with the 调休 that the boundary tests name; other weekdays work."""
    off = {date(2026, 10, d) for d in range(1, 8)} | {date(2026, 9, 25)}
    on = {date(2026, 9, 20), date(2026, 10, 10)}
    for year in years:
        Year.objects.get_or_create(year=year, defaults={"standing": "official"})
        first = date(year, 1, 1)
        days = [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]
        rows = [Day(date=d, working=(d.weekday() < 5 and d not in off) or d in on) for d in days]
        Day.objects.bulk_create(rows, ignore_conflicts=True)


def make_hall(
    *,
    code: str = "hall",
    days: tuple[date, ...] = (MONDAY,),
    hours: tuple[int, ...] = (9, 10, 11, 14, 15, 16),
    capacity: int = 10,
    counters: int = 2,
    **matter: Any,
) -> Hall:
    """Make a hall whose slots of one hour start at `hours` on `days`; `matter` overrides the matter's fields."""
    regulation.seed()  # a transactional test before may have emptied the table
    make_working_days()
    region, _ = Region.objects.get_or_create(code="411624", defaults={"name": "沈丘县", "level": "county"})
    department, _ = Department.objects.get_or_create(code="dept", defaults={"name": "样例部门", "short_name": "样例"})
    centre = Centre.objects.create(
        code=code,
        name="样例政务服务中心",
        short_name="样例中心",
        level="county",
        region=region,
        address="样例路1号",
        phone="0394-5100000",
        supervisor="样例监督机构",
    )
    queue = make_queue(centre, "q", "A", department)
    made = [make_counter(centre, number, queue) for number in range(1, counters + 1)]
    slots = [_slot(queue, day, hour, capacity) for day in days for hour in hours]
    return Hall(centre, queue, make_matter(department, queue, **matter), made, slots)


def make_hours(centre: Centre, *spans: tuple[str, str]) -> None:
    """Open a centre on working days, the year round; without spans in the winter hours of the sample."""
    for order, (start, end) in enumerate(spans or (("08:30", "12:00"), ("14:30", "17:30"))):
        Session.objects.create(
            centre=centre,
            valid_from="01-01",
            valid_to="12-31",
            weekdays=[1, 2, 3, 4, 5],
            start=time.fromisoformat(start),
            end=time.fromisoformat(end),
            order=order,
        )


def make_queue(centre: Centre, code: str, prefix: str, department: Department) -> Queue:
    """Make a bookable queue of ten-minute handlings."""
    queue = Queue.objects.create(
        centre=centre,
        code=code,
        name=f"{prefix}队列",
        prefix=prefix,
        service_minutes=Decimal(10),
        bookable=True,
        walk_in_share=Decimal("0.5"),
    )
    queue.departments.add(department)
    return queue


def make_counter(centre: Centre, number: int, *queues: Queue, booking_only: bool = False) -> Counter:
    """Make a counter that serves queues in the order of its preference."""
    counter = Counter.objects.create(
        centre=centre, number=number, name=f"{number}号窗口", area="A区", booking_only=booking_only
    )
    for rank, queue in enumerate(queues):
        CounterQueue.objects.create(counter=counter, queue=queue, rank=rank)
    return counter


def make_matter(department: Department, queue: Queue, **fields: Any) -> Matter:
    """Make a matter that is offered at a queue."""
    code = fields.pop("code", f"matter-{next(_numbers)}")
    material = {
        "name": "居民身份证",
        "form": "original",
        "copies": 1,
        "required": True,
        "standard": "有效",
        "note": None,
    }
    guide = {"conditions": ["样例条件"], "review_standards": ["样例标准"], "materials": [material], "faqs": []}
    values: dict[str, Any] = {
        "code": code,
        "name": f"样例事项 {code}",
        "short_name": "样例事项",
        "initials": "YLSX",
        "department": department,
        "queue_code": queue.code,
        "audience": "personal",
        "handling": "immediate",
        "promise_days": 0,
        "scope": "county",
        "online_bookable": True,
        "home_visit": False,
        "inspection": False,
        "high_frequency_personal": False,
        "service_minutes": 10,
        "popularity": 50,
        "fee": "不收费",
        "guide": guide,
    }
    made = Matter.objects.create(**(values | fields))
    Offer.objects.create(matter=made, queue=queue, centre=queue.centre)
    return made


def _slot(queue: Queue, day: date, hour: int, capacity: int) -> Slot:
    starts_at = datetime(day.year, day.month, day.day, hour, tzinfo=TZ)
    return Slot.objects.create(
        queue=queue,
        centre=queue.centre,
        date=day,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        planned=capacity,
        capacity=capacity,
    )


def request_for(hall: Hall, slot: Slot, n: int = 1, **fields: Any) -> BookingRequest:
    """Ask for a slot on behalf of the n-th sample applicant, online."""
    values: dict[str, Any] = {
        "centre": hall.centre.code,
        "matter": hall.matter.code,
        "slot_id": slot.pk,
        "channel_kind": ChannelKind.ONLINE,
        "name": "样例申请人",
        "certificate": resident(n),
        "phone": phone(n),
    }
    return BookingRequest(**(values | fields))

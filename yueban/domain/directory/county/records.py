"""A county as its files say it: frozen records, with the form of each field beside it.

A field without a default must be written in the file (`null` where the type allows None); one with a default may be left out.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from typing_extensions import override

from yueban.kernel.errors import gettext_noop


@dataclass(frozen=True, slots=True)
class Length:
    """Bounds of a text in characters."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Between:
    """Bounds of a number, both allowed."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern, and how to say it (a msgid)."""

    pattern: str
    saying: str


@dataclass(frozen=True, slots=True)
class Places:
    """The most digits after the point."""

    most: int


@dataclass(frozen=True, slots=True)
class SomeOf:
    """A list that may not be empty."""


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day of every year, written MM-DD; 02-29 is allowed."""

    month: int
    day: int

    @override
    def __str__(self) -> str:
        """Answer MM-DD."""
        return f"{self.month:02d}-{self.day:02d}"


Slug = Annotated[str, Length(1, 50), Form(r"[a-z0-9]+(?:-[a-z0-9]+)*", gettext_noop("a-z、0-9 和 -"))]
RegionCode = Annotated[str, Form(r"[0-9]{6}(?:[0-9]{3}){0,2}", gettext_noop("6、9 或 12 位数字"))]
Short = Annotated[str, Length(1, 20)]
Title = Annotated[str, Length(1, 50)]
Name = Annotated[str, Length(1, 100)]
Line = Annotated[str, Length(1, 200)]
Text = Annotated[str, Length(1, 2000)]
Texts = tuple[Text, ...]
Prefix = Annotated[str, Form(r"[A-Z]{1,2}", gettext_noop("一或两个大写字母"))]
Phone = Annotated[str, Form(r"\+?[0-9][0-9 -]{4,24}", gettext_noop("电话号码"))]
Minutes = Annotated[int, Between(1, 480)]
Days = Annotated[int, Between(0, 3650)]
Share = Annotated[Decimal, Between(0, 1), Places(3)]
Rate = Annotated[float, Between(0, 1)]
Factor = Annotated[float, Between(0, 100)]
Positive = Annotated[float, Between(0.000001, 100_000)]
Weekday = Annotated[int, Between(1, 7)]
Hour = Annotated[str, Form(r"[01][0-9]|2[0-3]", gettext_noop("两位钟点"))]
Clock = Annotated[str, Form(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", "HH:MM")]
Assumption = Literal[True]
Level = Literal["province", "city", "county", "township", "village"]
Audience = Literal["personal", "enterprise", "both"]
AnyDay = Annotated[str, Form(r"(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}", gettext_noop("MM-DD 或 YYYY-MM-DD"))]


@dataclass(frozen=True, slots=True)
class Region:
    """A division of the state; the county itself has no parent in the file."""

    code: RegionCode
    name: Title
    level: Level
    parent: RegionCode | None


@dataclass(frozen=True, slots=True)
class Department:
    """进驻单位; `supervised_by` names the superior where it is not the county government."""

    code: Slug
    name: Name
    short_name: Short
    supervised_by: Name | None


@dataclass(frozen=True, slots=True)
class Session:
    """Opening hours (wall time, Asia/Shanghai) on weekdays 1 (Monday) to 7, both days of the season included."""

    valid_from: MonthDay
    valid_to: MonthDay
    weekdays: Annotated[tuple[Weekday, ...], SomeOf()]
    start: dt.time
    end: dt.time

    def __post_init__(self) -> None:
        """Keep the weekdays ascending, each once: their order in the file means nothing."""
        days: Any = self.weekdays  # while it is read it may hold what could not be
        if isinstance(days, tuple) and all(isinstance(day, int) for day in days):
            object.__setattr__(self, "weekdays", tuple(sorted(set(days))))


@dataclass(frozen=True, slots=True)
class Queue:
    """A line of a hall; `walk_in_share` of its capacity is kept from booking."""

    code: Slug
    name: Title
    prefix: Prefix
    departments: Annotated[tuple[Slug, ...], SomeOf()]
    avg_service_minutes: Annotated[Decimal, Between(1, 480), Places(2)]
    bookable: bool
    walk_in_share: Share


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter and the queues it serves, best first."""

    number: Annotated[int, Between(1, 999)]
    name: Title
    comprehensive: bool
    booking_only: bool
    queues: Annotated[tuple[Slug, ...], SomeOf()]
    area: Title


@dataclass(frozen=True, slots=True)
class Centre:
    """A government service hall with its sessions, queues and counters."""

    code: Slug
    name: Name
    short_name: Short
    level: Level
    region: RegionCode
    address: Line
    phone: Phone
    supervisor: Name
    sessions: tuple[Session, ...]
    queues: tuple[Queue, ...]
    counters: tuple[Counter, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """A paper the applicant hands in."""

    name: Name
    form: Literal["original", "copy", "electronic"]
    copies: Annotated[int, Between(0, 99)]
    required: bool
    standard: Text
    note: Text | None


@dataclass(frozen=True, slots=True)
class Faq:
    """A usual question."""

    q: Text
    a: Text


@dataclass(frozen=True, slots=True)
class Item:
    """A matter (事项) with its whole guide; days are working days, `service_minutes` one handling at the counter."""

    id: Slug
    name: Name
    short_name: Short
    department: Slug
    queue: Slug
    township_queue: Slug | None
    audience: Audience
    handling: Literal["immediate", "promised"]
    promise_days: Days
    legal_days: Days | None
    scope: Literal["none", "county", "province", "cross_province", "national"]
    online_bookable: bool
    home_visit: bool
    inspection: bool
    special_procedure: Name | None
    high_frequency_personal: bool
    service_minutes: Minutes
    popularity: Annotated[int, Between(1, 100)]
    fee: Annotated[str, Length(1, 300)]
    conditions: Texts
    review_standards: Texts
    materials: tuple[Material, ...]
    faqs: tuple[Faq, ...]


@dataclass(frozen=True, slots=True)
class MergedMaterials:
    """What a package saves: papers of all items apart, and after merging."""

    separate_total: Annotated[int, Between(0, 10_000)]
    merged_total: Annotated[int, Between(0, 10_000)]
    list: Texts
    note: Text


@dataclass(frozen=True, slots=True)
class Package:
    """一件事: the lead item is booked, the members are pushed in parallel (R5.2)."""

    id: Slug
    name: Name
    short_name: Short
    audience: Audience
    lead_item: Slug
    member_items: Annotated[tuple[Slug, ...], SomeOf()]
    merged_materials: MergedMaterials


@dataclass(frozen=True, slots=True)
class Distribution:
    """A length in minutes with a long tail."""

    dist: Literal["lognormal"]
    mean: Positive
    sd: Positive


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """Minutes of one handling; `booked_factor` multiplies it for those who booked."""

    dist: Literal["lognormal"]
    mean: Positive
    sd: Positive
    booked_factor: Factor


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Visits of an ordinary working day and how they spread over weekdays and hours (walk-ins)."""

    per_day: Annotated[float, Between(0, 100_000)]
    weekday_factor: Mapping[Weekday, Factor]
    hour_weights: Mapping[Slug, Mapping[Weekday, Mapping[Hour, Rate]]]


@dataclass(frozen=True, slots=True)
class BookingHabit:
    """How many book, through which channel, and how they fail to come."""

    share: Rate
    channel_mix: Mapping[Literal["online", "phone", "onsite"], Rate]
    no_show_rate: Rate
    cancel_rate: Rate
    late_cancel_rate: Rate
    late_profile: Slug


@dataclass(frozen=True, slots=True)
class QueueDemand:
    """The simulator's assumption about one queue."""

    assumption: Assumption
    arrivals: Arrivals
    booking: BookingHabit
    service_time: ServiceTime


@dataclass(frozen=True, slots=True)
class Lateness:
    """One part of a mixture of triangular distributions, in minutes from the slot's start or end."""

    part: Annotated[str, Form(r"[a-z_]{1,20}", gettext_noop("a-z 和 _"))]
    relative_to: Literal["slot_start", "slot_end"]
    dist: Literal["triangular"]
    low: Annotated[float, Between(-600, 600)]
    high: Annotated[float, Between(-600, 600)]
    mode: Annotated[float, Between(-600, 600)]
    share: Rate


@dataclass(frozen=True, slots=True)
class DemandMeta:
    """What the numbers mean."""

    assumption: Assumption
    note: Text
    units: Text
    seasons: Mapping[Slug, tuple[tuple[MonthDay, ...], ...]]
    peak_rule: Text
    hour_note: Text


@dataclass(frozen=True, slots=True)
class CounterBreak:
    """How often and how long a counter pauses."""

    rate_per_hour: Annotated[float, Between(0, 60)]
    minutes_mean: Positive
    minutes_sd: Positive


@dataclass(frozen=True, slots=True)
class ByKind:
    """A rate for walk-ins and one for those who booked."""

    walk_in: Rate
    booked: Rate


@dataclass(frozen=True, slots=True)
class DemandDefaults:
    """What all queues share."""

    assumption: Assumption
    booking_lead_days: Mapping[Annotated[int, Between(0, 60)], Rate]
    online_channel_mix: Mapping[Literal["web", "app", "mini_program", "kiosk"], Rate]
    slot_preference: Mapping[Level, Mapping[Slug, Mapping[Clock, Rate]]]
    walk_in_patience: Distribution
    missed_call_rate: ByKind
    material_incomplete_rate: ByKind
    transfer_rate: Rate
    rating_rate: Rate
    rating_mix: Mapping[Annotated[int, Between(1, 5)], Rate]
    counter_break: CounterBreak
    repeat_offender_share: Rate


@dataclass(frozen=True, slots=True)
class CountyDemand:
    """Demand of the county centre's queues."""

    centre: Slug
    queues: Mapping[Slug, QueueDemand]


@dataclass(frozen=True, slots=True)
class TownshipDemand:
    """Demand of the township queues, scaled for each centre."""

    scale: Mapping[Slug, Factor]
    queues: Mapping[Slug, QueueDemand]
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Peak:
    """A season or day with more (or fewer) visits; which fields it has follows from its type."""

    id: Slug
    name: Name
    type: Literal["date_range", "dates", "month_end", "month_days", "month_list", "after_holiday", "manual"]
    queues: Annotated[
        tuple[Annotated[str, Form(r"\*|[a-z0-9]+(?:-[a-z0-9]+)*", gettext_noop("队列代码或 *"))], ...], SomeOf()
    ]
    factor: Factor
    note: Text
    from_: MonthDay | None = field(default=None, metadata={"key": "from"})
    to: MonthDay | None = None
    dates: tuple[AnyDay, ...] = ()
    days: Annotated[int, Between(1, 31)] | None = None
    days_from: Annotated[int, Between(1, 31)] | None = None
    days_to: Annotated[int, Between(1, 31)] | None = None
    months: tuple[Annotated[int, Between(1, 12)], ...] = ()
    min_days_off: Annotated[int, Between(1, 31)] | None = None
    items: tuple[Slug, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """Assumptions of the demand simulator; never statistics."""

    meta: DemandMeta
    defaults: DemandDefaults
    late_profiles: Mapping[Slug, tuple[Lateness, ...]]
    county: CountyDemand
    township: TownshipDemand
    peaks: tuple[Peak, ...]


@dataclass(frozen=True, slots=True)
class County:
    """Everything a county folder holds."""

    regions: tuple[Region, ...]
    departments: tuple[Department, ...]
    centres: tuple[Centre, ...]
    items: tuple[Item, ...]
    packages: tuple[Package, ...] = ()
    demand: Demand | None = None
    readme: str = ""

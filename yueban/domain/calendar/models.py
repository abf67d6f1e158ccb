"""When: working days, opening sessions, and the hours that can be booked."""

import typing_extensions
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, Value


class Year(models.Model):
    """How far a year is known: official (the State Council's notice) or provisional."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    standing = models.CharField(max_length=12)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(standing__in=["official", "provisional"]), name="year_standing_known")
        ]

    @typing_extensions.override
    def __str__(self) -> str:
        return f"{self.year} {self.standing}"


class Day(models.Model):
    """One date of a known year: is it a working day (调休 included), and why. `override` is the county's own word."""

    date = models.DateField(primary_key=True)
    working = models.BooleanField()
    name = models.CharField(max_length=50, blank=True)
    override = models.BooleanField(null=True)
    override_reason = models.CharField(max_length=200, blank=True)

    @typing_extensions.override
    def __str__(self) -> str:
        return str(self.date)


class Session(models.Model):
    """场次: a centre is open `start`–`end` on `weekdays` (1 Monday … 7 Sunday) between two days of the year.

    `valid_from`/`valid_to` are MM-DD, inclusive. Regular sessions hold on working days; a 调休 Sunday follows the
    timetable of a weekday. `kind` is regular | early | late | noon | weekend (R3.1–R3.3).
    """

    centre = models.ForeignKey("directory.Centre", on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, default="regular")
    valid_from = models.CharField(max_length=5)
    valid_to = models.CharField(max_length=5)
    weekdays = models.JSONField()
    start = models.TimeField()
    end = models.TimeField()
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="session_ends_after_it_starts")]

    @typing_extensions.override
    def __str__(self) -> str:
        return f"{self.centre_id} {self.start}–{self.end}"


class HoursField(models.Field):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Several stretches of time as one value (`psycopg.types.multirange.Multirange` of aware datetimes)."""

    @typing_extensions.override
    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Name PostgreSQL's type."""
        return "tstzmultirange"


class FlexibleOpening(models.Model):
    """弹性时段: a hall opens `start`–`end` outside its timetable, on `weekdays` of `first`–`last` (R3.1 to R3.3).

    `exempt` departments take no part by their national authority's rule, which `basis` names. The three moments say
    who made, published and withdrew it; `note` is why it was opened.
    """

    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT)
    kind = models.CharField(max_length=10)
    first = models.DateField()
    last = models.DateField()
    weekdays = models.JSONField()
    start = models.TimeField()
    end = models.TimeField()
    queues = models.ManyToManyField("directory.Queue", through="calendar.OpeningQueue")
    counters = models.ManyToManyField("directory.Counter", through="calendar.OpeningCounter")
    exempt = models.ManyToManyField("directory.Department")
    basis = models.CharField(max_length=200, default="")
    note = models.CharField(max_length=200, default="")
    state = models.CharField(max_length=10, default="draft")
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    published_by = models.CharField(max_length=100, default="")
    published_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=100, default="")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["early", "late", "noon", "weekend"]), name="opening_kind_known"
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="opening_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="opening_closes_after_it_opens"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None, withdrawn_at=None)
                | Q(state="published", published_at__isnull=False, withdrawn_at=None)
                | (
                    Q(state="withdrawn", published_at__isnull=False, withdrawn_at__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
                name="opening_state_says_when_and_why",
            ),
        ]

    @typing_extensions.override
    def __str__(self) -> str:
        return f"{self.centre_id} {self.kind} {self.first}"


def _same(field: str) -> Func:
    """Give a range of one id instead of "=": plain GiST knows ranges, and no extension is needed."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


class OpeningQueue(models.Model):
    """A queue of an opening. `hours` are all its hours while it is published: no queue has two openings at once."""

    opening = models.ForeignKey(FlexibleOpening, on_delete=models.CASCADE)
    queue = models.ForeignKey("directory.Queue", on_delete=models.PROTECT)
    hours = HoursField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opening", "queue"], name="opening_has_a_queue_once"),
            ExclusionConstraint(
                name="opening_queue_twice",
                expressions=[(_same("queue"), RangeOperators.OVERLAPS), ("hours", RangeOperators.OVERLAPS)],
            ),
        ]

    @typing_extensions.override
    def __str__(self) -> str:
        return f"{self.opening_id}:{self.queue_id}"


class OpeningCounter(models.Model):
    """A counter of an opening. `hours` as there: no counter's minutes are given to two openings."""

    opening = models.ForeignKey(FlexibleOpening, on_delete=models.CASCADE)
    counter = models.ForeignKey("directory.Counter", on_delete=models.PROTECT)
    hours = HoursField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opening", "counter"], name="opening_has_a_counter_once"),
            ExclusionConstraint(
                name="opening_counter_twice",
                expressions=[(_same("counter"), RangeOperators.OVERLAPS), ("hours", RangeOperators.OVERLAPS)],
            ),
        ]

    @typing_extensions.override
    def __str__(self) -> str:
        return f"{self.opening_id}:{self.counter_id}"


class Slot(models.Model):
    """时段: an hour of a queue that can be booked (R1.2). The row is the availability; nothing else counts places.

    `planned` is what the counters give, `capacity` what may be sold now: closing a slot sets `capacity` to `booked`
    and says why in `closed_reason` (so the same constraint refuses), opening it restores `planned`. `opening` made it
    unless it is regular (R3.1 to R3.3).
    """

    queue = models.ForeignKey("directory.Queue", on_delete=models.PROTECT, db_index=False)
    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT, db_index=False)
    date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    kind = models.CharField(max_length=10, default="regular", db_default="regular")
    opening = models.ForeignKey(FlexibleOpening, null=True, on_delete=models.PROTECT, db_index=False)
    planned = models.PositiveIntegerField()
    capacity = models.IntegerField()
    booked = models.IntegerField(default=0, db_default=0)
    closed_reason = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "starts_at"], name="slot_once_a_start"),
            models.CheckConstraint(
                condition=Q(booked__gte=0, booked__lte=F("capacity")), name="slot_booked_within_capacity"
            ),
            models.CheckConstraint(
                condition=Q(closed_reason="") | Q(capacity=F("booked")), name="slot_closed_sells_nothing"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(kind__in=["regular", "early", "late", "noon", "weekend"]), name="slot_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="regular", opening=None) | (~Q(kind="regular") & Q(opening__isnull=False)),
                name="slot_flexible_by_an_opening",
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "date"], name="slot_of_queue_day"),
            models.Index(fields=["opening"], name="slot_of_opening", condition=Q(opening__isnull=False)),
        ]

    @typing_extensions.override
    def __str__(self) -> str:
        return f"{self.queue_id} {self.starts_at:%F %R}"

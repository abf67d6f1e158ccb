"""When: working days, opening sessions, and the hours that can be booked."""

import typing_extensions
from django.db import models
from django.db.models import F, Q


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


class Slot(models.Model):
    """时段: an hour of a queue that can be booked (R1.2). The row is the availability; nothing else counts places.

    `planned` is what the counters give, `capacity` what may be sold now: closing a slot sets `capacity` to `booked`
    and says why in `closed_reason` (so the same constraint refuses), opening it restores `planned`.
    """

    queue = models.ForeignKey("directory.Queue", on_delete=models.PROTECT, db_index=False)
    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT, db_index=False)
    date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    kind = models.CharField(max_length=10, default="regular", db_default="regular")
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
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(kind__in=["regular", "early", "late", "noon", "weekend"]), name="slot_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["queue", "date"], name="slot_of_queue_day")]

    @typing_extensions.override
    def __str__(self) -> str:
        return f"{self.queue_id} {self.starts_at:%F %R}"

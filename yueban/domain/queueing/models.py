"""Tickets and calls in a hall."""

from django.db import models
from django.db.models import Q
from typing_extensions import override

from yueban.domain.queueing import rules

OPEN = ["waiting", "called", "serving", "parked"]


class Numbering(models.Model):
    """The locked counter row that makes ticket numbers gapless for one queue, series and day."""

    queue = models.ForeignKey("directory.Queue", on_delete=models.CASCADE)
    series = models.CharField(max_length=1)
    date = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "series", "date"], name="numbering_once_a_day")]

    @override
    def __str__(self) -> str:
        return f"{self.queue_id}{self.series} {self.last}"


class Ticket(models.Model):
    """号票. `series` is W (walk-in, `A001`) or Y (booked, `YA001`); `label` is what people see and hear.

    States: waiting → called → serving → done; called → missed; serving ↔ parked; waiting → void (printing failed,
    appointment cancelled) or closed (end of day); rules.TRANSITIONS has them all. `number` is gapless within
    `numbering`, whose queue printed it; `queue` is where it waits now, another one after a transfer. `due_at` is the key of the calling order, fixed at issue.
    `rank_class` is arrived_booking | statutory | booked_online | walk_in. `remote` tickets were taken on a phone.
    """

    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT)
    queue = models.ForeignKey("directory.Queue", on_delete=models.PROTECT)
    date = models.DateField()
    series = models.CharField(max_length=1)
    numbering = models.ForeignKey(Numbering, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=10)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT)
    appointment = models.ForeignKey("booking.Appointment", null=True, on_delete=models.PROTECT)
    matter = models.ForeignKey("directory.Matter", null=True, on_delete=models.PROTECT)
    rank_class = models.CharField(max_length=20)
    remote = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    counter = models.ForeignKey("directory.Counter", null=True, on_delete=models.PROTECT)
    called_at = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    recalls = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=200, default="")
    outcome = models.CharField(max_length=20, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["numbering", "number"], name="ticket_number_once"),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(state__in=[*OPEN, "done", "missed"]),
                name="ticket_once_an_appointment",
            ),
            models.UniqueConstraint(
                fields=["person", "queue", "date"],
                condition=Q(state__in=OPEN),
                name="ticket_open_once_a_person_and_queue",
            ),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state__in=["called", "serving"]), name="ticket_one_in_service_a_counter"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*OPEN, "done", "missed", "void", "closed"]), name="ticket_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["called", "serving"]) | Q(counter__isnull=False),
                name="ticket_in_service_has_a_counter",
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "due_at", "number"], name="ticket_waiting", condition=Q(state="waiting")),
            models.Index(fields=["centre", "date", "state"], name="ticket_of_centre_day"),
        ]

    @override
    def __str__(self) -> str:
        return self.label

    @property
    def booked(self) -> bool:
        """Whether it was printed for an appointment; a booking counter calls no others."""
        return self.series == rules.BOOKED_SERIES


class CounterState(models.Model):
    """Who works at a counter and whether it calls: open | paused | closed."""

    counter = models.OneToOneField("directory.Counter", primary_key=True, on_delete=models.CASCADE)
    state = models.CharField(max_length=10, default="closed")
    staff = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "paused", "closed"]), name="counter_state_known"),
            models.UniqueConstraint(fields=["staff"], condition=~Q(state="closed"), name="counter_once_a_clerk"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.counter_id} {self.state}"

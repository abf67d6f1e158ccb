"""Tickets: their numbers, their lives, and what was handled with them."""

from django.db import models
from django.db.models import Q
from typing_extensions import override

from yueban.domain.queueing import rules

OPEN = ["waiting", "called", "serving", "parked"]
HELD = ["reserved", *OPEN]


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

    States: reserved (being printed) → waiting → called → serving → done; reserved → void; called → missed; serving ↔ parked; waiting → void (printing failed,
    appointment cancelled) or closed (end of day); rules.TRANSITIONS has them all. `number` is gapless within
    `numbering`, whose queue printed it; `queue` is where it waits now, another one after a transfer. `due_at` is the key of the calling order, fixed at issue.
    `rank_class` is arrived_booking | statutory | booked_online | walk_in. `remote` tickets were taken on a phone.
    `for_counter`: sent to one counter, no other calls it. `misses` counts missed calls, `more_time_at` is when its holder
    asked for more time, `told_at` when a message said that few are ahead; `foretold` is the estimate at issue, in minutes.
    `press` names the press of a button it came from, so that a press whose answer was lost gives the same number again.
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
    for_counter = models.ForeignKey("directory.Counter", null=True, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=10, default="")
    note = models.CharField(max_length=rules.LONGEST_NOTE, default="")
    misses = models.PositiveSmallIntegerField(default=0)
    recalled_at = models.DateTimeField(null=True)
    more_time_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    press = models.CharField(max_length=32, null=True)
    foretold = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["numbering", "number"], name="ticket_number_once"),
            models.UniqueConstraint(fields=["press"], name="ticket_once_a_press"),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(state__in=[*HELD, "done", "missed"]),
                name="ticket_once_an_appointment",
            ),
            models.UniqueConstraint(
                fields=["person", "queue", "date"],
                condition=Q(state__in=HELD),
                name="ticket_open_once_a_person_and_queue",
            ),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state__in=["called", "serving"]), name="ticket_one_in_service_a_counter"
            ),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state="parked"), name="ticket_one_parked_a_counter"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*HELD, "done", "missed", "void", "closed"]), name="ticket_state_known"
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


class Undo(models.Model):
    """How a ticket stood before its last missed call or transfer, for the few seconds in which it is taken back."""

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.CASCADE)
    move = models.CharField(max_length=10)
    by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    queue = models.ForeignKey("directory.Queue", on_delete=models.CASCADE, related_name="+")
    counter = models.ForeignKey("directory.Counter", on_delete=models.CASCADE, related_name="+")
    for_counter = models.ForeignKey("directory.Counter", null=True, on_delete=models.CASCADE, related_name="+")
    called_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    misses = models.PositiveSmallIntegerField()
    appointment_status = models.CharField(max_length=20, default="")

    @override
    def __str__(self) -> str:
        return f"{self.ticket_id} {self.move}"


class Handling(models.Model):
    """One matter handled at a counter and how it ended (R4.2); a visit of several matters has several."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT)
    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT)
    queue = models.ForeignKey("directory.Queue", on_delete=models.PROTECT)
    counter = models.ForeignKey("directory.Counter", on_delete=models.PROTECT)
    matter = models.ForeignKey("directory.Matter", null=True, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT)
    date = models.DateField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=20)
    reason = models.CharField(max_length=300, default="")

    class Meta:
        indexes = [
            models.Index(fields=["counter", "ended_at"], name="handling_of_counter"),
            models.Index(fields=["queue", "date"], name="handling_of_queue_day"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.ticket_id} {self.outcome}"

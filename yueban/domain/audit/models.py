"""What happened: one append-only log that is the history of every appointment, the feed, and the audit trail."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from typing_extensions import override


class Event(models.Model):
    """One thing that happened. Rows are never changed; only `position` and `seal` are filled in once, after commit.

    `kind` is dotted (`appointment.booked`, `ticket.called`, `staff.revealed`). `by` says who: `staff:<login>`,
    `channel:<name>`, `applicant`, `system:<job>`. The id columns are plain numbers because audit lies below
    everything it speaks of. `data` never holds a certificate number, a phone or a name.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    by = models.CharField(max_length=100)
    centre_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    ticket_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    clause = models.CharField(max_length=10, default="", db_default="")
    reason = models.CharField(max_length=500, default="", db_default="")
    data = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    position = models.BigIntegerField(null=True)
    seal = models.ForeignKey("audit.Seal", null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["position"], name="event_position_once"),
        ]
        indexes = [
            models.Index(fields=["id"], name="event_unsequenced", condition=Q(position=None)),
            models.Index(
                fields=["appointment_id", "id"], name="event_of_appointment", condition=~Q(appointment_id=None)
            ),
            models.Index(fields=["ticket_id", "id"], name="event_of_ticket", condition=~Q(ticket_id=None)),
            models.Index(fields=["centre_id", "position"], name="event_of_centre"),
            # A block range index: next to nothing to write on the hot path, enough to read a few days of the log.
            BrinIndex(fields=["at"], name="event_by_time", autosummarize=True),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Seal(models.Model):
    """An SM3 digest over the events of positions `first`..`last`, chained to the seal before it."""

    at = models.DateTimeField()
    first = models.BigIntegerField()
    last = models.BigIntegerField(unique=True)
    digest = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="seal_is_not_empty")]

    @override
    def __str__(self) -> str:
        return f"{self.first}–{self.last}"

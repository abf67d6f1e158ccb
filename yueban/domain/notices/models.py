"""The outbox: a message is a row written with the event it tells of, and sent after commit by the worker."""

from django.db import models
from django.db.models import Q
from typing_extensions import override


class Message(models.Model):
    """One SMS. `event` names what happened once (`booked:123`), so that nobody is told twice.

    States: queued → sending (leased until `leased_until`) → sent, or queued again after a failure, at last dead.
    `phone_sealed` and `body_sealed` are sealed; `due_at` is when it may go out.
    """

    event = models.CharField(max_length=100)
    template = models.CharField(max_length=30)
    appointment_id = models.BigIntegerField(null=True)
    phone_index = models.BinaryField()
    phone_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
    state = models.CharField(max_length=10, default="queued", db_default="queued")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    gateway = models.CharField(max_length=20, default="", db_default="")
    receipt = models.CharField(max_length=100, default="", db_default="")
    error = models.CharField(max_length=300, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "phone_index"], name="message_once_an_event_and_recipient"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending", "sent", "dead"]), name="message_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="message_to_send", condition=Q(state="queued")),
            models.Index(fields=["leased_until"], name="message_leased", condition=Q(state="sending")),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.event} {self.state}"

"""The outbox: a message is a row written with the event it tells of, and sent after commit by the worker."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from typing_extensions import override

STATES = ["queued", "sending", "unknown", "sent", "delivered", "failed", "expired", "dead"]


class Message(models.Model):
    """One SMS. `event` names what happened once (`booked:123`), so that nobody is told twice.

    States: queued → sending (leased until `leased_until`) → sent → delivered or failed by the provider's receipt. Queued
    again after a failure that is certain, unknown while nobody knows whether it went out, at last dead; expired when it
    would have come too late. `phone_sealed` and `body_sealed` (text and variables, rules.read) are sealed.
    `due_at` is when it may go out or, while unknown, when that is settled; `about_at` is the instant that it tells of,
    `handed_at` when it was last given to the gateway, `receipt` the provider's number of it, `error` a code or sentence.
    """

    event = models.CharField(max_length=100)
    template = models.CharField(max_length=30)
    appointment_id = models.BigIntegerField(null=True)
    centre_id = models.BigIntegerField(null=True)
    phone_index = models.BinaryField()
    phone_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
    state = models.CharField(max_length=10, default="queued", db_default="queued")
    priority = models.PositiveSmallIntegerField(default=5, db_default=5)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    unknowns = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    about_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    segments = models.PositiveSmallIntegerField(default=0, db_default=0)
    gateway = models.CharField(max_length=20, default="", db_default="")
    receipt = models.CharField(max_length=100, default="", db_default="")
    error = models.CharField(max_length=300, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "phone_index"], name="message_once_an_event_and_recipient"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="message_state_known"),
        ]
        indexes = [
            models.Index(fields=["priority", "due_at", "id"], name="message_to_send", condition=Q(state="queued")),
            models.Index(fields=["leased_until"], name="message_leased", condition=Q(state="sending")),
            models.Index(fields=["due_at"], name="message_to_settle", condition=Q(state="unknown")),
            models.Index(fields=["receipt"], name="message_by_receipt", condition=~Q(receipt="")),
            BrinIndex(fields=["created_at"], name="message_by_day"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.event} {self.state}"


class Receipt(models.Model):
    """状态报告: what a provider reported of a message, kept even when nobody knows yet which message it means.

    `reference` is the provider's number, `message_ref` ours where the provider gives it back; `message_id` is set when
    the message was found. The same report again is the same row.
    """

    gateway = models.CharField(max_length=20)
    reference = models.CharField(max_length=100, default="", db_default="")
    message_ref = models.BigIntegerField(default=0, db_default=0)
    phone_index = models.BinaryField()
    delivered = models.BooleanField()
    code = models.CharField(max_length=60, default="", db_default="")
    reported_at = models.DateTimeField()
    received_at = models.DateTimeField()
    message_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "reference", "message_ref", "phone_index", "code"], name="receipt_once"
            )
        ]
        indexes = [models.Index(fields=["received_at"], name="receipt_unmatched", condition=Q(message_id=None))]

    @override
    def __str__(self) -> str:
        return f"{self.gateway} {self.reference} {self.code}"

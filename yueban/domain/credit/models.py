"""Strikes (爽约) and what follows from them (R5.4)."""

from django.db import models
from django.db.models import Q
from typing_extensions import override


class Strike(models.Model):
    """One strike. It counts in the calendar month of `service_date` unless waived; suspension is on the person's row."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT)
    appointment_id = models.BigIntegerField()
    cause = models.CharField(max_length=20)
    service_date = models.DateField()
    at = models.DateTimeField()
    waived_at = models.DateTimeField(null=True)
    waived_by = models.CharField(max_length=100, default="", db_default="")
    waived_reason = models.CharField(max_length=300, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment_id", "cause"], name="strike_once_an_appointment_and_cause"),
            models.CheckConstraint(
                condition=Q(cause__in=["no_show", "late_cancel", "finding"]), name="strike_cause_known"
            ),
        ]
        indexes = [models.Index(fields=["person", "service_date"], name="strike_of_person")]

    @override
    def __str__(self) -> str:
        return f"{self.cause} {self.service_date}"
